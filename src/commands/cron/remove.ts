/**
 * `claw cron rm`: removes a job, for good. Asks first, since nothing brings it back but `claw cron apply` with a file.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done, negative, type Outcome } from "../../cli/outcome.ts";
import type { Connection } from "../../client/connection.ts";
import { isBuiltIn } from "../../cron/job_status.ts";
import { findJob, listJobs } from "../../cron/jobs.ts";
import { shellWord } from "../../cron/shell_word.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";

export const cronRemove = defineCommand({
  isReadOnly: false,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name", isRequired: true }],
  flags: {
    yes: { type: "boolean", summary: "do not ask" },
    dryRun: { type: "boolean", summary: "show what would be removed, and send nothing" },
  },
  examples: [
    { line: "claw cron rm 3f2a --yes", does: "by the beginning of its id, without asking" },
    { line: "claw cron rm tea --dry-run", does: "see which one that is" },
  ],
  async run({ yes, dryRun }, [reference = ""], context) {
    const { connection } = await context.gateway(dryRun ? scopes.read : scopes.admin);
    const job = await findJob(connection, reference, context.signal);
    if (isBuiltIn(job)) context.warn(`the gateway keeps '${job.name}' for itself, and will make it anew`);
    if (dryRun) return told(job, "would-remove", "would remove, and sent nothing:");
    if (!yes && !await context.confirm(`remove '${job.name}' (${job.id})?`)) {
      return negative({ status: "kept", job }, { kind: "line", text: `kept '${job.name}' (${job.id})` });
    }
    await remove(job, connection, context);
    return told(job, "removed", "removed");
  },
});

function told(job: CronJob, status: string, what: string): Outcome {
  return done({ status, job }, { kind: "line", text: `${what} '${job.name}' (${job.id})` });
}

/** Of a job that is gone by now 2026.3.13 says that nothing was removed, and 2026.9.6 that it knows no such job. */
async function remove({ id, name }: CronJob, connection: Connection, context: Context): Promise<void> {
  const { removed } = await writeOnce(context, {
    send: () => connection.call("cron.remove", { id }, context.signal),
    look: async (again) => {
      const isGone = (await listJobs(again, {}, context.signal)).every((job) => job.id !== id);
      return isGone ? { ok: true, removed: true } : undefined;
    },
    hint: `look whether it is still there: \`claw cron show ${shellWord(id)}\``,
  }).catch((thrown: unknown) => {
    const error = asClawError(thrown);
    if (error.code === "gateway/not-found") return { removed: false };
    throw error;
  });
  if (removed) return;
  throw new ClawError("gateway/not-found", `'${name}' (${id}) is gone already: somebody else removed it`);
}
