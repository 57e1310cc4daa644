/**
 * Switching a job on or off: what `claw cron enable` and `disable` share.
 */
import type { Context } from "../../cli/context.ts";
import { done, type Outcome, type View } from "../../cli/outcome.ts";
import { findJob, listJobs } from "../../cron/jobs.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";
import type { Here } from "../../schedule/instant_text.ts";
import { writeOnce } from "./certain_write.ts";
import { echoData, echoOfJob, echoViews } from "./echo.ts";

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
  if (job.enabled === enabled) return told(job, "unchanged", enabled ? "is on already" : "is off already", context);
  if (isDryRun) return told({ ...job, enabled }, `would-${verb}`, `would be ${verb}d, and nothing was sent`, context);
  const changed = await writeOnce(context, {
    send: () => connection.call("cron.update", { id, patch: { enabled } }, context.signal),
    look: async (again) => {
      const seen = (await listJobs(again, {}, context.signal)).find((other) => other.id === id);
      return seen?.enabled === enabled ? seen : undefined;
    },
    hint: `look at it with \`claw cron show ${id}\``,
  });
  return told(changed, `${verb}d`, `is ${enabled ? "on" : "off"}`, context);
}

function told(job: CronJob, status: string, what: string, context: Context): Outcome {
  const here: Here = { nowMs: context.clock.now(), zone: context.zone };
  const echo = echoOfJob(job, here);
  const line: View = { kind: "line", text: `'${job.name}' (${job.id}) ${what}` };
  const views = job.enabled ? [line, ...echoViews(job, echo, here)] : [line];
  return done({ status, job, ...(job.enabled ? echoData(echo) : {}) }, { kind: "stack", views });
}
