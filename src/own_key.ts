/**
 * What can be done with this device's key: a new one, a copy of it, another's in its place. Joins the key's forms with
 * the files that they stand in, and lets the tokens follow the key. Apart from `context.ts` because few runs need it.
 */
import type { KeyChange, KeyFormat, OwnKey } from "./cli/context.ts";
import { asClawError, ClawError } from "./errors.ts";
import {
  type DatedKey,
  finishReplacing,
  type IdentityStore,
  keyFilePath,
  loadKey,
  previousKeyPath,
  replaceKey,
} from "./identity/key_file.ts";
import { parseKeyText, toOpenclaw, toPem } from "./identity/key_formats.ts";
import { deviceIdOf, fromBase64url, generateKey, keyFingerprintOf, type StoredKey } from "./identity/keypair.ts";
import { sortTokens, type TokenStore } from "./identity/token_file.ts";
import { factsOf, realPathOf } from "./platform/files.ts";
import { createPrivate, readPrivate } from "./platform/private_file.ts";

type Store = IdentityStore & TokenStore;

/** @param openclawState OpenClaw's state directory, where its variable names one */
export function createOwnKey(store: Store, openclawState: string | undefined): OwnKey {
  return {
    isMissing: () => factsOf(keyFilePath(store)) === undefined,
    reset: async () => await putInPlace(store, await generateKey()),
    export: (path, format) => exportKey(store, path, format),
    import: (path) => importKey(store, path),
    isOpenclaws: (path) => isBelowOpenclaw(store, path, openclawState),
  };
}

async function putInPlace(store: Store, key: StoredKey): Promise<KeyChange> {
  finishReplacing(store);
  const old = await soundKey(store);
  const hadKey = factsOf(keyFilePath(store)) !== undefined;
  await replaceKey(store, key, store.clock.now());
  const deviceId = await deviceIdOf(fromBase64url(key.publicKey));
  return {
    oldDeviceId: old?.deviceId,
    deviceId,
    keyFingerprint: await keyFingerprintOf(key.publicKey),
    previousKey: hadKey ? previousKeyPath(store) : undefined,
    gateways: sortTokens(store, deviceId),
  };
}

/** One that is damaged may be replaced like any other: to get out of that is what a reset is for. */
async function soundKey(store: Store): Promise<DatedKey | undefined> {
  return await loadKey(store).catch((thrown: unknown) => {
    if (thrown instanceof ClawError && thrown.code === "config/key-damaged") return undefined;
    throw thrown;
  });
}

async function exportKey(store: Store, path: string, format: KeyFormat): Promise<{ readonly deviceId: string }> {
  const key = await loadKey(store);
  if (key === undefined) {
    throw new ClawError("input/invalid", "there is no key yet", { hint: "the first connection makes one" });
  }
  const text = format === "pem" ? toPem(key) : toOpenclaw(key);
  if (create(store, path, text)) return { deviceId: key.deviceId };
  throw new ClawError("input/invalid", `${path} is there already, and is not overwritten`, {
    hint: "name a file that is not there",
  });
}

/** The hint of a file of claw's own would lead astray. */
function create({ os, ids }: Store, path: string, text: string): boolean {
  try {
    return createPrivate(os, withFolder(path), text, ids.uuid());
  } catch (thrown) {
    const { code, message, hint = "", details } = asClawError(thrown);
    throw new ClawError(code, message, {
      hint: hint.startsWith("free ") ? hint : "name a file in a folder where you may write",
      details,
      cause: thrown,
    });
  }
}

async function importKey(store: Store, path: string): Promise<KeyChange | undefined> {
  finishReplacing(store);
  const text = readKeyText(store, realPathOf(path) ?? path);
  if (text === undefined) throw new ClawError("input/invalid", `there is no ${path}`, { hint: "check the path" });
  const key = await parseKeyText(text, path);
  const old = await soundKey(store);
  return old?.publicKey === key.publicKey ? undefined : await putInPlace(store, key);
}

/** Nothing is to be moved aside that is no key: it was only named by mistake. */
function readKeyText(store: Store, path: string): string | undefined {
  try {
    return readPrivate(store, path, "the key");
  } catch (thrown) {
    const { code, message } = asClawError(thrown);
    if (code !== "config/key-damaged") throw thrown;
    throw new ClawError("input/invalid", message, { hint: "name a file that holds a key", cause: thrown });
  }
}

/** A bare name stands in the working directory. */
function withFolder(path: string): string {
  return /[/\\]/.test(path) ? path : `./${path}`;
}

/** What is there, or what will be, wherever links lead. */
function isBelowOpenclaw({ os }: Store, path: string, openclawState: string | undefined): boolean {
  const folder = withFolder(path).replace(/[/\\][^/\\]*$/, "") || "/";
  const named = openclawState ? realPathOf(`${openclawState}/identity`) : undefined;
  // Elsewhere upper and lower case name the same file.
  const fold = (place: string) => os === "linux" ? place : place.toLowerCase();
  const places = [path, realPathOf(path), realPathOf(folder)].filter((place) => place !== undefined).map(fold);
  const own = named === undefined ? [] : [fold(named)];
  return places.some((place) =>
    /(^|[/\\])\.openclaw[^/\\]*[/\\]identity([/\\]|$)/.test(place) ||
    own.some((mine) => place === mine || place.startsWith(`${mine}/`) || place.startsWith(`${mine}\\`))
  );
}
