/**
 * `claw cron status`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronStatus = defineCommand({
  isReadOnly: true,
  flags: {},
  examples: [{ line: "claw cron status --json", does: "for a program" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
