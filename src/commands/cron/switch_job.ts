/**
 * Switching a job on or off: what `claw cron enable` and `disable` share.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import type { Context } from "../../cli/context.ts";
import { done, type Outcome, type View } from "../../cli/outcome.ts";
import { findJob, listJobs } from "../../cron/jobs.ts";
import { shellWord } from "../../cron/shell_word.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";
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
  const there = thereOf(connection, context);
  if (job.enabled === enabled) {
    return told(job, job, ["unchanged", enabled ? "is on already" : "is off already"], there);
  }
  if (isDryRun) {
    return told(job, { ...job, enabled }, [`would-${verb}`, `would be ${verb}d, and nothing was sent`], there);
  }
  const changed = await writeOnce(context, {
    send: () => connection.call("cron.update", { id, patch: { enabled } }, context.signal),
    look: async (again) => {
      const seen = (await listJobs(again, {}, context.signal)).find((other) => other.id === id);
      return seen?.enabled === enabled ? seen : undefined;
    },
    hint: `look at it with \`claw cron show ${shellWord(id)}\``,
  });
  return told(changed, changed, [`${verb}d`, `is ${enabled ? "on" : "off"}`], there);
}

/** @param shown the job as its times are told */
function told(job: CronJob, shown: CronJob, [status, what]: readonly [string, string], there: There): Outcome {
  const echo = echoOfJob(shown, there);
  const line: View = { kind: "line", text: `'${job.name}' (${job.id}) ${what}` };
  const views = shown.enabled ? [line, ...echoViews(shown, echo, there)] : [line];
  return done({ status, job, ...echoData(shown, echo) }, { kind: "stack", views });
}
