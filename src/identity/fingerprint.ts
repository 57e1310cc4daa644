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
 * @param isReadOnly where there is no key yet, one for this run alone will do: nothing is written
 * @throws ClawError `config/key-exposed`, `config/key-damaged`, `store/io`
 */
export async function createFingerprinter(
  store: IdentityStore,
  isReadOnly = false,
): Promise<(secret: string) => Promise<string>> {
  const bytes = loadOrCreateKey(store, isReadOnly);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return async (secret) => {
    const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(secret));
    return toHex(new Uint8Array(mac, 0, 3));
  };
}

function loadOrCreateKey(store: IdentityStore, isReadOnly: boolean): Uint8Array<ArrayBuffer> {
  const path = join(store.os, store.directory, "fingerprint.key");
  const what = "the key for fingerprints";
  let text = readPrivate(store, path, what);
  if (text === undefined && isReadOnly) return store.ids.bytes(keyBytes);
  if (text === undefined) {
    ensurePrivateDirectory(store.directory);
    createPrivate(store.os, path, `${toBase64url(store.ids.bytes(keyBytes))}\n`, store.ids.uuid());
    text = readPrivate(store, path, what) ?? "";
  }
  // 32 bytes are 43 characters, of which the last carries four bits.
  if (/^[\w-]{42}[AEIMQUYcgkosw048]\n$/.test(text)) return fromBase64url(text.trim());
  throw new ClawError("config/key-damaged", `${what} ${path} is damaged`, {
    hint: "remove that file: only the fingerprints that claw shows will change",
    details: { path },
  });
}
