/**
 * `claw cron next`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronNext = defineCommand({
  isReadOnly: true,
  flags: {
    hours: { type: "string", value: "count", summary: "how far to look ahead (default: 24)" },
    limit: { type: "string", value: "count", summary: "show at most this many (default: 50)" },
  },
  examples: [{ line: "claw cron next --hours 8", does: "until the evening" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
