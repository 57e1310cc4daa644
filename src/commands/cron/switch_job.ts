/**
 * Switching a job on or off: what `claw cron enable` and `disable` share.
 */
import type { Context } from "../../cli/context.ts";
import { done, type Outcome, type View } from "../../cli/outcome.ts";
import { findJob, listJobs } from "../../cron/jobs.ts";
import { shellWord } from "../../cron/shell_word.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";
import { writeOnce } from "./certain_write.ts";
import { echoData, echoOfJob, echoViews, type There, thereOf } from "./echo.ts";

/** Makes a job be on or off; one that is so already is left alone. */
export async function switchJob(
  reference: string,
  enabled: boolean,
  { isDryRun }: { readonly isDryRun: boolean },
  context: Context,
): Promise<Outcome> {
  const { connection } = await context.gateway(isDryRun ? scopes.read : scopes.admin);
  const job = await findJob(connection, reference, context.signal);
  const { id } = job;
  const verb = enabled ? "enable" : "disable";
  const tell = (now: CronJob, status: string, what: string) => told(now, status, what, thereOf(connection, context));
  if (job.enabled === enabled) return tell(job, "unchanged", enabled ? "is on already" : "is off already");
  if (isDryRun) return tell({ ...job, enabled }, `would-${verb}`, `would be ${verb}d, and nothing was sent`);
  const changed = await writeOnce(context, {
    send: () => connection.call("cron.update", { id, patch: { enabled } }, context.signal),
    look: async (again) => {
      const seen = (await listJobs(again, {}, context.signal)).find((other) => other.id === id);
      return seen?.enabled === enabled ? seen : undefined;
    },
    hint: `look at it with \`claw cron show ${shellWord(id)}\``,
  });
  return tell(changed, `${verb}d`, `is ${enabled ? "on" : "off"}`);
}

function told(job: CronJob, status: string, what: string, there: There): Outcome {
  const echo = echoOfJob(job, there);
  const line: View = { kind: "line", text: `'${job.name}' (${job.id}) ${what}` };
  const views = job.enabled ? [line, ...echoViews(job, echo, there)] : [line];
  return done({ status, job, ...echoData(job, echo) }, { kind: "stack", views });
}
