/**
 * Instants as people write them: with an offset, after some time, or as a wall clock of a zone shows them. A wall clock
 * is read here, in a zone that is named to the person, never by the gateway, which takes it for UTC. Pure: now and the
 * zone are parameters. Next: `schedule_text.ts`.
 */
import { ClawError } from "../errors.ts";
import { parseLength } from "./length_text.ts";
import { formatWall, instantsOf, isZone, utcOf, type WallTime, wallTimeAt } from "./zone.ts";

/** When and where a text is read. */
export interface Here {
  /** Epoch ms. */
  readonly nowMs: number;
  /** IANA zone of the wall clocks that are meant; undefined where none is known. */
  readonly zone: string | undefined;
}

export interface ReadInstant {
  /** Epoch ms. */
  readonly instantMs: number;
  /** The zone whose wall clock was read; undefined for a text that is the same everywhere. */
  readonly zone: string | undefined;
  /** What the person should know of the choice that was made: this time comes twice. */
  readonly note: string | undefined;
}

const dayMs = 86_400_000;
/** Both generations refuse more (cron/validate-timestamp). */
const furthestMs = 10 * 365.25 * dayMs;
const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const forms = 'write "2026-11-23 09:00", 2026-11-23T09:00:00+01:00, "tomorrow 09:00", "monday 07:30", 18:00 or +20m';

/**
 * Reads an instant that is still to come.
 * @throws ClawError `input/invalid` for a text of no known form, a time that the zone skips, or one that has passed
 */
export function readInstant(text: string, here: Here): ReadInstant {
  const trimmed = text.trim();
  const read = readAfter(trimmed, here) ?? readDate(trimmed, here) ?? readDay(trimmed, here);
  if (read === undefined) {
    throw new ClawError("input/invalid", `--at: '${text}' is not a time`, { hint: forms });
  }
  const { instantMs } = read;
  const at = `${new Date(instantMs).toISOString().slice(0, 19)}Z`;
  if (instantMs <= here.nowMs) {
    throw new ClawError("input/invalid", `--at: '${text}' has passed: it was ${at}`, {
      hint: 'give a time to come, like +20m or "tomorrow 09:00"',
    });
  }
  if (instantMs > here.nowMs + furthestMs) {
    throw new ClawError("input/invalid", `--at: '${text}' is more than ten years ahead, which no gateway takes`);
  }
  return read;
}

/** `+20m` */
function readAfter(text: string, { nowMs }: Here): ReadInstant | undefined {
  if (!text.startsWith("+")) return undefined;
  return { instantMs: nowMs + parseLength(text.slice(1), "--at"), zone: undefined, note: undefined };
}

/** `2026-11-23 09:00`, possibly with seconds, `T` and an offset */
function readDate(text: string, here: Here): ReadInstant | undefined {
  const form = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i;
  const [, year, month, day, hour, minute, second = "0", fraction = "", offset] = form.exec(text) ?? [];
  if (year === undefined) return undefined;
  const wall = checked(text, {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
  });
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, "0"));
  if (offset !== undefined) {
    return { instantMs: utcOf(wall) + milliseconds - offsetMs(text, offset), zone: undefined, note: undefined };
  }
  const read = readWall(text, wall, here);
  return { ...read, instantMs: read.instantMs + milliseconds };
}

/** `tomorrow 09:00`, `monday 07:30`, `18:00`: the next such time */
function readDay(text: string, here: Here): ReadInstant | undefined {
  const [, word, hour, minute, second = "0"] = /^(?:([a-z]+)\s+)?(\d\d?):(\d\d)(?::(\d\d))?$/i.exec(text) ?? [];
  const days = hour === undefined ? undefined : daysOf(word?.toLowerCase(), here);
  if (days === undefined) return undefined;
  const now = wallTimeAt(here.nowMs, zoneOf(text, here));
  const clock = { hour: Number(hour), minute: Number(minute), second: Number(second) };
  const walls = days.map((ahead) => checked(text, { ...wallTimeAt(utcOf(now) + ahead * dayMs, "UTC"), ...clock }));
  // A day on which it has passed is followed by the next; a single day stands as it is.
  const next = walls.find((wall) => mayCome(wall, here)) ?? walls.at(-1);
  return next === undefined ? undefined : readWall(text, next, here);
}

