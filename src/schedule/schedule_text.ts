/**
 * Schedules as people write them on a command line, and back: `--at`, `--every`, `--cron` with what belongs to them.
 * Whatever is wrong with one is found here, before a gateway is asked. Pure. Next: `fire_times.ts`.
 */
import { ClawError } from "../errors.ts";
import type { CronSchedule } from "../protocol/mod.ts";
import { checkExpression, nextFires, type Schedule, staggerMsOf } from "./fire_times.ts";
import { type Here, readInstant } from "./instant_text.ts";
import { parseLength, spellLength } from "./length_text.ts";
import { isZone } from "./zone.ts";

/** The flags of a schedule, as they were typed. */
export interface ScheduleText {
  readonly at?: string | undefined;
  readonly every?: string | undefined;
  readonly cron?: string | undefined;
  readonly tz?: string | undefined;
  readonly stagger?: string | undefined;
  readonly exact?: boolean | undefined;
}

export interface ReadSchedule {
  readonly schedule: CronSchedule;
  /** The zone in which a wall clock or an expression was read; undefined where none matters. */
  readonly zone: string | undefined;
  /** What the person should know of the choices that were made. */
  readonly notes: readonly string[];
}

/** An hour is the longest that is of use, a day more than any gateway was seen to take. */
const longestStaggerMs = 86_400_000;

/** Whether anything is said about when the job runs. */
export function hasSchedule(text: ScheduleText): boolean {
  return Object.values(text).some((value) => value !== undefined && value !== false);
}

/**
 * Reads the flags of one schedule.
 * @param here now, and the person's zone, which an expression gets that is given none
 * @param before the schedule that is changed: `--tz`, `--stagger` and `--exact` alone are about its expression
 * @throws ClawError `usage/bad-flag` for flags that contradict each other, `usage/missing-argument` without any,
 * `input/invalid` for what cannot be read or never fires
 */
export function readSchedule(text: ScheduleText, here: Here, before?: Schedule): ReadSchedule {
  refuseContradictions(text, before);
  if (text.at !== undefined) return readAt(text.at, text.tz, here);
  if (text.every !== undefined) return plain({ kind: "every", everyMs: readEvery(text.every) });
  const old = before?.kind === "cron" ? before : undefined;
  const expr = text.cron ?? (old === undefined ? undefined : String(old["expr"]));
  if (expr === undefined) {
    throw new ClawError("usage/missing-argument", "nothing says when the job runs", {
      hint: 'give --at TIME, --every 15m or --cron "0 9 * * 1-5"',
    });
  }
  return readCron(expr.trim(), text, here, old);
}

/** The flags that say the same: `readSchedule` makes this schedule of them again, but for an anchor; undefined for kinds without flags. */
export function spellSchedule(schedule: Schedule): ScheduleText | undefined {
  if (schedule.kind === "at") return { at: String(schedule["at"]) };
  if (schedule.kind === "every") return { every: spellLength(Number(schedule["everyMs"])) };
  if (schedule.kind !== "cron") return undefined;
  const { expr, tz, staggerMs } = schedule;
  return {
    cron: String(expr),
    ...(typeof tz === "string" ? { tz } : {}),
    ...(staggerMs === 0 ? { exact: true } : {}),
    ...(typeof staggerMs === "number" && staggerMs > 0 ? { stagger: spellLength(staggerMs) } : {}),
  };
}

function readAt(at: string, tz: string | undefined, here: Here): ReadSchedule {
  const { instantMs, zone, note } = readInstant(at, { ...here, zone: tz ?? here.zone });
  if (tz !== undefined && zone === undefined) {
    throw new ClawError("usage/bad-flag", `--tz says nothing about --at '${at}', which is the same in every zone`, {
      hint: "leave --tz out, or give a wall clock's time",
    });
  }
  return {
    schedule: { kind: "at", at: new Date(instantMs).toISOString() },
    zone,
    notes: note === undefined ? [] : [note],
  };
}

