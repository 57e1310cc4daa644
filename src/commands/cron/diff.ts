/**
 * `claw cron diff`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronDiff = defineCommand({
  isReadOnly: true,
  flags: {
    file: { type: "string", value: "path", short: "f", summary: "YAML or JSON with jobs (- reads stdin)" },
    prune: { type: "boolean", summary: "count jobs that the file does not name as to be removed" },
  },
  examples: [{ line: "claw cron diff -f jobs.yaml", does: "what apply would change" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
