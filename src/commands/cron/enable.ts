/**
 * `claw cron enable`: switches a job on, and says when it runs next. What it shares with its opposite is `switch_job.ts`.
 */
import { defineCommand } from "../../cli/command.ts";
import { switchJob } from "./switch_job.ts";

export const cronEnable = defineCommand({
  isReadOnly: false,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name", isRequired: true }],
  flags: {
    dryRun: { type: "boolean", summary: "show what would be sent, and send nothing" },
  },
  examples: [{ line: 'claw cron enable "morning report"', does: "by its exact name" }],
  async run({ dryRun }, [job = ""], context) {
    return await switchJob(job, true, { isDryRun: dryRun }, context);
  },
});
