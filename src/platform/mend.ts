/**
 * Narrowing the modes of files and directories that this user owns, and finding what crashes left behind: for a doctor's
 * hand alone. Links are left as they are.
 */
import * as fs from "node:fs";
import { factsOf, namesIn, osCodeOf, storing } from "./files.ts";

/** Writing takes milliseconds: what has been there for so long is a crash's. */
const litterMs = 3_600_000;

/** The names in a directory; none where it is none. @throws ClawError `store/io` */
export function namesOf(path: string): readonly string[] {
  return factsOf(path) === undefined ? [] : namesIn(path);
}

/**
 * Takes from others what a mode gives them.
 * @param most the bits that may stay
 * @returns what was done, or undefined when nothing was to be done, or may be
 * @throws ClawError `store/io`
 */
export function narrow(path: string, most: number, userId: number | undefined): string | undefined {
  const facts = factsOf(path);
  if (facts === undefined || facts.isLink || (userId !== undefined && facts.ownerId !== userId)) return undefined;
  if ((facts.mode & ~most) === 0) return undefined;
  const mode = facts.mode & most;
  storing(path, "change the mode of", () => fs.chmodSync(path, mode));
  return `mode ${octal(facts.mode)} is now ${octal(mode)}`;
}

/** Whether it is what a crash left of a file that was being written (`private_file.ts` names them so). */
export function isLitter(path: string): boolean {
  if (!/\.[0-9a-f-]{36}\.tmp$/.test(path)) return false;
  try {
    return Date.now() - fs.lstatSync(path).mtimeMs > litterMs;
  } catch (thrown) {
    if (osCodeOf(thrown) === "ENOENT") return false;
    throw thrown;
  }
}

/** @throws ClawError `store/io` */
export function takeAway(path: string): string {
  storing(path, "remove", () => fs.rmSync(path, { force: true }));
  return "left over by a crash: removed";
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
