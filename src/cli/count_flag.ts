/** Counts as flags: `--limit 20`, `--hours 24`. */
import { ClawError } from "../errors.ts";

/**
 * A whole number from 1 up.
 * @throws ClawError `usage/bad-flag`
 */
export function parseCount(text: string, flag: string, most = 1_000_000): number {
  const count = Number(text);
  if (/^\d{1,7}$/.test(text) && count >= 1 && count <= most) return count;
  throw new ClawError("usage/bad-flag", `${flag}: '${text}' is not a whole number from 1 to ${most}`);
}
