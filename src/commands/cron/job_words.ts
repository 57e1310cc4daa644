/**
 * How jobs, schedules and fires read: words and views that several cron verbs share. Pure but for the word about a zone
 * that is not known. What is told is worked out in `src/cron`.
 */
import type { Context } from "../../cli/context.ts";
import type { Cell, View } from "../../cli/outcome.ts";
import { formatDuration, formatExactDuration, formatMinute, formatRelative, formatWeekday } from "../../cli/times.ts";
import { isBuiltIn, isUndelivered, plannedAt, statusOf } from "../../cron/job_status.ts";
import type { Fire } from "../../cron/timeline.ts";
import type { CronJob } from "../../protocol/mod.ts";
import { namedZone } from "../../schedule/fire_times.ts";
import { isZone } from "../../schedule/zone.ts";

/** The person's zone for showing times; UTC, and a word about it, where the system names none. */
export function zoneOf(context: Pick<Context, "zone" | "warn">): string {
  if (context.zone === undefined) context.warn("the system names no time zone: times are shown in UTC");
  return context.zone ?? "UTC";
}

/** `0 9 * * 1-5 Europe/Berlin`, `every 15 min`, `at 2026-11-23 09:00`. */
export function scheduleWords(schedule: CronJob["schedule"], zone: string): string {
  const { kind, expr, everyMs, at, command } = schedule;
  if (kind === "cron") return [expr, namedZone(schedule)].join(" ").trimEnd();
  if (kind === "every") return `every ${typeof everyMs === "number" ? formatExactDuration(everyMs) : everyMs}`;
  if (kind === "at") {
    const atMs = Date.parse(String(at));
    return `at ${Number.isNaN(atMs) ? at : formatMinute(atMs, zone)}`;
  }
  if (kind === "on-exit") return `after ${command}`;
  return kind === "stream" ? `on output of ${[command].flat().join(" ")}` : kind;
}

/** The zone in which a cron expression is read, when it names one that is known here. */
export function jobZoneOf(schedule: CronJob["schedule"]): string | undefined {
  const zone = namedZone(schedule);
  return zone !== undefined && isZone(zone) ? zone : undefined;
}

/** The state with what a person must know beyond it: how often it failed, that nobody got the answer, whose it is. */
export function statusCell(job: CronJob): Cell {
  const status = statusOf(job);
  if (isUndelivered(job)) return { text: "ok, undelivered", tone: "warn" };
  // What the gateway does for itself matters when it fails.
  if (isBuiltIn(job) && ["ok", "skipped", "idle"].includes(status)) return { text: "built-in", tone: "dim" };
  const { consecutiveErrors = 0 } = job.state;
  if (status === "error") return { text: consecutiveErrors > 1 ? `error ${consecutiveErrors}x` : status, tone: "bad" };
  return status === "disabled" || status === "idle" ? { text: status, tone: "dim" } : status;
}

/** How far the next run is away: `in 5 min`, `due` where its time has come, `-` where there is none. */
export function nextWords(job: CronJob, nowMs: number): string {
  const plannedMs = job.enabled ? plannedAt(job) : undefined;
  if (plannedMs === undefined) return "-";
  return plannedMs > nowMs ? formatRelative(plannedMs, nowMs) : "due";
}

/** A fire as programs get it; `laterUpToMs` where the gateway may shift it by an unknown time up to that. */
export function fireData({ atMs, laterMs, isPlanned }: Fire) {
  return { instant: new Date(atMs).toISOString(), isPlanned, ...(laterMs > 0 ? { laterUpToMs: laterMs } : {}) };
}

/** Fires as a table: how far away, in the job's zone, here, and in UTC; the same zone twice is told once. */
export function firesView(
  fires: readonly Fire[],
  options: { readonly zones: readonly string[]; readonly nowMs: number },
): View {
  const zones = [...new Set([...options.zones, "UTC"])];
  return {
    kind: "table",
    columns: [{ label: "NEXT" }, ...zones.map((zone) => ({ label: zone }))],
    rows: fires.map((fire) => [
      fire.atMs > options.nowMs ? formatRelative(fire.atMs, options.nowMs) : "due",
      ...zones.map((zone, at) => {
        const later = fire.laterMs > 0 && at === 0 ? ` (up to ${formatDuration(fire.laterMs)} later)` : "";
        return `${formatWeekday(fire.atMs, zone)} ${formatMinute(fire.atMs, zone)}${later}`;
      }),
    ]),
  };
}
