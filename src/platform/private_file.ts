/**
 * Files that only their owner may read, and that must never be lost or half-written: exclusive creation, atomic
 * replacement, and a reader that refuses what others could have seen. On Windows modes do not apply; the directory's
 * own access list (below the user's profile) protects the files. What stands in them is `identity`'s concern.
 */
import * as fs from "node:fs";
import { ClawError } from "../errors.ts";
import { factsOf, namesIn, osCodeOf, storeError, storing } from "./files.ts";
import type { Os } from "./world.ts";

const privateFile = 0o600;
const privateDirectory = 0o700;

/** Who reads: modes count on POSIX only, and the owner must be this user. */
export interface Reader {
  readonly os: Os;
  /** Numeric user id, or undefined where the system has none. */
  readonly userId: number | undefined;
}

/**
 * The text of a private file, or undefined when there is none. Looked at and read through one open file, so that
 * nobody can put another in its place in between.
 * @param what the file's name for people, e.g. "the device key"
 * @throws ClawError `config/key-exposed` when it is a link, another user's, or open to others; `config/key-damaged`
 * when it is no file; `store/io`
 */
export function readPrivate(reader: Reader, path: string, what: string): string | undefined {
  const handle = openUnlinked(reader, path, what);
  if (handle === undefined) return undefined;
  try {
    const stat = storing(path, "look at", () => fs.fstatSync(handle));
    if (!stat.isFile()) {
      throw new ClawError("config/key-damaged", `${what} ${path} is not a file`, { hint: "move it aside" });
    }
    if (reader.os !== "windows") refuseExposed(reader, path, what, stat.mode & 0o777, stat.uid);
    return storing(path, "read", () => fs.readFileSync(handle, "utf8"));
  } finally {
    fs.closeSync(handle);
  }
}

/** Makes a directory (and those above it) that only its owner can enter. @throws ClawError `store/io` */
export function ensurePrivateDirectory(path: string): void {
  storing(path, "create", () => fs.mkdirSync(path, { recursive: true, mode: privateDirectory }));
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
  } catch (cause) {
    if (osCodeOf(cause) === "EEXIST") return false;
    // No hard links here (some network and removable file systems, Android): whole in one write is the next best.
    return createExclusively(path, text);
  } finally {
    fs.rmSync(temporary, { force: true });
    removeLitter(path);
  }
  syncDirectoryOf(os, path);
  return true;
}

/** Replaces a private file atomically, whether or not it is there. @throws ClawError `store/io` */
export function replacePrivate(os: Os, path: string, text: string, uniqueName: string): void {
  const temporary = writeTemporary(path, text, uniqueName);
  try {
    fs.renameSync(temporary, path);
  } catch (cause) {
    fs.rmSync(temporary, { force: true });
    throw storeError(path, "replace", cause);
  }
  syncDirectoryOf(os, path);
  removeLitter(path);
}

/** Takes a file away, if it is there. @throws ClawError `store/io` */
export function removePrivate(path: string): void {
  storing(path, "remove", () => fs.rmSync(path, { force: true }));
}

/**
 * Gives a private file another place, which must be free, on the same file system.
 * @returns whether there was such a file and the place was free
 * @throws ClawError `store/io`
 */
export function movePrivate(os: Os, from: string, to: string): boolean {
  if (factsOf(from) === undefined || factsOf(to) !== undefined) return false;
  storing(from, "move", () => fs.renameSync(from, to));
  syncDirectoryOf(os, to);
  return true;
}

function openUnlinked({ os, userId }: Reader, path: string, what: string): number | undefined {
  const linked = () =>
    new ClawError("config/key-exposed", `${what} ${path} is a symbolic link`, {
      hint: "put the file itself in the link's place",
      details: { path, reason: "is-link" },
    });
  // Windows has no flag against following links.
  if (os === "windows" && factsOf(path)?.isLink) throw linked();
  try {
    // Without waiting: a pipe in the file's place must not hang claw. A flag that the system lacks counts as none.
    return fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch (cause) {
    const osCode = osCodeOf(cause);
    if (osCode === "ENOENT") return undefined;
    if (osCode === "ELOOP") throw linked();
    if (osCode === "EACCES") refuseForeign(path, what, userId, factsOf(path)?.ownerId);
    throw storeError(path, "read", cause);
  }
}

function refuseExposed({ userId }: Reader, path: string, what: string, mode: number, ownerId: number): void {
  refuseForeign(path, what, userId, ownerId);
  if ((mode & 0o077) === 0) return;
  const octal = mode.toString(8).padStart(4, "0");
  throw new ClawError("config/key-exposed", `${what} ${path} is open to other users (mode ${octal})`, {
    hint: `chmod 600 ${quoteForShell(path)}`,
    details: { path, mode: octal },
  });
}

function refuseForeign(path: string, what: string, userId: number | undefined, ownerId: number | undefined): void {
  if (userId === undefined || ownerId === undefined || ownerId === userId) return;
  throw new ClawError("config/key-exposed", `${what} ${path} belongs to another user (id ${ownerId})`, {
    hint: "run claw as that user, or move the file aside",
    details: { path, ownerId, reason: "foreign" },
  });
}

/** A path as one word of a POSIX command line. */
export function quoteForShell(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

function writeTemporary(path: string, text: string, uniqueName: string): string {
  const temporary = `${path}.${uniqueName}.tmp`;
  storing(path, "write", () => writeNew(temporary, text));
  return temporary;
}

function createExclusively(path: string, text: string): boolean {
  try {
    writeNew(path, text);
    return true;
  } catch (cause) {
    if (osCodeOf(cause) === "EEXIST") return false;
    throw storeError(path, "create", cause);
  }
}

/** What could not be written whole is taken away again. */
function writeNew(path: string, text: string): void {
  const handle = fs.openSync(path, "wx", privateFile);
  try {
    fs.writeFileSync(handle, text);
    fs.fsyncSync(handle);
  } catch (cause) {
    fs.rmSync(path, { force: true });
    throw cause;
  } finally {
    fs.closeSync(handle);
  }
}

/** Writing takes milliseconds: what has been there for so long is a crash's. */
const litterMs = 3_600_000;

/** Takes away what crashes left behind while they wrote this file. What cannot be taken away does no harm. */
function removeLitter(path: string): void {
  const [, folder = "", name = ""] = /^(.*[/\\])?([^/\\]*)$/.exec(path) ?? [];
  try {
    for (const other of namesIn(folder || ".")) {
      if (!other.startsWith(`${name}.`) || !/^[0-9a-f-]{36}\.tmp$/.test(other.slice(name.length + 1))) continue;
      if (Date.now() - fs.lstatSync(folder + other).mtimeMs > litterMs) fs.rmSync(folder + other, { force: true });
    }
  } catch {
    // A directory that may not be read, or somebody else was faster.
  }
}

/** Makes a rename or a link durable, where the system can: the file is in its place either way. */
function syncDirectoryOf(os: Os, path: string): void {
  if (os === "windows") return;
  let handle: number | undefined;
  try {
    handle = fs.openSync(path.slice(0, Math.max(1, path.lastIndexOf("/"))), "r");
    fs.fsyncSync(handle);
  } catch (cause) {
    // A directory that may be written but not read, or a file system that syncs files only.
    if (!["EACCES", "EPERM", "EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(osCodeOf(cause))) {
      throw storeError(path, "sync", cause);
    }
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
}
