/**
 * When jobs fire next, one by one or all on one line of time: the first as the gateway has planned it, the following by
 * their schedules. Bounded work whatever the schedules are. Pure: now is a parameter, and the gateway's.
 */
import { ClawError } from "../errors.ts";
import type { CronJob, ProtocolVersion } from "../protocol/mod.ts";
import { isShown, namedZone, nextFires, type Schedule, staggerMsOf } from "../schedule/fire_times.ts";
import { offsetAt } from "../schedule/zone.ts";
import { shiftOf } from "./gateway_zone.ts";
import { isRunTime, plannedAt } from "./job_status.ts";

/** How a gateway reads expressions: in which zone those that name none, and by which generation's rules. */
export interface Reader {
  readonly zone: string;
  readonly protocol: ProtocolVersion;
}

/** One fire of a job. */
export interface Fire {
  readonly atMs: number;
  /** The gateway may shift it by up to this, where its shift for the job is not known. */
  readonly laterMs: number;
  /** Whether the gateway says so itself, rather than the schedule. */
  readonly isPlanned: boolean;
}

/** A fire on the line of time; `more` of the same job follow within it, but are not on it. */
export interface TimelineEntry extends Fire {
  readonly job: CronJob;
  readonly more?: { readonly count: number; readonly isAtLeast: boolean };
}

export interface Timeline {
  /** In the order of time. */
  readonly entries: readonly TimelineEntry[];
  /** How many entries the limit left out. */
  readonly leftOut: number;
  /** Jobs whose schedule cannot be read here: of them only what the gateway has planned is known. */
  readonly unreadable: readonly CronJob[];
}

/** A job that fires more often than this is on the line once: it would hide all others. */
export const mostFires = 12;
/** No zone has moved its clocks by more at once, but over the date line. */
const longestGapMs = 3 * 3_600_000;
/** Fires of one job are counted up to this. */
const mostCounted = 24;

/** The enabled jobs' fires up to `untilMs`; what is due already is there with its time in the past. */
export function planTimeline(
  jobs: readonly CronJob[],
  options: { readonly nowMs: number; readonly untilMs: number; readonly limit: number; readonly reader: Reader },
): Timeline {
  const { nowMs, untilMs, limit, reader } = options;
  const unreadable: CronJob[] = [];
  const all = jobs.filter(({ enabled }) => enabled).flatMap((job): TimelineEntry[] => {
    const { fires: within, isReadable } = firesUntil(job, nowMs, untilMs, reader);
    if (!isReadable) unreadable.push(job);
    const [first] = within;
    if (first === undefined || within.length <= mostFires) return within.map((fire) => ({ ...fire, job }));
    return [{ ...first, job, more: countMore(job, within, nowMs, untilMs) }];
  }).sort((a, b) => a.atMs - b.atMs);
  return { entries: all.slice(0, limit), leftOut: Math.max(0, all.length - limit), unreadable };
}

/** The fires up to an instant, as far as they are counted. Each costs, and most jobs have few: two are looked at first. */
function firesUntil(job: CronJob, nowMs: number, untilMs: number, reader: Reader): ReturnType<typeof firesOf> {
  const few = firesOf(job, nowMs, 2, reader);
  const isMore = few.fires.length === 2 && few.fires.every(({ atMs }) => atMs <= untilMs);
  const { fires, isReadable } = isMore ? firesOf(job, nowMs, mostCounted + 1, reader) : few;
  return { fires: fires.filter(({ atMs }) => atMs <= untilMs), isReadable };
}

/** The next fires of a job, at most `count`: none for a kind that fires by no clock. */
export function firesOf(
  job: CronJob,
  nowMs: number,
  count: number,
  reader: Reader,
): { readonly fires: readonly Fire[]; readonly isReadable: boolean } {
  const plannedMs = plannedAt(job);
  const planned = plannedMs === undefined ? [] : [{ atMs: plannedMs, laterMs: 0, isPlanned: true }];
  try {
    const following = followingFires(job, nowMs, count - planned.length, reader);
    return { fires: [...planned, ...following.filter(({ atMs }) => isRunTime(atMs))], isReadable: true };
  } catch (thrown) {
    if (thrown instanceof ClawError) return { fires: planned, isReadable: false };
    throw thrown;
  }
}

/** Fires after the planned one, or from now on where none is planned. */
function followingFires(job: CronJob, nowMs: number, count: number, reader: Reader): readonly Fire[] {
  const { schedule } = job;
  const plannedMs = plannedAt(job);
  const afterMs = Math.max(nowMs, plannedMs ?? nowMs);
  if (schedule.kind === "cron") {
    const shiftMs = shiftOf(job, reader.zone);
    const laterMs = shiftMs === undefined ? staggerMsOf(schedule) : 0;
    return slotsOf(schedule, afterMs - (shiftMs ?? 0), count, reader)
      .map((slotMs) => ({ atMs: slotMs + (shiftMs ?? 0), laterMs, isPlanned: false }));
  }
  if (schedule.kind === "at" && plannedMs !== undefined) return [];
  // The gateway counts on from a run, which need not have been on the anchor.
  const rhythm = schedule.kind === "every"
    ? { everyMs: intervalOf(schedule), anchorMs: plannedMs ?? schedule["anchorMs"] ?? job.createdAtMs }
    : {};
  return nextFires({ ...schedule, ...rhythm }, afterMs, count, reader.zone)
    .map((atMs) => ({ atMs, laterMs: 0, isPlanned: false }));
}

/** Fires of a cron expression; 2026.9.6 leaves out those that no clock shows, where summer time begins. */
function slotsOf(schedule: Schedule, afterMs: number, count: number, { zone, protocol }: Reader): readonly number[] {
  const read = (most: number) => nextFires(schedule, afterMs, most, zone);
  if (protocol === 3) return read(count);
  const place = namedZone(schedule) ?? zone;
  const keep = (slots: readonly number[]) =>
    slots.filter((slotMs) => !isAfterJump(slotMs, place) || isShown(schedule, slotMs, zone));
  const shown = keep(read(count));
  return shown.length === count ? shown : keep(read(2 * count - shown.length)).slice(0, count);
}

/** Whether the clocks of a zone jumped forward just before: only then a fire may be one that they do not show. */
function isAfterJump(instantMs: number, zone: string): boolean {
  return offsetAt(instantMs, zone) > offsetAt(instantMs - longestGapMs, zone);
}

/** @throws ClawError `input/invalid` for an interval that is none */
export function intervalOf(schedule: CronJob["schedule"]): number {
  const everyMs = Number(schedule["everyMs"]);
  if (everyMs >= 1) return everyMs;
  throw new ClawError("input/invalid", `'${schedule["everyMs"]}' is not a number of milliseconds`);
}

/** How many fires follow the first: exact where the schedule is a sum, else as far as was counted. */
function countMore({ schedule }: CronJob, within: readonly Fire[], nowMs: number, untilMs: number) {
  if (schedule.kind !== "every") return { count: within.length - 1, isAtLeast: within.length > mostCounted };
  const firstMs = within[0]?.atMs ?? nowMs;
  const stepsTo = (instantMs: number) => Math.floor((instantMs - firstMs) / intervalOf(schedule));
  return { count: stepsTo(untilMs) - stepsTo(Math.max(firstMs, nowMs)), isAtLeast: false };
}
