/**
 * `claw cron rm`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronRemove = defineCommand({
  isReadOnly: false,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name", isRequired: true }],
  flags: {
    yes: { type: "boolean", summary: "do not ask" },
    dryRun: { type: "boolean", summary: "show what would be sent, and send nothing" },
  },
  examples: [{ line: "claw cron rm 3f2a --yes", does: "by the beginning of its id, without asking" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
