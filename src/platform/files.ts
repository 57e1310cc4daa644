/**
 * Looking at files, reading them, appending to them, and parsing what stands in them. Each function names the path and
 * the system's reason in its error. claw's own secrets have stricter rules: `private_file.ts`.
 */
import * as fs from "node:fs";
import { ClawError, type ErrorDetails } from "../errors.ts";

// Without waiting: a pipe that nobody reads must not hang claw. A flag that the system lacks counts as none.
const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = fs.constants;
const appending = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK;

/** What `lstat` tells about a path; undefined when nothing is there. */
export interface FileFacts {
  readonly isFile: boolean;
  readonly isLink: boolean;
  /** Permission bits, e.g. 0o600. */
  readonly mode: number;
  readonly ownerId: number;
}

/** Looks at the path itself, not at what a link points to. @throws ClawError `store/io` */
export function factsOf(path: string): FileFacts | undefined {
  return orNothing(path, "look at", () => {
    const stat = fs.lstatSync(path);
    return { isFile: stat.isFile(), isLink: stat.isSymbolicLink(), mode: stat.mode & 0o777, ownerId: stat.uid };
  });
}

/** The text of a file, or undefined when there is none. @throws ClawError `store/io` */
export function readText(path: string): string | undefined {
  return orNothing(path, "read", () => fs.readFileSync(path, "utf8"));
}

/** `readText` for what may be a pipe: until its writer has ended, others may go on. @throws ClawError `store/io` */
export async function readPatiently(path: string): Promise<string | undefined> {
  if (orNothing(path, "look at", () => fs.statSync(path))?.isFile() !== false) return readText(path);
  try {
    return await fs.promises.readFile(path, "utf8");
  } catch (cause) {
    throw storeError(path, "read", cause);
  }
}

/** The names in a directory, none when there is no directory. @throws ClawError `store/io` */
export function namesIn(path: string): readonly string[] {
  return orNothing(path, "list", () => fs.readdirSync(path)) ?? [];
}

/** A path without any links in it, or undefined when nothing is there. @throws ClawError `store/io` */
export function realPathOf(path: string): string | undefined {
  return orNothing(path, "look at", () => fs.realpathSync(path));
}

/** Parses JSON; undefined means that the text is not JSON. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Opens a file of the user's naming for appending lines; a pipe must have its reader already. @throws ClawError `store/io` */
export function openAppender(path: string): { append(text: string): void; [Symbol.dispose](): void } {
  const handle = storing(path, "open", () => fs.openSync(path, appending, 0o600));
  return {
    append: (text) => storing(path, "write", () => fs.writeSync(handle, text)),
    [Symbol.dispose]: () => fs.closeSync(handle),
  };
}

/** The system's name for a failure, e.g. ENOENT; "" when it has none. */
export function osCodeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : "";
}

function orNothing<T>(path: string, verb: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (cause) {
    if (osCodeOf(cause) === "ENOENT") return undefined;
    throw storeError(path, verb, cause);
  }
}

/** Runs an action on a path, its failure turned into `storeError`. @throws ClawError `store/io` */
export function storing<T>(path: string, verb: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw storeError(path, verb, cause);
  }
}

/** What went wrong with a path, for people and programs. */
export function storeError(path: string, verb: string, cause: unknown): ClawError {
  const osCode = osCodeOf(cause);
  const details: ErrorDetails = { path, osCode };
  return new ClawError("store/io", `cannot ${verb} ${path}: ${osCode || (cause as Error).message}`, {
    details,
    hint: hintFor(verb, osCode),
    cause,
  });
}

function hintFor(verb: string, osCode: string): string {
  if (osCode === "ENOSPC" || osCode === "EDQUOT") return "free some disk space, then run it again";
  if (osCode !== "EROFS" && osCode !== "EACCES" && osCode !== "EPERM") return "check that path, then run it again";
  return ["read", "list", "look at"].includes(verb)
    ? "check who owns that path and who may read it"
    : "choose a writable place with --config-dir DIR, or CLAW_CONFIG_DIR and CLAW_STATE_DIR";
}
