/**
 * `claw cron export`.
 */
import { defineCommand } from "../../cli/command.ts";
import { ClawError } from "../../errors.ts";

export const cronExport = defineCommand({
  isReadOnly: true,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name; all jobs without it" }],
  flags: {
    format: { type: "string", value: "format", choices: ["yaml", "json"], summary: "yaml or json (default: yaml)" },
  },
  examples: [{ line: "claw cron export > jobs.yaml", does: "all jobs of yours" }],
  run() {
    return Promise.reject(new ClawError("internal", "not written yet"));
  },
});
