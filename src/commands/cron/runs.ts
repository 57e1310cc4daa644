/**
 * `claw cron runs`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronRuns = defineCommand({
  isReadOnly: true,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name; all jobs without it" }],
  flags: {
    status: { type: "string", value: "status", choices: ["ok", "error", "skipped"], summary: "runs that ended so" },
    limit: { type: "string", value: "count", summary: "show at most this many (default: 20)" },
    since: { type: "string", value: "duration", summary: "runs of the last hours, e.g. 24h" },
    runId: { type: "string", value: "id", summary: "the run with this id" },
    watch: { type: "boolean", summary: "go on showing runs as they end" },
  },
  examples: [{ line: "claw cron runs --status error --since 24h", does: "what failed since yesterday" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
