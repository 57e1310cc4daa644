/**
 * Which runs a gateway makes up for when it starts: those whose time passed while it was away. Follows
 * `runMissedJobs` of both generations, measured by stopping gateways over fire times. Pure. Next: `cron_scheduler.ts`.
 */
import type { CronJob } from "../protocol/mod.ts";
import { lastSlot, type Timing } from "./cron_timing.ts";

/** Runs that are missing. */
export interface CatchUp {
  /** Run at once, one after another. */
  readonly atOnce: readonly CronJob[];
  /** Run these so many ms after the former have ended. */
  readonly later: readonly { readonly job: CronJob; readonly afterMs: number }[];
}

const mostAtOnce = 5;
const spacingMs = 5_000;
/** Protocol 4 lets the agent have this long after its start. */
const agentDelayMs = 120_000;

/** @param interrupted ids of jobs that ran when the gateway ended: they do not count as missed */
export function planCatchUp(
  jobs: readonly CronJob[],
  interrupted: ReadonlySet<string>,
  now: number,
  timing: Timing,
): CatchUp {
  const missed = jobs.filter((job) => job.enabled && !interrupted.has(job.id) && isMissed(job, now, timing));
  const inOrder = missed.toSorted((a, b) => (a.state.nextRunAtMs ?? 0) - (b.state.nextRunAtMs ?? 0));
  const isHeldBack = (job: CronJob) => timing.protocol === 4 && needsAgent(job);
  const atOnce = inOrder.filter((job) => !isHeldBack(job)).slice(0, mostAtOnce);
  // Protocol 4 spaces them in the order in which they were made.
  const rest = (timing.protocol === 4 ? missed : inOrder).filter((job) => !atOnce.includes(job));
  const later = rest.map((job, index) => ({
    job,
    afterMs: isHeldBack(job) ? agentDelayMs + index * spacingMs : (index + 1) * spacingMs,
  }));
  return { atOnce, later };
}

function isMissed(job: CronJob, now: number, timing: Timing): boolean {
  const { nextRunAtMs = Infinity, lastRunAtMs } = job.state;
  if (job.schedule.kind === "at" && job.state.lastRunStatus !== undefined) {
    // Of a one-shot job that has run only the retry can be missed.
    return job.state.lastRunStatus === "error" && nextRunAtMs > (lastRunAtMs ?? 0) && nextRunAtMs <= now;
  }
  if (nextRunAtMs <= now) return true;
  // Its next time may have moved on although the slot before it was not run; a wait after a failure is no miss.
  if (job.schedule.kind !== "cron" || lastRunAtMs === undefined || job.state.lastRunStatus === "error") return false;
  return (lastSlot(job, now, timing) ?? 0) > Math.max(lastRunAtMs, Number(job.state["scheduleActivatedAtMs"] ?? 0));
}

function needsAgent({ payload, sessionTarget, wakeMode }: CronJob): boolean {
  if (payload.kind === "agentTurn" || payload.kind === "heartbeat") return true;
  return sessionTarget === "main" && payload.kind === "systemEvent" && wakeMode === "now";
}
