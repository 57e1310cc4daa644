/**
 * Lengths of time of a schedule as people write them, in ms: `15m`, `1h30m`, `1d`. A bare number is refused, as in
 * every duration that claw reads; unlike a setting's, these may be as long as a schedule needs. Next: `instant_text.ts`.
 */
import { ClawError } from "../errors.ts";

const unitsMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const units = Object.keys(unitsMs) as (keyof typeof unitsMs)[];
const form = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,9})s)?(?:(\d{1,12})ms)?$/;

/**
 * Parses a length of time, its units from large to small.
 * @param flag named in the error
 * @throws ClawError `input/invalid`
 */
export function parseLength(text: string, flag: string): number {
  const counts = form.exec(text.trim())?.slice(1);
  if (text.trim() === "" || counts === undefined) {
    throw new ClawError("input/invalid", `${flag}: '${text}' is not a length of time`, {
      hint: /^\d+$/.test(text.trim())
        ? `it needs a unit: ${text.trim()}s or ${text.trim()}m?`
        : "write 30s, 15m, 1h30m or 1d",
    });
  }
  return units.reduce((sum, unit, at) => sum + Number(counts[at] ?? 0) * unitsMs[unit], 0);
}

/** The shortest text that `parseLength` reads as this many ms. */
export function spellLength(ms: number): string {
  let rest = ms;
  const parts = units.map((unit) => {
    const count = Math.floor(rest / unitsMs[unit]);
    rest -= count * unitsMs[unit];
    return count === 0 ? "" : `${count}${unit}`;
  });
  return parts.join("") || "0s";
}
