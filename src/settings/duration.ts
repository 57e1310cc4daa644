/**
 * Durations as people write them, in ms: `500ms`, `30s`, `2m`, `1h`. A bare number is refused: half of all readers
 * take it for seconds and the other half for milliseconds.
 */
import { invalid, type Origin } from "./origin.ts";

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** Timers of both runtimes overflow beyond 2^31 - 1 ms and then fire at once. */
const longestMs = 2_147_483_647;
const forms = "write 500ms, 30s, 2m or 1h";

/**
 * Parses a duration of at least 0 ms and at most 24 days.
 * @param origin where the text stands; a flag's error is about usage, any other's about configuration
 * @throws ClawError `usage/bad-flag` or `config/invalid`
 */
export function parseDuration(text: string, origin: Origin): number {
  const [, digits, unit] = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  if (digits === undefined) throw invalid(origin, "this is not a duration", forms);
  if (unit === undefined) throw invalid(origin, `a duration needs a unit: ${digits}s?`, forms);
  const ms = Math.round(Number(digits) * (unitsMs[unit] ?? 0));
  if (ms > longestMs) throw invalid(origin, "this duration is longer than 24 days", forms);
  return ms;
}
