/**
 * `claw cron apply`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronApply = defineCommand({
  isReadOnly: false,
  flags: {
    file: { type: "string", value: "path", short: "f", summary: "YAML or JSON with jobs (- reads stdin)" },
    prune: { type: "boolean", summary: "remove jobs that the file does not name" },
    yes: { type: "boolean", summary: "do not ask before removing" },
    dryRun: { type: "boolean", summary: "show the plan, and change nothing" },
  },
  examples: [{ line: "claw cron apply -f jobs.yaml --dry-run", does: "what would change" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
