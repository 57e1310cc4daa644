/**
 * An Ed25519 device key by WebCrypto: make, import, sign, verify, and the id that follows from it. No files here
 * (`key_file.ts`), no text of what is signed (`protocol/proof.ts`).
 */
import { ClawError } from "../errors.ts";

/** A device's key as it can be stored: base64url without padding. */
export interface StoredKey {
  /** Raw 32-byte public key. */
  readonly publicKey: string;
  /** Raw 32-byte private seed (RFC 8032). */
  readonly privateKey: string;
}

/** An installation that can prove who it is. */
export interface Identity {
  /** Lower-case hex SHA-256 of the raw public key. */
  readonly deviceId: string;
  /** Raw 32-byte public key, base64url without padding, as the wire wants it. */
  readonly publicKey: string;
  /** The signature over the UTF-8 text, base64url without padding. */
  sign(text: string): Promise<string>;
}

/** Makes a new key from 32 random bytes. */
export async function generateKey(): Promise<StoredKey> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey);
  if (typeof jwk.x !== "string" || typeof jwk.d !== "string") {
    throw new ClawError("internal", "this runtime exports Ed25519 keys in an unknown form");
  }
  return { publicKey: jwk.x, privateKey: jwk.d };
}

/**
 * The identity of a stored key. That the two halves belong together is the key file's checksum's concern.
 * @throws ClawError `config/key-damaged` when the key is not an Ed25519 pair
 */
export async function importIdentity(key: StoredKey): Promise<Identity> {
  const jwk = { kty: "OKP", crv: "Ed25519", x: key.publicKey, d: key.privateKey };
  let raw: Uint8Array<ArrayBuffer>;
  let privateKey: CryptoKey;
  try {
    raw = fromBase64url(key.publicKey);
    // Runtimes look at the private half only.
    if (raw.length !== 32) throw new RangeError(`a public key of ${raw.length} bytes`);
    privateKey = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["sign"]);
  } catch (cause) {
    throw new ClawError("config/key-damaged", "the device key is not a valid Ed25519 key", { cause });
  }
  return {
    deviceId: await deviceIdOf(raw),
    publicKey: key.publicKey,
    async sign(text) {
      return toBase64url(new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, encode(text))));
    },
  };
}

/** Whether `signature` (base64url) over `text` was made by the holder of `publicKey` (raw, base64url). Never throws. */
export async function verifySignature(publicKey: string, text: string, signature: string): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", fromBase64url(publicKey), "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, fromBase64url(signature), encode(text));
  } catch {
    return false;
  }
}

/** Lower-case hex SHA-256 of the raw public key. */
export async function deviceIdOf(rawPublicKey: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", rawPublicKey)));
}

/** SHA-256 of a public key (raw, base64url) as `ssh-keygen -l` writes it. @throws SyntaxError when it is no base64 */
export async function keyFingerprintOf(publicKey: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", fromBase64url(publicKey));
  return `SHA256:${new Uint8Array(digest).toBase64({ omitPadding: true })}`;
}

/** RFC 4648 §5, without padding. */
export function toBase64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Accepts plain base64 and padding too. @throws SyntaxError when it is neither */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(text.replaceAll("+", "-").replaceAll("/", "_"), { alphabet: "base64url" });
}

export function toHex(bytes: Uint8Array): string {
  return bytes.toHex();
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
