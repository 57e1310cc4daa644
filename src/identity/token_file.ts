/**
 * Device tokens, one file per gateway and role below the state directory. A token is a secret of this device alone and
 * can be earned again with the gateway's shared secret; which one is presented is decided in `client/credentials.ts`.
 */
import * as z from "zod/mini";
import { ClawError } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";
import { join } from "../platform/directories.ts";
import { namesIn, parseJson } from "../platform/files.ts";
import {
  ensurePrivateDirectory,
  movePrivate,
  readPrivate,
  removePrivate,
  replacePrivate,
} from "../platform/private_file.ts";
import type { Ids, Os } from "../platform/world.ts";

/** Where tokens are kept. */
export interface TokenStore {
  readonly os: Os;
  /** Tokens stand in its folder `tokens`. */
  readonly stateDirectory: string;
  /** Numeric user id, or undefined where the system has none. */
  readonly userId: number | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
}

const TokenFile = z.strictObject({
  version: z.literal(1),
  origin: z.string(),
  role: z.string(),
  deviceId: z.string(),
  token: z.string().check(z.minLength(1)),
  scopes: z.array(z.string()),
  storedAtMs: z.int(),
});

/** A device token as a gateway issued it. */
export interface StoredToken {
  /** Scheme, host and port of the gateway. */
  readonly origin: string;
  readonly role: string;
  /** The device that it was issued to; nobody else can use it. */
  readonly deviceId: string;
  readonly token: string;
  /** What it grants. */
  readonly scopes: readonly string[];
  /** Epoch ms. */
  readonly storedAtMs: number;
}

const ending = ".json";

/**
 * The token for a gateway and role, or undefined. One of another device counts as absent.
 * @throws ClawError `config/key-exposed`, `config/key-damaged`, `store/io`
 */
export function loadToken(store: TokenStore, origin: string, role: string, deviceId: string): StoredToken | undefined {
  const stored = loadTokenFile(store, tokenPath(store, origin, role));
  const isMeant = stored?.origin === origin && stored.role === role && stored.deviceId === deviceId;
  return isMeant ? stored : undefined;
}

/**
 * Keeps a token in place of the one before, which stays beside it as `.prev`, or in the folder of its device where that
 * is another: whoever brings that device's key back wants it. A token that is stored already only gains
 * scopes: 2026.9.6 names those that a connection asked for, which may be fewer than the token grants.
 * @throws ClawError `config/key-exposed`, `config/key-damaged`, `store/io`
 */
export function saveToken(store: TokenStore, token: StoredToken): void {
  const path = tokenPath(store, token.origin, token.role);
  const before = loadTokenFile(store, path);
  if (before?.token === token.token && before.deviceId === token.deviceId && before.origin === token.origin) {
    const scopes = [...new Set([...before.scopes, ...token.scopes])];
    if (scopes.length > before.scopes.length) write(store, path, { ...before, scopes });
    return;
  }
  ensurePrivateDirectory(tokenDirectory(store));
  if (before !== undefined && before.deviceId !== token.deviceId) putAside(store, path, before);
  else if (before !== undefined) write(store, sparePathOf(path), before);
  write(store, path, token);
}

/**
 * Copies the stored token, if there is one, to `.prev` beside it. That shows that another one could be stored now.
 * @throws ClawError `config/key-exposed`, `config/key-damaged`, `store/io`
 */
export function spareToken(store: TokenStore, origin: string, role: string): void {
  const path = tokenPath(store, origin, role);
  const before = loadTokenFile(store, path);
  if (before !== undefined) write(store, sparePathOf(path), before);
}

/** All stored tokens, by origin and role. @throws ClawError `config/key-exposed`, `config/key-damaged`, `store/io` */
export function listTokens(store: TokenStore): readonly StoredToken[] {
  return tokenFiles(store).flatMap((path) => loadTokenFile(store, path) ?? []);
}

