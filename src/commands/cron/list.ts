/**
 * `claw cron list`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronList = defineCommand({
  isReadOnly: true,
  flags: {
    all: { type: "boolean", summary: "disabled jobs too" },
    agent: { type: "string", value: "id", summary: "jobs of this agent" },
    query: { type: "string", value: "text", summary: "jobs with this text in name, description or agent" },
    status: {
      type: "string",
      value: "status",
      choices: ["disabled", "running", "ok", "error", "skipped", "idle"],
      summary: "jobs in this state",
    },
    kind: {
      type: "string",
      value: "kind",
      choices: ["at", "every", "cron", "on-exit", "stream"],
      summary: "jobs with this kind of schedule",
    },
    sort: { type: "string", value: "key", choices: ["next", "name", "updated"], summary: "order (default: next)" },
    limit: { type: "string", value: "count", summary: "show at most this many" },
  },
  examples: [{ line: "claw cron list --all --status error", does: "which jobs failed, disabled ones included" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
