/**
 * Files that must not be half-written, lost or read by others: exclusive creation, atomic replacement, private modes.
 * Each function names the path and the system's reason in its error. On Windows modes do not apply; the directory's
 * own access list (below the user's profile) protects the files.
 */
import * as fs from "node:fs";
import { ClawError, type ErrorDetails } from "../errors.ts";
import type { Os } from "./world.ts";

const privateFile = 0o600;
const privateDirectory = 0o700;

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

/** Parses JSON; undefined means that the text is not JSON. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Makes a directory (and those above it) that only its owner can enter. @throws ClawError `store/io` */
export function ensurePrivateDirectory(path: string): void {
  attempt(path, "create", () => fs.mkdirSync(path, { recursive: true, mode: privateDirectory }));
}

/**
 * Creates a private file with all its content, unless something is there already. A reader sees the whole file or
 * none: the content is written and synced under another name, then linked, which fails when the name is taken.
 * @returns whether this call created it
 * @throws ClawError `store/io`
 */
export function createPrivate(os: Os, path: string, text: string, uniqueName: string): boolean {
  const temporary = writeTemporary(path, text, uniqueName);
  try {
    fs.linkSync(temporary, path);
    syncDirectoryOf(os, path);
    return true;
  } catch (cause) {
    if (osCodeOf(cause) === "EEXIST") return false;
    if (canLink(cause)) throw storeError(path, "create", cause);
    // A file system without hard links: exclusive creation, whole in one write.
    return createExclusively(path, text);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** Replaces a private file atomically, whether or not it is there. @throws ClawError `store/io` */
export function replacePrivate(os: Os, path: string, text: string, uniqueName: string): void {
  const temporary = writeTemporary(path, text, uniqueName);
  attempt(path, "replace", () => {
    try {
      fs.renameSync(temporary, path);
    } catch (cause) {
      fs.rmSync(temporary, { force: true });
      throw cause;
    }
    syncDirectoryOf(os, path);
  });
}

/** Opens a file of the user's naming for appending lines. @throws ClawError `store/io` */
export function openAppender(path: string): { append(text: string): void; [Symbol.dispose](): void } {
  const handle = attempt(path, "open", () => fs.openSync(path, "a", privateFile));
  return {
    append: (text) => attempt(path, "write", () => fs.writeSync(handle, text)),
    [Symbol.dispose]: () => fs.closeSync(handle),
  };
}

/** The system's name for a failure, e.g. ENOENT; "" when it has none. */
export function osCodeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : "";
}

function writeTemporary(path: string, text: string, uniqueName: string): string {
  const temporary = `${path}.${uniqueName}.tmp`;
  attempt(path, "write", () => {
    const handle = fs.openSync(temporary, "wx", privateFile);
    try {
      fs.writeFileSync(handle, text);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
  });
  return temporary;
}

function createExclusively(path: string, text: string): boolean {
  try {
    fs.writeFileSync(path, text, { flag: "wx", mode: privateFile, flush: true });
    return true;
  } catch (cause) {
    if (osCodeOf(cause) === "EEXIST") return false;
    throw storeError(path, "create", cause);
  }
}

/** Makes a rename or a link durable. Windows has no way to sync a directory, and needs none. */
function syncDirectoryOf(os: Os, path: string): void {
  if (os === "windows") return;
  const handle = fs.openSync(path.slice(0, Math.max(1, path.lastIndexOf("/"))), "r");
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

function canLink(cause: unknown): boolean {
  return !["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"].includes(osCodeOf(cause));
}

function orNothing<T>(path: string, verb: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (cause) {
    if (osCodeOf(cause) === "ENOENT") return undefined;
    throw storeError(path, verb, cause);
  }
}

function attempt<T>(path: string, verb: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw storeError(path, verb, cause);
  }
}

function storeError(path: string, verb: string, cause: unknown): ClawError {
  const osCode = osCodeOf(cause);
  const details: ErrorDetails = { path, osCode };
  return new ClawError("store/io", `cannot ${verb} ${path}: ${osCode || (cause as Error).message}`, {
    details,
    hint: hintFor(osCode),
    cause,
  });
}

function hintFor(osCode: string): string {
  if (osCode === "ENOSPC" || osCode === "EDQUOT") return "free some disk space, then run it again";
  if (osCode === "EROFS" || osCode === "EACCES" || osCode === "EPERM") {
    return "choose a writable place with --config-dir DIR or CLAW_CONFIG_DIR";
  }
  return "check that path, then run it again";
}
