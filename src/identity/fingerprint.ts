/**
 * Short names for secrets, so that people can tell whether two are the same without seeing either: an HMAC under a key
 * that only this installation has, so that nobody else can test guesses against it. Passwords get no fingerprint, since
 * six digits tell a weak one from the next: the caller's duty.
 */
import { ClawError } from "../errors.ts";
import { join } from "../platform/directories.ts";
import { createPrivate, ensurePrivateDirectory, readPrivate } from "../platform/private_file.ts";
import type { IdentityStore } from "./key_file.ts";
import { fromBase64url, toBase64url, toHex } from "./keypair.ts";

const keyBytes = 32;

/**
 * A function from a secret to six hex digits of its HMAC-SHA-256. Its key stands in `fingerprint.key` of the config
 * directory and is made at the first use.
 * @param isReadOnly where there is no sound key, one for this run alone will do: nothing is written, nothing is thrown
 * @throws ClawError `config/key-exposed`, `config/key-damaged`, `store/io`
 */
export async function createFingerprinter(
  store: IdentityStore,
  isReadOnly = false,
): Promise<(secret: string) => Promise<string>> {
  const bytes = isReadOnly ? soundKey(store) ?? store.ids.bytes(keyBytes) : loadOrCreateKey(store);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return async (secret) => {
    const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(secret));
    return toHex(new Uint8Array(mac, 0, 3));
  };
}

function loadOrCreateKey(store: IdentityStore): Uint8Array<ArrayBuffer> {
  const key = loadKey(store);
  if (key !== undefined) return key;
  const bytes = store.ids.bytes(keyBytes);
  ensurePrivateDirectory(store.directory);
  createPrivate(store.os, pathOf(store), `${toBase64url(bytes)}\n`, store.ids.uuid());
  // Another run may have been first.
  return loadKey(store) ?? bytes;
}

function loadKey(store: IdentityStore): Uint8Array<ArrayBuffer> | undefined {
  const [path, what] = [pathOf(store), "the key for fingerprints"];
  const text = readPrivate(store, path, what);
  if (text === undefined) return undefined;
  // 32 bytes are 43 characters, of which the last carries four bits.
  if (/^[\w-]{42}[AEIMQUYcgkosw048]\n$/.test(text)) return fromBase64url(text.trim());
  throw new ClawError("config/key-damaged", `${what} ${path} is damaged`, {
    hint: "remove that file: only the fingerprints that claw shows will change",
    details: { path },
  });
}

/** The key that is there, when it is a good one. */
function soundKey(store: IdentityStore): Uint8Array<ArrayBuffer> | undefined {
  try {
    return loadKey(store);
  } catch {
    return undefined;
  }
}

function pathOf({ os, directory }: IdentityStore): string {
  return join(os, directory, "fingerprint.key");
}
