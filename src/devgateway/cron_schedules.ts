/**
 * Schedules as the gateways write them down: instants in UTC, anchors and staggers filled in or kept. Pure. When they
 * fire: `cron_timing.ts`.
 */
import type { CronJob, CronSchedule, ProtocolVersion } from "../protocol/mod.ts";
import { staggerMsOf } from "../schedule/fire_times.ts";

type Kept = CronJob["schedule"];

/** The schedule as it is kept. `before`: the one that a patch replaces. */
export function fillSchedule(schedule: CronSchedule, now: number, protocol: ProtocolVersion, before?: Kept): Kept {
  if (schedule.kind === "every") return { anchorMs: anchorFor(schedule.everyMs, now, protocol, before), ...schedule };
  if (schedule.kind === "cron") return fillCron(schedule, protocol, before);
  if (schedule.kind !== "at") return schedule;
  const atMs = instantOf(schedule.at);
  return Number.isNaN(atMs) ? schedule : { ...schedule, at: new Date(atMs).toISOString() };
}

/** An ISO 8601 time as epoch ms, NaN when it is none; without a zone it is UTC's. */
export function instantOf(at: string): number {
  const text = at.trim();
  if (/(Z|[+-]\d{2}:?\d{2})$/i.test(text)) return Date.parse(text);
  return Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : `${text}Z`);
}

/** Protocol 4 keeps the anchor of an interval that stays as long as it was. */
function anchorFor(everyMs: number, now: number, protocol: ProtocolVersion, before: Kept | undefined): number {
  const isSame = protocol === 4 && before?.kind === "every" && before["everyMs"] === everyMs;
  return isSame ? Number(before["anchorMs"] ?? now) : now;
}

/** A stagger that is not given stays as it was: on protocol 4 for the same expression, on 3 for any. */
function fillCron(
  schedule: CronSchedule & { kind: "cron" },
  protocol: ProtocolVersion,
  before: Kept | undefined,
): Kept {
  const { tz, staggerMs: given, ...rest } = schedule;
  const expr = schedule.expr.trim();
  const zone = protocol === 4 ? tz?.trim() || undefined : tz;
  const isKept = before?.kind === "cron" && (protocol === 3 || before["expr"] === expr);
  const staggerMs = given ?? (isKept ? before["staggerMs"] : staggerMsOf({ kind: "cron", expr }) || undefined);
  return {
    ...rest,
    expr,
    ...(zone === undefined ? {} : { tz: zone }),
    ...(staggerMs === undefined ? {} : { staggerMs }),
  };
}
