/**
 * `claw cron doctor`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronDoctor = defineCommand({
  isReadOnly: true,
  flags: {},
  examples: [{ line: "claw cron doctor", does: "each finding with the command that mends it" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
