/**
 * What `claw` understood of a schedule, told back: the next fires in the zone of the job, here and in UTC, and whether
 * the gateway plans the same. Pure views; the words for schedules and tables of fires are `job_words.ts`.
 */
import type { Context } from "../../cli/context.ts";
import type { View } from "../../cli/outcome.ts";
import { formatDuration, formatWallClock } from "../../cli/times.ts";
import type { Connection } from "../../client/connection.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import { shiftOf } from "../../cron/gateway_zone.ts";
import { type Fire, firesOf } from "../../cron/timeline.ts";
import type { CronJob, ProtocolVersion } from "../../protocol/mod.ts";
import { isShown, nextFires, staggerMsOf } from "../../schedule/fire_times.ts";
import type { Here } from "../../schedule/instant_text.ts";
import { fireData, firesView, jobZoneOf, scheduleWords } from "./job_words.ts";

const shownFires = 3;

/** When a schedule fires next, as far as that can be told here. */
export interface Echo {
  /** With the gateway's shift where that is known. */
  readonly fires: readonly Fire[];
  /** The zone in which the schedule is read; undefined for an expression that the gateway reads in its own. */
  readonly zone: string | undefined;
  /** The zone whose wall clock a one-shot time was given in. */
  readonly readIn?: string;
  /** How much later the gateway may start each run, in ms. */
  readonly staggerMs: number;
  /** How much later it does start each run, in ms, where that is known. */
  readonly shiftMs?: number;
  /** A fire at a time that clocks jump over, of which each generation makes something else. */
  readonly displacedMs?: number;
}

/** Now by the gateway's clock, the person's zone, and by whose rules schedules are read. */
export interface There extends Here {
  readonly protocol: ProtocolVersion;
}

/** How times are told of jobs that this gateway has. */
export function thereOf(connection: Connection, { clock, zone }: Pick<Context, "clock" | "zone">): There {
  return { nowMs: gatewayNow(connection, clock), zone, protocol: connection.handshake.protocol };
}

/** Of a schedule that no gateway has seen yet. @param readIn the zone in which a wall clock's time was read */
export function echoOf(schedule: CronJob["schedule"], here: Here, readIn?: string): Echo {
  const zone = zoneOfSchedule(schedule, here, readIn);
  const staggerMs = staggerMsOf(schedule);
  const slots = zone === undefined ? [] : nextFires(schedule, here.nowMs, shownFires, zone);
  const displacedMs = schedule.kind === "cron" && zone !== undefined
    ? slots.find((slot) => !isShown(schedule, slot, zone))
    : undefined;
  return {
    fires: slots.map((atMs) => ({ atMs, laterMs: staggerMs, isPlanned: false })),
    zone,
    staggerMs,
    ...(displacedMs === undefined ? {} : { displacedMs }),
    ...wallClock(schedule, readIn),
  };
}

/** The same of a job that a gateway has: the first fire as it has planned that, and the others as it reads schedules. */
export function echoOfJob(job: CronJob, there: There, readIn?: string): Echo {
  const { schedule } = job;
  const zone = zoneOfSchedule(schedule, there, readIn);
  const shiftMs = zone === undefined ? undefined : shiftOf(job, zone);
  // The gateway's answer is younger than its challenge, by which now is told.
  const nowMs = Math.max(there.nowMs, job.updatedAtMs ?? job.createdAtMs);
  const { fires } = firesOf(job, nowMs, shownFires, { zone: zone ?? "UTC", protocol: there.protocol });
  return {
    fires: zone === undefined ? fires.filter(({ isPlanned }) => isPlanned) : fires,
    zone,
    staggerMs: staggerMsOf(schedule),
    ...(shiftMs === undefined ? {} : { shiftMs }),
    ...wallClock(schedule, readIn),
  };
}

function zoneOfSchedule(schedule: CronJob["schedule"], { zone }: Here, readIn: string | undefined): string | undefined {
  return jobZoneOf(schedule) ?? readIn ?? (schedule.kind === "cron" ? undefined : zone ?? "UTC");
}

function wallClock({ kind }: CronJob["schedule"], readIn: string | undefined) {
  return kind === "at" && readIn !== undefined ? { readIn } : {};
}

/** What programs get of it: of a job that is off, no fires. */
export function echoData({ enabled = true }: { readonly enabled?: boolean | undefined }, echo: Echo) {
  const { zone, staggerMs, shiftMs } = echo;
  const fires = enabled ? echo.fires : [];
  return {
    nextFires: fires.map(fireData),
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
  const isOver = schedule.kind === "at" && fires.length === 0 && Date.parse(String(schedule["at"])) <= here.nowMs;
  const text = isOver
    ? `does not run again: its time was ${scheduleWords(schedule, own).replace(/^at /, "")} ${own}`
    : `${runs} ${scheduleWords(schedule, zone ?? own)}${readIn}${shiftWords(echo)}`;
  const line: View = { kind: "line", text };
  const their = zone === undefined && schedule.kind === "cron" ? [theirZone] : [];
  if (fires.length === 0) return [line, ...their];
  // How much later is said once, in words.
  const shown = fires.map((fire) => ({ ...fire, laterMs: 0 }));
  const table = firesView(shown, { zones: distinctZones([zone ?? own, own], fires), nowMs: here.nowMs });
  return [line, ...their, table, ...displacedView(echo)];
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
  const counted = schedule.kind === "every" ? { anchorMs: job.schedule["anchorMs"], ...schedule } : schedule;
  const [first, second] = nextFires(counted, job.updatedAtMs ?? job.createdAtMs, 2, zone);
  if (first === undefined) return undefined;
  const isLeftOut = schedule.kind === "cron" && !isShown(schedule, first, zone);
  const expectedMs = isLeftOut && plannedMs !== first ? second ?? first : first;
  const isThere = plannedMs !== undefined && plannedMs <= expectedMs + staggerMsOf(schedule) &&
    (schedule.kind === "cron" ? shiftOf({ ...job, schedule }, zone) !== undefined : plannedMs >= expectedMs);
  return isThere ? undefined : { plannedMs, expectedMs };
}

/** Zones whose clocks show something else than those before, at any of the fires; UTC comes by itself. */
function distinctZones(zones: readonly string[], fires: readonly Fire[]): readonly string[] {
  const texts = (zone: string) => fires.map(({ atMs }) => formatWallClock(atMs, zone)).join();
  return zones.filter((zone, at) => [...zones.slice(0, at), "UTC"].every((before) => texts(before) !== texts(zone)));
}

function displacedView({ displacedMs, zone = "UTC" }: Echo): readonly View[] {
  if (displacedMs === undefined) return [];
  const at = formatWallClock(displacedMs, zone);
  const text = `clocks in ${zone} jump forward then: 2026.3.13 runs it at ${at}, 2026.9.6 not before the next time`;
  return [{ kind: "line", text }];
}
