/**
 * Times and durations as people read them. Pure: now and the zone are parameters. What programs get is epoch ms or ISO
 * 8601, by `json.ts`.
 */

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A length of time in two units at most: `36 ms`, `1.2 s`, `3 min 5 s`, `2 h`, `4 d 3 h`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < secondMs) return `${Math.round(ms)} ms`;
  if (ms < 10 * secondMs) return `${Math.round(ms / 100) / 10} s`;
  if (Math.round(ms / secondMs) < 60) return `${Math.round(ms / secondMs)} s`;
  // Just below a minute is a minute, as it is rounded.
  if (ms < minuteMs) return "1 min";
  const [large, largeName, small, smallName] = ms < hourMs
    ? [minuteMs, "min", secondMs, "s"] as const
    : ms < dayMs
    ? [hourMs, "h", minuteMs, "min"] as const
    : [dayMs, "d", hourMs, "h"] as const;
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}

/** A length of time to the millisecond, in as many units as it takes: `15 min`, `1 h 30 min`, `1 s 500 ms`. */
export function formatExactDuration(ms: number): string {
  let rest = ms;
  const parts = ([[dayMs, "d"], [hourMs, "h"], [minuteMs, "min"], [secondMs, "s"], [1, "ms"]] as const).flatMap(
    ([unitMs, name]) => {
      const count = Math.floor(rest / unitMs);
      rest -= count * unitMs;
      return count === 0 ? [] : [`${count} ${name}`];
    },
  );
  return parts.length === 0 ? "0 ms" : parts.join(" ");
}

/** How far an instant is from now: `in 5 min`, `3 h ago`, `now`. */
export function formatRelative(instantMs: number, nowMs: number): string {
  const distance = Math.abs(instantMs - nowMs);
  if (distance < secondMs) return "now";
  const [unitMs, name] = distance < minuteMs
    ? [secondMs, "s"] as const
    : distance < hourMs
    ? [minuteMs, "min"] as const
    : distance < 2 * dayMs
    ? [hourMs, "h"] as const
    : [dayMs, "d"] as const;
  const count = `${Math.floor(distance / unitMs)} ${name}`;
  return instantMs > nowMs ? `in ${count}` : `${count} ago`;
}

/** Date and time of a zone's wall clock, to the second, with its name for the time: `2026-11-23 09:00:00 GMT+1`. */
export function formatInstant(instantMs: number, zone: string): string {
  return `${formatWallClock(instantMs, zone)} ${partOf(instantMs, zone, "timeZoneName")}`.trimEnd();
}

/** The same without the name of the time, where the zone is clear: `2026-11-23 09:00:00`. */
export function formatWallClock(instantMs: number, zone: string): string {
  if (!isDate(instantMs)) return `${instantMs} ms`;
  const part = (name: Intl.DateTimeFormatPartTypes) => partOf(instantMs, zone, name);
  return `${formatDay(instantMs, zone)} ${part("hour")}:${part("minute")}:${part("second")}`;
}

/** The same as short as it is exact, seconds only where there are any: `2026-11-23 09:00`. */
export function formatMinute(instantMs: number, zone: string): string {
  return formatWallClock(instantMs, zone).replace(/(?<=:\d\d):00$/, "");
}

/** The date alone: `2026-11-23`. */
export function formatDay(instantMs: number, zone: string): string {
  if (!isDate(instantMs)) return `${instantMs} ms`;
  const part = (name: Intl.DateTimeFormatPartTypes) => partOf(instantMs, zone, name);
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** The time of day alone, seconds only where there are any: `09:00`. */
export function formatClock(instantMs: number, zone: string): string {
  return formatMinute(instantMs, zone).replace(/^\S+ /, "");
}

/** The day of the week: `Mon`. */
export function formatWeekday(instantMs: number, zone: string): string {
  return partOf(instantMs, zone, "weekday");
}

/** A gateway may name any number; beyond these, no calendar has a day for it (ECMA-262, time values). */
function isDate(instantMs: number): boolean {
  return Math.abs(instantMs) <= 8.64e15;
}

function partOf(instantMs: number, zone: string, name: Intl.DateTimeFormatPartTypes): string {
  if (!isDate(instantMs)) return "";
  const parts = formatterOf(zone).formatToParts(new Date(instantMs));
  return parts.find(({ type }) => type === name)?.value ?? "";
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  formatters.set(zone, formatter);
  return formatter;
}
