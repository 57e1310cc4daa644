/**
 * The device key in `device.json` of the config directory: made at the first run, read at every other. A file that is
 * damaged or open to others is refused, never replaced: a new identity would have to be paired again. Keys themselves
 * are `keypair.ts`, safe files are `platform/private_file.ts`.
 */
import * as z from "zod/mini";
import { ClawError } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";
import { join } from "../platform/directories.ts";
import { parseJson } from "../platform/files.ts";
import {
  createPrivate,
  ensurePrivateDirectory,
  movePrivate,
  readPrivate,
  removePrivate,
  replacePrivate,
} from "../platform/private_file.ts";
import type { Ids, Os } from "../platform/world.ts";
import {
  deviceIdOf,
  fromBase64url,
  generateKey,
  type Identity,
  importIdentity,
  type StoredKey,
  toBase64url,
} from "./keypair.ts";

/** Where an identity is kept, and what it takes to make one. */
export interface IdentityStore {
  readonly os: Os;
  /** The config directory. */
  readonly directory: string;
  /** Numeric user id, or undefined where the system has none. */
  readonly userId: number | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** An identity and the file that it stands in. */
export interface FoundIdentity {
  readonly identity: Identity;
  readonly path: string;
}

const KeyFile = z.strictObject({
  version: z.literal(1),
  deviceId: z.string(),
  publicKey: z.string(),
  privateKey: z.string(),
  checksum: z.string(),
  createdAtMs: z.int(),
});
type KeyFile = z.infer<typeof KeyFile>;

const what = "the device key";

/** A key, and when it was made. */
export interface DatedKey extends StoredKey {
  readonly deviceId: string;
  /** Epoch ms. */
  readonly createdAtMs: number;
}

/** Where the key of a store stands, whether or not it is there. */
export function keyFilePath(store: IdentityStore): string {
  return join(store.os, store.directory, "device.json");
}

/**
 * The stored identity, or undefined before the first run. Never creates one.
 * @throws ClawError `config/key-exposed`, `config/key-damaged`, `store/io`
 */
export async function loadIdentity(store: IdentityStore): Promise<FoundIdentity | undefined> {
  const path = keyFilePath(store);
  const text = readPrivate(store, path, what);
  return text === undefined ? undefined : { identity: (await parseKeyFile(text, path)).identity, path };
}

/**
 * The stored key itself, or undefined where there is none: for who writes it elsewhere.
 * @throws ClawError `config/key-exposed`, `config/key-damaged`, `store/io`
 */
export async function loadKey(store: IdentityStore): Promise<DatedKey | undefined> {
  const path = keyFilePath(store);
  const text = readPrivate(store, path, what);
  return text === undefined ? undefined : (await parseKeyFile(text, path)).key;
}

/** Where the key that was replaced last is kept. */
export function previousKeyPath(store: IdentityStore): string {
  return join(store.os, store.directory, "device.prev");
}

/**
 * Puts a key in the place of the stored one, which stays as it is, sound or not, in `device.prev`. That name is given
 * last: the key that comes in may have had no other copy than what stands there.
 * @throws ClawError `config/key-exposed`, `config/key-damaged` when something else than a file is there, `store/io`
 */
export async function replaceKey(store: IdentityStore, key: StoredKey, createdAtMs: number): Promise<void> {
  const path = keyFilePath(store);
  const file = await keyFileOf(key, createdAtMs);
  const before = readPrivate(store, path, what);
  ensurePrivateDirectory(store.directory);
  if (before !== undefined) replacePrivate(store.os, asidePath(store), before, store.ids.uuid());
  replacePrivate(store.os, path, `${JSON.stringify(file)}\n`, store.ids.uuid());
  finishReplacing(store);
}

/**
 * Ends what a crash may have cut short in `replaceKey`: for whoever is about to look at `device.prev`.
 * @throws ClawError as `replaceKey`
 */
export function finishReplacing(store: IdentityStore): void {
  const aside = readPrivate(store, asidePath(store), what);
  if (aside === undefined) return;
  if (aside === readPrivate(store, keyFilePath(store), what)) return removePrivate(asidePath(store));
  removePrivate(previousKeyPath(store));
  movePrivate(store.os, asidePath(store), previousKeyPath(store));
}

function asidePath(store: IdentityStore): string {
  return join(store.os, store.directory, "device.prev.new");
}

/**
 * The stored identity, made now if there is none. However many processes come first at once, all get the same.
 * @throws ClawError `config/key-exposed`, `config/key-damaged`, `store/io`
 */
export async function loadOrCreateIdentity(store: IdentityStore): Promise<FoundIdentity & { wasCreated: boolean }> {
  const found = await loadIdentity(store);
  if (found !== undefined) return { ...found, wasCreated: false };
  const path = keyFilePath(store);
  const file = await keyFileOf(await generateKey(), store.clock.now());
  ensurePrivateDirectory(store.directory);
  createPrivate(store.os, path, `${JSON.stringify(file)}\n`, store.ids.uuid());
  // What stands in the file counts: another process may have been faster.
  const stored = await loadIdentity(store);
  if (stored === undefined) {
    throw new ClawError("store/io", `${path} vanished while it was made`, { details: { path } });
  }
  return { ...stored, wasCreated: stored.identity.deviceId === file.deviceId };
}

async function keyFileOf({ publicKey, privateKey }: StoredKey, createdAtMs: number): Promise<KeyFile> {
  const deviceId = await deviceIdOf(fromBase64url(publicKey));
  const file = { version: 1, deviceId, publicKey, privateKey, createdAtMs } as const;
  return { ...file, checksum: await checksumOf(file) };
}

/**
 * The key in a text of this form.
 * @param path the file's, for the error
 * @throws ClawError `config/key-damaged`
 */
export async function parseKeyFile(text: string, path: string): Promise<{ identity: Identity; key: DatedKey }> {
  const json = parseJson(text);
  if (json === undefined) throw damaged(path, text === "" ? "it is empty" : "it is not JSON");
  const file = KeyFile.safeParse(json.value);
  if (!file.success) throw damaged(path, "it has other members than a key file of version 1");
  if (file.data.checksum !== await checksumOf(file.data)) throw damaged(path, "its checksum does not fit");
  const identity = await importIdentity(file.data).catch(() => undefined);
  if (identity === undefined) throw damaged(path, "it holds no Ed25519 key");
  if (identity.deviceId !== file.data.deviceId) throw damaged(path, "its device id is another key's");
  return { identity, key: file.data };
}

/** Guards against a changed character anywhere, without signing and verifying at every start. */
async function checksumOf(file: Omit<KeyFile, "checksum">): Promise<string> {
  const text = ["claw device key", file.version, file.deviceId, file.publicKey, file.privateKey, file.createdAtMs];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text.join("\n")));
  return toBase64url(new Uint8Array(digest, 0, 8));
}

/** No `cause`: nothing that has seen the file's content goes into an error. */
function damaged(path: string, why: string): ClawError {
  return new ClawError("config/key-damaged", `${what} ${path} is damaged: ${why}`, {
    hint: "restore it from a backup, or move it aside; the identity that claw then makes must be paired again",
    details: { path },
  });
}
