/**
 * Wall clocks: what an instant reads in a zone, and which instant a wall-clock time means there. By `Intl` alone, which
 * both runtimes carry with the whole zone database. Next: `fire_times.ts`.
 */

/** What a clock on the wall shows; months from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Whether the runtime's zone database knows this name. */
export function isZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The wall clock of a zone at an instant (epoch ms). */
export function wallTimeAt(instantMs: number, zone: string): WallTime {
  const parts = Object.fromEntries(
    formatterOf(zone).formatToParts(new Date(instantMs)).map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: string) => parts[name] ?? 0;
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
    second: part("second"),
  };
}

/**
 * The instants (epoch ms) at which the zone's wall clock shows this time: one as a rule, none within the hour that a
 * switch to summer time leaves out, two within the one that the switch back repeats; the earlier first.
 */
export function instantsOf(wall: WallTime, zone: string): readonly number[] {
  const asUtcMs = utcOf(wall);
  const dayMs = 86_400_000;
  const offsets = [-dayMs, 0, dayMs].map((shift) => offsetAt(asUtcMs + shift, zone));
  const candidates = [...new Set(offsets)].map((offset) => asUtcMs - offset);
  return candidates.filter((instant) => utcOf(wallTimeAt(instant, zone)) === asUtcMs).sort((a, b) => a - b);
}

/** How far the zone's clock is ahead of UTC at an instant, in ms. */
export function offsetAt(instantMs: number, zone: string): number {
  const second = Math.floor(instantMs / 1_000) * 1_000;
  return utcOf(wallTimeAt(second, zone)) - second;
}

/** This wall-clock time as if it were UTC's, in epoch ms. */
export function utcOf({ year, month, day, hour, minute, second }: WallTime): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** As clocks are written: `2026-11-23 09:00:00`. */
export function formatWall({ year, month, day, hour, minute, second }: WallTime): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
  });
  formatters.set(zone, formatter);
  return formatter;
}
