/**
 * When a schedule fires. Cron expressions are read by the very release of croner that both gateway generations use, so
 * that what is accepted and shown here is what happens there. Pure: now is a parameter. Zones and wall clocks are
 * `zone.ts`.
 */
import { Cron } from "croner";
import { ClawError } from "../errors.ts";

/** A schedule as claw sends it or a gateway shows it; a kind that fires by no clock (`on-exit`, `stream`) has no times. */
export interface Schedule {
  readonly kind: string;
  readonly [member: string]: unknown;
}

/** Both generations spread recurring top-of-the-hour jobs over this long (2026.3.13 and 2026.9.6, cron/stagger). */
const topOfHourStaggerMs = 300_000;

/**
 * The next instants (epoch ms) strictly after `afterMs`, at most `count`; fewer when the schedule ends. Without the
 * stagger, which only the gateway knows for each job: it adds up to `staggerMsOf(schedule)`, the same for every fire.
 * @param zone IANA zone for a cron expression that names none: a gateway takes its own
 * @throws ClawError `input/invalid` for an expression, zone, interval or instant that cannot be read
 */
export function nextFires(schedule: Schedule, afterMs: number, count: number, zone: string): readonly number[] {
  if (!isDate(afterMs)) return [];
  if (schedule.kind === "at") {
    const atMs = Date.parse(String(schedule["at"]));
    if (Number.isNaN(atMs)) throw new ClawError("input/invalid", `'${schedule["at"]}' is not an ISO 8601 instant`);
    return atMs > afterMs ? [atMs] : [];
  }
  if (schedule.kind === "every") return everyFires(schedule, afterMs, count);
  if (schedule.kind !== "cron") return [];
  const cron = parseSchedule(schedule, zone);
  const fires: number[] = [];
  for (let fire = cronFire(cron, afterMs); fire !== undefined; fire = cronFire(cron, fire)) {
    if (fires.length === count) break;
    fires.push(fire);
  }
  return fires;
}

/** The last instant (epoch ms) strictly before `beforeMs` at which a cron expression fires; undefined for other kinds. */
export function lastFire(schedule: Schedule, beforeMs: number, zone: string): number | undefined {
  if (schedule.kind !== "cron") return undefined;
  const cron = parseSchedule(schedule, zone);
  try {
    return cron.previousRuns(1, new Date(beforeMs))[0]?.getTime();
  } catch {
    // Looking back for a day that never comes (30 February), croner 10.0.1 runs off its own table.
    return undefined;
  }
}

/**
 * Whether the zone's clock shows at this instant what a cron expression names. A fire whose wall-clock time a switch to
 * summer time leaves out is moved on by croner, and by 2026.3.13; 2026.9.6 leaves it out.
 */
export function isShown(schedule: Schedule, instantMs: number, zone: string): boolean {
  return parseSchedule(schedule, zone).match(new Date(instantMs));
}

/** The zone that an expression names. Both generations take blanks off, and an empty one for none. */
export function namedZone({ tz }: Schedule): string | undefined {
  const zone = typeof tz === "string" ? tz.trim() : "";
  return zone === "" ? undefined : zone;
}

/**
 * Checks a cron expression (five to seven fields, or a nickname such as `@daily`) in a zone.
 * @throws ClawError `input/invalid` that says what is wrong with it
 */
export function checkExpression(expr: string, zone: string): void {
  parseExpression(expr, zone);
}

/** How far a gateway may shift each fire of this schedule, in ms; 0 for exactly on time. */
export function staggerMsOf(schedule: Schedule): number {
  if (schedule.kind !== "cron") return 0;
  const { staggerMs, expr } = schedule;
  if (typeof staggerMs === "number") return staggerMs;
  return isRecurringTopOfHour(String(expr)) ? topOfHourStaggerMs : 0;
}

/**
 * One step, as a gateway makes it from the time of the last run: the library's own list of several comes back in time
 * where clocks jump forward. Where even one step does not lead ahead, gateways ask again from the next second, and then
 * from the next day (2026.3.13, cron/schedule).
 */
function cronFire(cron: Cron, afterMs: number): number | undefined {
  const starts = [afterMs, Math.floor(afterMs / 1_000) * 1_000 + 1_000, new Date(afterMs).setUTCHours(24, 0, 0, 0)];
  for (const start of starts) {
    const fire = cron.nextRun(new Date(start))?.getTime();
    if (fire === undefined || fire > afterMs) return fire;
  }
  return undefined;
}

function everyFires(schedule: Schedule, afterMs: number, count: number): readonly number[] {
  const { everyMs, anchorMs: given } = schedule;
  if (typeof everyMs !== "number" || everyMs < 1) {
    throw new ClawError("input/invalid", `'${everyMs}' is not a number of milliseconds`);
  }
  const anchorMs = typeof given === "number" ? given : afterMs;
  const steps = afterMs < anchorMs ? 0 : Math.floor((afterMs - anchorMs) / everyMs) + 1;
  return Array.from({ length: count }, (_, at) => anchorMs + (steps + at) * everyMs).filter(isDate);
}

/** Beyond these, no calendar has a day for it (ECMA-262, time values). */
function isDate(instantMs: number): boolean {
  return Math.abs(instantMs) <= 8.64e15;
}

function parseSchedule(schedule: Schedule, zone: string): Cron {
  return parseExpression(String(schedule["expr"]), namedZone(schedule) ?? zone);
}

function parseExpression(expr: string, zone: string): Cron {
  try {
    const cron = new Cron(expr, { timezone: zone });
    // The zone is looked at when a time is asked for.
    cron.nextRun(new Date(0));
    return cron;
  } catch (cause) {
    // Looking for a day that never comes (31 April), croner 10.0.1 calls itself until no stack is left.
    if (/call stack/i.test(String(cause))) {
      throw new ClawError("input/invalid", `'${expr}' never fires: there is no such time to come`, { cause });
    }
    const isZone = /timezone/i.test(String(cause));
    const message = isZone
      ? `'${zone}' is not an IANA time zone`
      : `'${expr}' is not a cron expression: ${saying(cause)}`;
    const hint = isZone
      ? "write it like Europe/Berlin or UTC"
      : 'write five fields, minute hour day month weekday, like "0 9 * * 1-5"';
    throw new ClawError("input/invalid", message, { hint, cause });
  }
}

function saying(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).replace(/^CronPattern: /, "").replace(/\.$/, "");
}

function isRecurringTopOfHour(expr: string): boolean {
  const fields = expr.trim().split(/\s+/);
  const [minute, hour] = fields.length === 6 && fields[0] === "0" ? fields.slice(1) : fields;
  if ((fields.length !== 5 && fields.length !== 6) || minute !== "0") return false;
  if (fields.length === 6 && fields[0] !== "0") return false;
  const parts = hour?.split(",") ?? [];
  return parts.every((part) => /^(\d+|\d+-\d+|[*?])(\/\d+)?$/.test(part)) && parts.some((part) => /^[*?]/.test(part));
}
