/**
 * `claw cron enable`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronEnable = defineCommand({
  isReadOnly: false,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name", isRequired: true }],
  flags: {
    dryRun: { type: "boolean", summary: "show what would be sent, and send nothing" },
  },
  examples: [{ line: 'claw cron enable "morning report"', does: "by its exact name" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
