/**
 * When a job of the dev gateway fires. The times are croner's, by `schedule/fire_times.ts`; what is added here is each
 * job's own offset within its stagger, the count from the last run, and how each generation names a bad expression.
 * Checked against `cron/service/jobs` (2026.3.13) and `jobs-scheduling` (2026.9.6). Pure. Next: `cron_settling.ts`.
 */
import { ClawError } from "../errors.ts";
import { sha256 } from "../platform/sha256.ts";
import type { CronJob, ProtocolVersion } from "../protocol/mod.ts";
import { isShown, lastFire, namedZone, nextFires, staggerMsOf } from "../schedule/fire_times.ts";

/** By whose rules and clocks a schedule is read. */
export interface Timing {
  readonly protocol: ProtocolVersion;
  /** IANA zone for expressions that name none. */
  readonly zone: string;
}

/** An expression may name a time that no clock shows, once a year; so many years are looked through. */
const mostLeftOut = 20;

/** What croner says of an expression or zone that it cannot read. */
export interface ExpressionFault {
  /** TypeError or RangeError. */
  readonly name: string;
  readonly message: string;
}

/**
 * The next fire time (epoch ms) after an instant; undefined for a job that is off or has none left. A one-shot job
 * keeps its time, even a past one, until it has run.
 */
export function nextRunOf(job: CronJob, afterMs: number, timing: Timing): number | undefined {
  if (!job.enabled) return undefined;
  const { schedule, state } = job;
  if (schedule.kind === "at") {
    const atMs = Date.parse(String(schedule["at"]));
    return state.lastRunStatus === "ok" && atMs <= (state.lastRunAtMs ?? 0) ? undefined : atMs;
  }
  if (schedule.kind === "every") return nextOfInterval(job, afterMs, timing);
  return nextSlot(job, afterMs, timing);
}

/** The next time of the schedule itself, whenever the job ran last. */
export function nextSlot({ id, schedule }: CronJob, afterMs: number, { protocol, zone }: Timing): number | undefined {
  const offsetMs = offsetOf(id, staggerMsOf(schedule));
  let fromMs = Math.max(0, afterMs - offsetMs);
  for (let attempt = 0; attempt < mostLeftOut; attempt++) {
    const [fire] = nextFires(schedule, fromMs, 1, zone);
    if (fire === undefined) return undefined;
    if (protocol === 3 || schedule.kind !== "cron" || isShown(schedule, fire, zone)) return fire + offsetMs;
    fromMs = fire;
  }
  return undefined;
}

/** The last time at or before an instant at which a cron expression fired; undefined for other kinds. */
export function lastSlot({ id, schedule }: CronJob, atMs: number, { zone }: Timing): number | undefined {
  const offsetMs = offsetOf(id, staggerMsOf(schedule));
  // croner counts in whole seconds: the slot of this very instant lies before the next second.
  for (const probeMs of [atMs + 1_000, atMs]) {
    const fire = lastFire(schedule, probeMs - offsetMs, zone);
    if (fire !== undefined && fire + offsetMs <= atMs) return fire + offsetMs;
  }
  return undefined;
}

/** What is wrong with a cron expression or its zone; undefined when it can be read, and for other kinds. */
export function expressionFault(
  schedule: CronJob["schedule"],
  now: number,
  timing: Timing,
): ExpressionFault | undefined {
  if (schedule.kind !== "cron") return undefined;
  try {
    nextFires(schedule, now, 1, timing.zone);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof ClawError) || !(thrown.cause instanceof Error)) throw thrown;
    const { name, message } = thrown.cause;
    const zone = namedZone(schedule) ?? "";
    // The engine's own words stand at the end; the gateways run on V8.
    const told = message.replace(
      /(Please provide .*) Original error: .*$/s,
      `$1 Original error: Invalid time zone specified: ${zone}`,
    );
    return { name, message: told };
  }
}

/** Where within its stagger a job fires: the same at every fire and on every gateway. */
export function offsetOf(jobId: string, staggerMs: number): number {
  if (staggerMs <= 1) return 0;
  const digest = sha256(jobId);
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % staggerMs;
}

/** An interval counts from the last run, or from its anchor. */
function nextOfInterval(job: CronJob, afterMs: number, timing: Timing): number | undefined {
  const everyMs = Number(job.schedule["everyMs"]);
  const { lastRunAtMs } = job.state;
  const isOlder = timing.protocol === 4 && (lastRunAtMs ?? 0) < Number(job.schedule["anchorMs"] ?? 0);
  if (lastRunAtMs !== undefined && !isOlder && lastRunAtMs + everyMs > afterMs) return lastRunAtMs + everyMs;
  return nextSlot(job, afterMs, timing);
}
