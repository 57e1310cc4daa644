/**
 * `claw cron run`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronRun = defineCommand({
  isReadOnly: false,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name", isRequired: true }],
  flags: {
    due: { type: "boolean", summary: "only if it is due" },
    wait: { type: "boolean", summary: "follow the run; exit 0 only when it succeeded" },
    waitTimeout: { type: "string", value: "duration", summary: "how long to follow it (default: 10m)" },
    dryRun: { type: "boolean", summary: "show what would be sent, and send nothing" },
  },
  examples: [{ line: 'claw cron run "morning report" --wait', does: "and wait until it is over" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