/** How many days ahead of today the candidates are, the nearest first. */
function daysOf(word: string | undefined, here: Here): readonly number[] | undefined {
  if (word === undefined) return [0, 1];
  if (word === "today") return [0];
  if (word === "tomorrow") return [1];
  const weekday = word.length < 3 ? -1 : weekdays.findIndex((name) => name === word || name.slice(0, 3) === word);
  if (weekday < 0) return undefined;
  const today = new Date(utcOf(wallTimeAt(here.nowMs, zoneOf(word, here)))).getUTCDay();
  const ahead = (weekday - today + 7) % 7;
  return ahead === 0 ? [0, 7] : [ahead];
}

/** Whether this wall-clock time lies ahead, be it one that the zone skips. */
function mayCome(wall: WallTime, here: Here): boolean {
  const zone = zoneOf("", here);
  const last = instantsOf(wall, zone).at(-1);
  return last === undefined ? utcOf(wall) > utcOf(wallTimeAt(here.nowMs, zone)) : last > here.nowMs;
}

function readWall(text: string, wall: WallTime, here: Here): ReadInstant {
  const zone = zoneOf(text, here);
  const instants = instantsOf(wall, zone);
  const instantMs = instants.find((instant) => instant > here.nowMs) ?? instants.at(-1);
  if (instantMs === undefined) throw skipped(text, wall, zone);
  const which = instantMs === instants[0] ? "earlier" : "later";
  const note = instants.length === 1
    ? undefined
    : `${formatWall(wall)} comes twice in ${zone}: the ${which} one is meant, ${new Date(instantMs).toISOString()}`;
  return { instantMs, zone, note };
}

/** The clock jumps over it, so the time is named that the jump starts from and the one that it leads to. */
function skipped(text: string, wall: WallTime, zone: string): ClawError {
  // A jump lasts a whole day at most: Pacific/Apia left out 2011-12-30.
  let [before, after] = [utcOf(wall) - 2 * dayMs, utcOf(wall) + 2 * dayMs];
  while (after - before > 1_000) {
    const middle = Math.floor((before + after) / 2_000) * 1_000;
    if (utcOf(wallTimeAt(middle, zone)) < utcOf(wall)) before = middle;
    else after = middle;
  }
  const [last, first] = [before, after].map((instant) => formatWall(wallTimeAt(instant, zone)));
  return new ClawError("input/invalid", `--at: '${text}' does not exist in ${zone}: its clocks jump over that time`, {
    hint: `after ${last} comes ${first} there`,
    details: { zone, last, first },
  });
}

function zoneOf(text: string, { zone }: Here): string {
  if (zone === undefined) {
    throw new ClawError("input/invalid", `--at: '${text}' is a wall clock's time, and your time zone is unknown`, {
      hint: "name the zone with --tz, like Europe/Berlin or UTC, or give the time with an offset",
    });
  }
  if (isZone(zone)) return zone;
  throw new ClawError("input/invalid", `'${zone}' is not an IANA time zone`, {
    hint: "write it like Europe/Berlin or UTC",
  });
}

/** @throws ClawError for the 31st of June and the like, which would roll over to another day */
function checked(text: string, wall: WallTime): WallTime {
  const back = wallTimeAt(utcOf(wall), "UTC");
  if (
    utcOf(back) === utcOf(wall) && Object.entries(wall).every(([name, value]) => back[name as keyof WallTime] === value)
  ) {
    return wall;
  }
  throw new ClawError("input/invalid", `--at: '${text}' names a day or a time that does not exist`, { hint: forms });
}

function offsetMs(text: string, offset: string): number {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset) ?? [];
  if (sign === undefined) return 0;
  if (Number(hours) > 14 || Number(minutes) > 59) {
    throw new ClawError("input/invalid", `--at: '${text}' has an offset that no zone has`, { hint: forms });
  }
  return (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1);
}
