/**
 * `claw cron show`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronShow = defineCommand({
  isReadOnly: true,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name", isRequired: true }],
  flags: {},
  examples: [{ line: 'claw cron show "morning report"', does: "by its exact name" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
