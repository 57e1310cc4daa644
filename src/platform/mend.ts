/**
 * Narrowing the modes of files and directories that this user owns, and finding what crashes left behind: for a doctor's
 * hand alone. Links are left as they are, and a file that has a second name elsewhere, too.
 */
import * as fs from "node:fs";
import { osCodeOf, storing } from "./files.ts";

/** Writing takes milliseconds: what has been there for so long is a crash's. */
const litterMs = 3_600_000;

/** The bits that may stay. */
const most = { file: 0o600, folder: 0o700 } as const;

/** The names in a directory; none where it is none, or a link to one. @throws ClawError `store/io` */
export function namesOf(path: string): readonly string[] {
  return lookAt(path)?.isDirectory() === true ? storing(path, "list", () => fs.readdirSync(path)) : [];
}

/**
 * Takes from others what a mode gives them.
 * @returns what was done, or undefined when nothing was to be done, or may be
 * @throws ClawError `store/io`
 */
export function narrow(path: string, kind: keyof typeof most, userId: number | undefined): string | undefined {
  const stat = lookAt(path);
  if (stat === undefined || isForeign(stat, userId)) return undefined;
  if (kind === "folder" ? !stat.isDirectory() : !stat.isFile() || stat.nlink > 1) return undefined;
  const before = stat.mode & 0o777;
  const mode = before & most[kind];
  if (mode === before) return undefined;
  storing(path, "change the mode of", () => fs.chmodSync(path, mode));
  return `mode ${octal(before)} is now ${octal(mode)}`;
}

/** Whether it is what a crash left of a file that was being written (`private_file.ts` names them so). */
export function isLitter(path: string, userId: number | undefined): boolean {
  if (!/\.[0-9a-f-]{36}\.tmp$/.test(path)) return false;
  const stat = lookAt(path);
  return stat?.isFile() === true && !isForeign(stat, userId) && Date.now() - stat.mtimeMs > litterMs;
}

/** @throws ClawError `store/io` */
export function takeAway(path: string): string {
  storing(path, "remove", () => fs.rmSync(path, { force: true }));
  return "left over by a crash: removed";
}

function isForeign({ uid }: fs.Stats, userId: number | undefined): boolean {
  return userId !== undefined && uid !== userId;
}

/** The path itself, not what a link points to. */
function lookAt(path: string): fs.Stats | undefined {
  return storing(path, "look at", () => {
    try {
      return fs.lstatSync(path);
    } catch (thrown) {
      if (["ENOENT", "ENOTDIR"].includes(osCodeOf(thrown))) return undefined;
      throw thrown;
    }
  });
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
