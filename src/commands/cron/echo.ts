/**
 * What `claw` understood of a schedule, told back: the next fires in the zone of the job, here and in UTC, and whether
 * the gateway plans the same. Pure views; the words for schedules and tables of fires are `job_words.ts`.
 */
import type { View } from "../../cli/outcome.ts";
import { formatDuration, formatWallClock } from "../../cli/times.ts";
import { shiftOf } from "../../cron/gateway_zone.ts";
import type { Fire } from "../../cron/timeline.ts";
import type { CronJob } from "../../protocol/mod.ts";
import { isShown, nextFires, staggerMsOf } from "../../schedule/fire_times.ts";
import type { Here } from "../../schedule/instant_text.ts";
import { firesView, jobZoneOf, scheduleWords } from "./job_words.ts";

const shownFires = 3;

/** When a schedule fires next, as far as that can be told here. */
export interface Echo {
  /** Epoch ms; with the gateway's shift where that is known. */
  readonly fires: readonly number[];
  /** The zone in which the schedule is read; undefined for an expression that the gateway reads in its own. */
  readonly zone: string | undefined;
  /** The zone whose wall clock a one-shot time was given in. */
  readonly readIn?: string;
  /** How much later the gateway may start each run, in ms. */
  readonly staggerMs: number;
  /** How much later it does start each run, in ms, where that is known. */
  readonly shiftMs?: number;
}

/** @param readIn the zone in which a wall clock's time was read */
export function echoOf(schedule: CronJob["schedule"], here: Here, readIn?: string): Echo {
  const zone = jobZoneOf(schedule) ?? readIn ?? (schedule.kind === "cron" ? undefined : here.zone ?? "UTC");
  const fires = zone === undefined ? [] : nextFires(schedule, here.nowMs, shownFires, zone);
  const isRead = schedule.kind === "at" && readIn !== undefined;
  return { fires, zone, staggerMs: staggerMsOf(schedule), ...(isRead ? { readIn } : {}) };
}

/** The same of a job that is there: counted from its anchor, and with the shift that the gateway chose for it. */
export function echoOfJob(job: CronJob, here: Here, readIn?: string): Echo {
  // The anchor of a new interval is its creation, which is no run.
  const { anchorMs } = job.schedule;
  const nowMs = typeof anchorMs === "number" ? Math.max(here.nowMs, anchorMs) : here.nowMs;
  const { zone } = echoOf(job.schedule, here, readIn);
  const shiftMs = zone === undefined ? undefined : shiftOf(job, zone);
  const echo = echoOf(job.schedule, { ...here, nowMs: nowMs - (shiftMs ?? 0) }, readIn);
  return shiftMs === undefined ? echo : { ...echo, fires: echo.fires.map((fire) => fire + shiftMs), shiftMs };
}

/** What programs get of it. */
export function echoData({ fires, zone, staggerMs, shiftMs }: Echo) {
  const nextFires = fires.map((fire) => ({ instant: new Date(fire).toISOString() }));
  return {
    nextFires,
    ...(zone === undefined ? {} : { zone }),
    ...(staggerMs === 0 ? {} : { staggerMs }),
    ...(shiftMs === undefined ? {} : { shiftMs }),
  };
}

/** The schedule in words, and the table of fires. */
export function echoViews(job: Pick<CronJob, "schedule"> & { enabled?: boolean | undefined }, echo: Echo, here: Here) {
  const { schedule, enabled = true } = job;
  const { fires, zone } = echo;
  const own = here.zone ?? "UTC";
  const readIn = echo.readIn === undefined ? "" : `, read in ${echo.readIn}`;
  const runs = enabled ? "runs" : "would run, if it were on,";
  const text = `${runs} ${scheduleWords(schedule, zone ?? own)}${readIn}${shiftWords(echo)}`;
  const line: View = { kind: "line", text };
  if (zone === undefined && schedule.kind === "cron") return [line, theirZone];
  if (zone === undefined || fires.length === 0) return [line];
  const shown = fires.map((atMs): Fire => ({ atMs, laterMs: 0, isPlanned: false }));
  const table = firesView(shown, { zones: distinctZones([zone, own], fires), nowMs: here.nowMs });
  return [line, table, ...displacedView(schedule, echo, zone)];
}

const theirZone: View = {
  kind: "line",
  text: "the gateway reads it in its own time zone: name one with --tz to be sure of the hour",
};

function shiftWords({ staggerMs, shiftMs }: Echo): string {
  if (staggerMs === 0) return "";
  if (shiftMs === undefined) return `; the gateway starts each run up to ${formatDuration(staggerMs)} later`;
  return shiftMs === 0 ? "" : `; the gateway starts each run ${formatDuration(shiftMs)} later, as told here`;
}

/**
 * The gateway's first fire and the one that was expected, when they are further apart than the gateway may shift it.
 * @param schedule what was sent
 */
export function disagreementOf(
  job: CronJob,
  schedule: CronJob["schedule"],
  zone: string | undefined,
): { readonly plannedMs: number | undefined; readonly expectedMs: number } | undefined {
  if (!job.enabled || zone === undefined) return undefined;
  const { nextRunAtMs: plannedMs } = job.state;
  // An interval is counted from the anchor that the gateway gave it.
  const counted = schedule.kind === "every" ? { ...job.schedule, ...schedule } : schedule;
  const [first, second] = nextFires(counted, job.updatedAtMs ?? job.createdAtMs, 2, zone);
  if (first === undefined) return undefined;
  const isLeftOut = schedule.kind === "cron" && !isShown(schedule, first, zone);
  const expectedMs = isLeftOut && plannedMs !== first ? second ?? first : first;
  const isThere = plannedMs !== undefined && plannedMs <= expectedMs + staggerMsOf(schedule) &&
    (schedule.kind === "cron" ? shiftOf({ ...job, schedule }, zone) !== undefined : plannedMs >= expectedMs);
  return isThere ? undefined : { plannedMs, expectedMs };
}

/** Zones whose clocks show something else than those before, at any of the fires; UTC comes by itself. */
function distinctZones(zones: readonly string[], fires: readonly number[]): readonly string[] {
  const texts = (zone: string) => fires.map((fire) => formatWallClock(fire, zone)).join();
  return zones.filter((zone, at) => [...zones.slice(0, at), "UTC"].every((before) => texts(before) !== texts(zone)));
}

function displacedView(
  schedule: CronJob["schedule"],
  { fires, shiftMs = 0 }: Echo,
  zone: string,
): readonly View[] {
  const slots = schedule.kind === "cron" ? fires.map((fire) => fire - shiftMs) : [];
  const displaced = slots.find((slot) => !isShown(schedule, slot, zone));
  if (displaced === undefined) return [];
  const at = formatWallClock(displaced, zone);
  const text = `clocks in ${zone} jump forward then: 2026.3.13 runs it at ${at}, 2026.9.6 not before the next time`;
  return [{ kind: "line", text }];
}
