/**
 * In which zone a gateway seems to live: no method tells, but a cron expression without a zone is read in it, and what
 * came of that is in each job's next run. Pure. Next: `timeline.ts`.
 */
import { ClawError } from "../errors.ts";
import type { CronJob } from "../protocol/mod.ts";
import { lastFire, namedZone, staggerMsOf } from "../schedule/fire_times.ts";
import { plannedAt } from "./job_status.ts";

/** Zones tried after the person's own and UTC: every offset in use (IANA names the whole hours with the sign reversed). */
const otherZones = [
  ...Array.from({ length: 14 }, (_, at) => `Etc/GMT-${at + 1}`),
  ...Array.from({ length: 12 }, (_, at) => `Etc/GMT+${at + 1}`),
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Asia/Kabul",
  "Asia/Tehran",
  "Asia/Yangon",
  "Australia/Adelaide",
  "Australia/Darwin",
  "Australia/Eucla",
  "Australia/Lord_Howe",
  "America/St_Johns",
  "Pacific/Chatham",
  "Pacific/Marquesas",
];

/** More jobs than this say nothing more. */
const mostWitnesses = 20;

/**
 * A zone that explains the most next runs of jobs whose expression names none, the given one first; undefined when
 * there is no such job, or no zone explains any.
 */
export function gatewayZoneOf(jobs: readonly CronJob[], zone: string): string | undefined {
  const witnesses = jobs.filter(isWitness).slice(0, mostWitnesses);
  let best: string | undefined;
  let most = 0;
  for (const candidate of [zone, "UTC", ...otherZones]) {
    const explained = witnesses.filter((job) => shiftOf(job, candidate) !== undefined).length;
    if (explained <= most) continue;
    best = candidate;
    most = explained;
    if (most === witnesses.length) break;
  }
  return best;
}

/**
 * By how many ms the gateway shifts each run of a cron job; undefined when its next run is none of the schedule's
 * (a new try after an error), or its expression cannot be read.
 * @param zone of an expression that names none
 */
export function shiftOf(job: CronJob, zone: string): number | undefined {
  const { schedule } = job;
  const plannedMs = plannedAt(job);
  if (schedule.kind !== "cron" || plannedMs === undefined) return undefined;
  const slotMs = slotUpTo(schedule, plannedMs, zone);
  if (slotMs === undefined) return undefined;
  const shiftMs = plannedMs - slotMs;
  return shiftMs < Math.max(1, staggerMsOf(schedule)) ? shiftMs : undefined;
}

/**
 * The last fire of a cron expression up to and with an instant; undefined when there is none, or when the gateway has
 * kept an expression or a zone that cannot be read here.
 */
export function slotUpTo(schedule: CronJob["schedule"], instantMs: number, zone: string): number | undefined {
  try {
    // The library looks back from the beginning of a second, and leaves that second itself out.
    const slotMs = lastFire(schedule, instantMs + 1_000, zone);
    return slotMs === undefined || slotMs <= instantMs ? slotMs : lastFire(schedule, instantMs, zone);
  } catch (thrown) {
    if (thrown instanceof ClawError) return undefined;
    throw thrown;
  }
}

/** After an error the next run is a new try, which is no slot of the schedule. */
function isWitness(job: CronJob): boolean {
  const { enabled, schedule, state } = job;
  return enabled && schedule.kind === "cron" && namedZone(schedule) === undefined && !state.consecutiveErrors &&
    plannedAt(job) !== undefined;
}