/** The paths of all stored tokens. @throws ClawError `store/io` */
export function tokenFiles(store: TokenStore): readonly string[] {
  const directory = tokenDirectory(store);
  return namesIn(directory).filter((name) => name.endsWith(ending)).sort().map((name) =>
    join(store.os, directory, name)
  );
}

/** One file's token, or undefined when it is gone. @throws ClawError `config/key-exposed`, `config/key-damaged`, `store/io` */
export function loadTokenFile(store: TokenStore, path: string): StoredToken | undefined {
  const text = readPrivate(store, path, "the device token");
  if (text === undefined) return undefined;
  const file = TokenFile.safeParse(parseJson(text)?.value);
  if (file.success) return file.data;
  throw new ClawError("config/key-damaged", `the device token ${path} is damaged`, {
    hint: "remove that file: the gateway's shared secret earns a new token",
    details: { path },
  });
}

/**
 * Sorts the tokens after the key was changed: those of other devices go into a folder of their device, and those that
 * were put aside for this one come back, where no newer stands in their place.
 * @returns the origins whose tokens were put aside
 * @throws ClawError `store/io`
 */
export function sortTokens(store: TokenStore, deviceId: string): readonly string[] {
  const aside = tokenFiles(store).flatMap((path) => {
    const token = soundToken(store, path);
    if (token === undefined || token.deviceId === deviceId) return [];
    return putAside(store, path, token) ? [token.origin] : [];
  });
  const own = folderOf(store, deviceId);
  for (const name of namesIn(own).filter((name) => name.endsWith(ending))) {
    movePrivate(store.os, join(store.os, own, name), join(store.os, tokenDirectory(store), name));
  }
  return aside;
}

/** Moves a token into its device's folder. @returns false when another run did */
function putAside(store: TokenStore, path: string, token: StoredToken): boolean {
  const folder = folderOf(store, token.deviceId);
  ensurePrivateDirectory(folder);
  const place = join(store.os, folder, nameFor(token.role, token.origin));
  // One that was put aside before is older, and worth nothing any more.
  removePrivate(sparePathOf(place));
  movePrivate(store.os, place, sparePathOf(place));
  return movePrivate(store.os, path, place);
}

/** What is damaged or exposed stays where it is: `claw device verify` tells of it. */
function soundToken(store: TokenStore, path: string): StoredToken | undefined {
  try {
    return loadTokenFile(store, path);
  } catch {
    return undefined;
  }
}

function folderOf(store: TokenStore, deviceId: string): string {
  return join(store.os, tokenDirectory(store), deviceId.replaceAll(/[^0-9a-f]/g, "_").slice(0, 64));
}

function write({ os, ids }: TokenStore, path: string, token: StoredToken): void {
  const { origin, role, deviceId, scopes, storedAtMs } = token;
  const file: z.infer<typeof TokenFile> = {
    version: 1,
    origin,
    role,
    deviceId,
    token: token.token,
    scopes: [...scopes],
    storedAtMs,
  };
  replacePrivate(os, path, `${JSON.stringify(file)}\n`, ids.uuid());
}

/** Where the tokens of a store stand, whether or not there are any. */
export function tokenDirectory({ os, stateDirectory }: TokenStore): string {
  return join(os, stateDirectory, "tokens");
}

function sparePathOf(path: string): string {
  return `${path.slice(0, -ending.length)}.prev`;
}

/** Where the token of a gateway and role stands, whether or not there is one. */
export function tokenPath(store: TokenStore, origin: string, role: string): string {
  return join(store.os, tokenDirectory(store), nameFor(role, origin));
}

/** A file's name. Readable, one to one, and legal on every system; a hash would need node:crypto: 4 ms at start. */
export function nameFor(...parts: readonly string[]): string {
  return `${parts.map((part) => encodeURIComponent(part).replaceAll("*", "%2A")).join("@")}${ending}`;
}
