/**
 * What declaring a job again under its key makes of it: protocol 4 brings it in line in what it does and when, and in
 * its label; its name, its description and where it runs stay as they were (2026.9.6, measured). Pure. Next:
 * `cron_book.ts`.
 */
import type { CronAddParams, CronJob } from "../protocol/mod.ts";
import { createJob } from "./cron_jobs.ts";
import { fillSchedule } from "./cron_schedules.ts";

/** The job as a new declaration leaves it; undefined when it says nothing new. */
export function redeclare(job: CronJob, params: CronAddParams, now: number): CronJob | undefined {
  const made = createJob(params, job.id, now, 4);
  const tools = params.payload.toolsAllow ?? job.payload["toolsAllow"];
  const declared: Readonly<Record<string, unknown>> = {
    displayName: made["displayName"],
    schedule: fillSchedule(params.schedule, now, 4, job.schedule),
    pacing: made["pacing"],
    trigger: made["trigger"],
    payload: tools === undefined ? made.payload : { ...made.payload, toolsAllow: tools },
    delivery: made.delivery,
    enabled: params.enabled ?? job.enabled,
  };
  const isNews = Object.entries(declared).some(([name, value]) => sortedText(value) !== sortedText(job[name]));
  if (!isNews) return undefined;
  const after = Object.entries({ ...job, ...declared }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(after) as CronJob, updatedAtMs: now };
}

/** The same text for the same value, in whatever order its members stand. */
function sortedText(value: unknown): string | undefined {
  return JSON.stringify(
    value,
    (_key, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
  );
}