function readEvery(every: string): number {
  const everyMs = parseLength(every, "--every");
  if (everyMs > 0) return everyMs;
  throw new ClawError("input/invalid", `--every: '${every}' is no time at all`, { hint: "write 15m, 2h or 1d" });
}

function readCron(expr: string, text: ScheduleText, here: Here, old: Schedule | undefined): ReadSchedule {
  const oldZone = typeof old?.["tz"] === "string" ? old["tz"] : undefined;
  // An expression that ran by the gateway's zone goes on doing so unless somebody says otherwise.
  const isTheirs = old !== undefined && oldZone === undefined && text.tz === undefined;
  const zone = text.tz ?? oldZone ?? here.zone;
  if (zone === undefined && !isTheirs) {
    throw new ClawError("input/invalid", "your time zone is unknown, and a gateway would take its own", {
      hint: "name the zone of the expression with --tz, like Europe/Berlin or UTC",
    });
  }
  checkZone(zone ?? "UTC");
  checkExpression(expr, zone ?? "UTC");
  const staggerMs = staggerOf(expr, text, old);
  const schedule: CronSchedule = {
    kind: "cron",
    expr,
    ...(isTheirs || zone === undefined ? {} : { tz: zone }),
    ...(staggerMs === undefined ? {} : { staggerMs }),
  };
  if (nextFires(schedule, here.nowMs, 1, zone ?? "UTC").length === 0) {
    throw new ClawError("input/invalid", `'${expr}' never fires: there is no such time to come`);
  }
  return { schedule, zone: isTheirs ? undefined : zone, notes: [] };
}

/**
 * A stagger that a person chose stays with the job; one that came with the old expression goes with it. Said outright,
 * because 2026.3.13 keeps an old one when nothing is said, and 2026.9.6 does not.
 */
function staggerOf(expr: string, text: ScheduleText, old: Schedule | undefined): number | undefined {
  if (text.exact === true) return 0;
  if (text.stagger !== undefined) {
    const staggerMs = parseLength(text.stagger, "--stagger");
    if (staggerMs <= longestStaggerMs) return staggerMs;
    throw new ClawError("input/invalid", `--stagger: '${text.stagger}' is longer than a day`);
  }
  const before = old?.["staggerMs"];
  if (old === undefined || typeof before !== "number") return undefined;
  const isChosen = before !== staggerMsOf({ kind: "cron", expr: old["expr"] });
  return isChosen ? before : staggerMsOf({ kind: "cron", expr });
}

function refuseContradictions(text: ScheduleText, before: Schedule | undefined): void {
  const given = (["at", "every", "cron"] as const).filter((name) => text[name] !== undefined);
  if (given.length > 1) throw contradiction(`--${given[0]}`, `--${given[1]}`);
  if (text.exact === true && text.stagger !== undefined) throw contradiction("--exact", "--stagger");
  const [kind] = given;
  const own = text.stagger !== undefined ? "--stagger" : text.exact === true ? "--exact" : undefined;
  const others: readonly (string | undefined)[] = [own, text.tz === undefined ? undefined : "--tz"];
  if (kind === "at" && own !== undefined) throw contradiction("--at", own);
  for (const other of others) if (kind === "every" && other !== undefined) throw contradiction("--every", other);
  if (text.tz !== undefined) checkZone(text.tz);
  const [alone] = others.filter((flag) => flag !== undefined);
  if (kind !== undefined || alone === undefined || before?.kind === "cron") return;
  throw new ClawError("usage/bad-flag", `${alone} is about a cron expression, and there is none`, {
    hint: 'give one with --cron, like --cron "0 9 * * 1-5"',
  });
}

function contradiction(one: string, other: string): ClawError {
  return new ClawError("usage/bad-flag", `${one} and ${other} contradict each other`, {
    hint: "leave one of them out",
  });
}

function checkZone(zone: string): void {
  if (isZone(zone)) return;
  throw new ClawError("input/invalid", `'${zone}' is not an IANA time zone`, {
    hint: "write it like Europe/Berlin or UTC",
  });
}

function plain(schedule: CronSchedule): ReadSchedule {
  return { schedule, zone: undefined, notes: [] };
}
