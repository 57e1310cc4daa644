/**
 * A device key as other programs keep it: PKCS#8 in PEM (RFC 8410), and OpenClaw's own `device.json`; claw's own form,
 * which `key_file.ts` defines, is read here, too, so that a key that was put aside can come back. Pure: which files may
 * be read or written is `own_key.ts`'s concern.
 */
import * as z from "zod/mini";
import { ClawError } from "../errors.ts";
import { parseJson } from "../platform/files.ts";
import { type DatedKey, parseKeyFile } from "./key_file.ts";
import { deviceIdOf, fromBase64url, type StoredKey } from "./keypair.ts";

/** What stands before the 32 bytes of the key: PKCS#8 of version 0, and SubjectPublicKeyInfo. */
const privatePrefix = "302e020100300506032b657004220420";
/** The same of version 1, where the public key follows: not every runtime reads it, and claw needs no more than the seed. */
const longPrefix = "3051020101300506032b657004220420";
const publicPrefix = "302a300506032b6570032100";

/** The private key as `openssl genpkey -algorithm ed25519` writes it. */
export function toPem({ privateKey }: StoredKey): string {
  return pemOf("PRIVATE KEY", privatePrefix, privateKey);
}

/** As OpenClaw 2026.3.13 keeps its own in `identity/device.json`. */
export function toOpenclaw(key: DatedKey): string {
  const { deviceId, createdAtMs } = key;
  const publicKeyPem = pemOf("PUBLIC KEY", publicPrefix, key.publicKey);
  return `${JSON.stringify({ version: 1, deviceId, publicKeyPem, privateKeyPem: toPem(key), createdAtMs }, null, 2)}\n`;
}

function pemOf(label: string, prefix: string, key: string): string {
  const bytes = new Uint8Array([...Uint8Array.fromHex(prefix), ...fromBase64url(key)]);
  return `-----BEGIN ${label}-----\n${bytes.toBase64()}\n-----END ${label}-----\n`;
}

const OpenclawFile = z.looseObject({
  version: z.literal(1),
  deviceId: z.string(),
  publicKeyPem: z.string(),
  privateKeyPem: z.string(),
});

/**
 * Reads a key in any of these forms.
 * @param name the file's, for the error
 * @throws ClawError `input/invalid` when it is no such key, or names an id or a public key that is another's
 */
export async function parseKeyText(text: string, name: string): Promise<StoredKey> {
  const json = text.trimStart().startsWith("{") ? parseJson(text) : undefined;
  if (json === undefined) return await parsePem(text, name);
  if (isOwnForm(json.value)) return await parseOwn(text, name);
  const file = OpenclawFile.safeParse(json.value);
  if (!file.success) throw unusable(name, "it is no device.json of OpenClaw");
  const key = await parsePem(file.data.privateKeyPem, name);
  if (file.data.deviceId !== await deviceIdOf(fromBase64url(key.publicKey))) {
    throw unusable(name, "its device id is another key's");
  }
  const publicKeyPem = pemOf("PUBLIC KEY", publicPrefix, key.publicKey);
  if (withoutBreaks(file.data.publicKeyPem) !== withoutBreaks(publicKeyPem)) {
    throw unusable(name, "its two halves are of different keys");
  }
  return key;
}

/** OpenClaw's file has no checksum. */
function isOwnForm(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "checksum");
}

async function parseOwn(text: string, name: string): Promise<StoredKey> {
  const own = await parseKeyFile(text, name).catch(() => {
    throw unusable(name, "it is a damaged key file of claw's");
  });
  const key = await parsePem(toPem(own.key), name);
  if (key.publicKey === own.key.publicKey) return key;
  throw unusable(name, "its two halves are of different keys");
}

async function parsePem(text: string, name: string): Promise<StoredKey> {
  const [, label, body] = /-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/.exec(text) ?? [];
  if (label === "ENCRYPTED PRIVATE KEY") throw unusable(name, "it is encrypted");
  if (label === "OPENSSH PRIVATE KEY") throw unusable(name, "it is in the form of OpenSSH");
  if (label !== "PRIVATE KEY" || body === undefined) throw unusable(name, "it holds no private key in PEM");
  try {
    const seed = seedIn(fromBase64url(withoutBreaks(body)));
    // Runtimes differ in what else they take for PKCS#8: they are given nothing but what stands here.
    const bytes = seed && new Uint8Array([...Uint8Array.fromHex(privatePrefix), ...seed]);
    const key = bytes && await crypto.subtle.importKey("pkcs8", bytes, "Ed25519", true, ["sign"]);
    const { x, d } = key === undefined ? {} : await crypto.subtle.exportKey("jwk", key);
    if (typeof x === "string" && typeof d === "string") return { publicKey: x, privateKey: d };
  } catch {
    // No cause: nothing that has seen the key goes into an error.
  }
  throw unusable(name, "it holds no Ed25519 key");
}

/** The 32 bytes that are the key, or undefined when it is another kind. */
function seedIn(bytes: Uint8Array): Uint8Array | undefined {
  const prefix = bytes.subarray(0, 16).toHex();
  const isKnown = (prefix === privatePrefix && bytes.length === 48) || (prefix === longPrefix && bytes.length === 83);
  return isKnown ? bytes.subarray(16, 48) : undefined;
}

function withoutBreaks(text: string): string {
  return text.replaceAll(/\s/g, "");
}

function unusable(name: string, why: string): ClawError {
  return new ClawError("input/invalid", `${name} cannot be used: ${why}`, {
    hint: "it takes an unencrypted Ed25519 key, as PKCS#8 in PEM, as OpenClaw's device.json, or as claw's own",
  });
}
