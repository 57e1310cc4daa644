/**
 * What is wrong with a device's proof in connect. A gateway says only that the signature is invalid; here the texts that
 * authors of clients have signed by mistake are tried, until one fits. Next: `explainer.ts`.
 */
import { deviceIdOf, fromBase64url, toBase64url, verifySignature } from "../identity/keypair.ts";
import { type Members, membersOf, type Moment, type Objection, odd, refused } from "./objections.ts";
import { mistakenTexts, type SignedFields, signedTexts } from "./signed_texts.ts";

/** Every objection to the proof in these params of connect; none where there is none. */
export async function proofObjections(params: Members, moment: Moment): Promise<readonly Objection[]> {
  const misplaced = noncePlace(params, moment.challenge.nonce);
  if (params["device"] === undefined) return misplaced;
  const device = membersOf(params["device"]);
  const key = bytesOf(device["publicKey"], 32);
  const signature = bytesOf(device["signature"], 64);
  return [
    ...misplaced,
    ...nonceObjections(device["nonce"], moment),
    ...timeObjections(device["signedAt"], moment.challenge.ts),
    ...encodingObjections("key-encoding", "device.publicKey", device["publicKey"], key),
    ...encodingObjections("signature-encoding", "device.signature", device["signature"], signature),
    ...(key === undefined ? [] : await idObjections(device["id"], key.bytes)),
    ...(key === undefined || signature === undefined
      ? []
      : await textObjections(fieldsOf(params, device), key.bytes, signature.bytes, moment)),
  ];
}

function noncePlace(params: Members, nonce: string): readonly Objection[] {
  const places = [["params", params], ["params.client", params["client"]], ["params.auth", params["auth"]]] as const;
  return places.filter(([, holder]) => membersOf(holder)["nonce"] !== undefined).map(([place, holder]) => {
    const whose = membersOf(holder)["nonce"] === nonce ? "the challenge's nonce" : "a nonce";
    return refused("nonce-place", `${whose} stands in ${place}.nonce; it belongs into params.device.nonce`);
  });
}

function nonceObjections(nonce: unknown, { challenge, earlierNonces }: Moment): readonly Objection[] {
  if (typeof nonce !== "string" || nonce.trim() === "") {
    return [refused("nonce-missing", "device.nonce is missing: it is payload.nonce of the event connect.challenge")];
  }
  if (nonce.trim() === challenge.nonce) return [];
  return earlierNonces.has(nonce.trim())
    ? [refused("nonce-earlier", "device.nonce is that of an earlier connection: each has a challenge of its own")]
    : [refused("nonce-foreign", "device.nonce is not payload.nonce of this connection's connect.challenge")];
}

/** How far a client may read the clock from the challenge before it counts as its own. */
function timeObjections(signedAt: unknown, ts: number): readonly Objection[] {
  if (typeof signedAt !== "number" || signedAt === ts) return [];
  const offMs = Math.round(signedAt - ts);
  if (Math.abs(signedAt * 1_000 - ts) < 86_400_000) {
    return [refused("signed-at-unit", "device.signedAt is in seconds; it must be in milliseconds, as payload.ts is")];
  }
  const clock =
    `device.signedAt is ${offMs} ms off the challenge's ts: sign with payload.ts, not with a clock of your own`;
  return [{ rule: "signed-at-clock", isRefused: Math.abs(offMs) > 120_000, says: clock }];
}

interface Decoded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly form: "base64url" | "padded" | "base64" | "pem" | "hex";
}

/** Bytes as base64url, base64, PEM (SPKI, RFC 8410 §4) or hex; undefined when they are none of it. */
function bytesOf(text: unknown, length: number): Decoded | undefined {
  if (typeof text !== "string") return undefined;
  try {
    if (/^[0-9a-f]+$/i.test(text) && text.length === 2 * length) {
      return { bytes: Uint8Array.fromHex(text), form: "hex" };
    }
    if (text.includes("BEGIN")) {
      const der = fromBase64url(text.replace(/-----[^-]+-----/g, "").replace(/\s/g, ""));
      return der.length === 44 ? { bytes: der.slice(-32), form: "pem" } : undefined;
    }
    const bytes = fromBase64url(text);
    if (bytes.length !== length) return undefined;
    return { bytes, form: /[+/]/.test(text) ? "base64" : text.includes("=") ? "padded" : "base64url" };
  } catch {
    return undefined;
  }
}

function encodingObjections(
  rule: "key-encoding" | "signature-encoding",
  name: string,
  text: unknown,
  decoded: Decoded | undefined,
): readonly Objection[] {
  if (typeof text !== "string" || decoded?.form === "base64url") return [];
  const right = "base64url without padding";
  if (decoded === undefined) {
    const what = rule === "key-encoding" ? "the 32 raw bytes of an Ed25519 key" : "the 64 bytes of a signature";
    return [refused(rule, `${name} must be ${what}, as ${right}`)];
  }
  if (decoded.form === "hex") return [refused(rule, `${name} is in hex; it must be ${right}`)];
  if (decoded.form !== "padded") return [odd(rule, `${name} is ${decoded.form}, which gateways take; send ${right}`)];
  return [odd("padding", `${name} is padded with "=", which gateways take; send base64url without padding`)];
}

async function idObjections(id: unknown, raw: Uint8Array<ArrayBuffer>): Promise<readonly Objection[]> {
  if (typeof id !== "string" || id === await deviceIdOf(raw)) return [];
  const encoded = toBase64url(raw);
  const isOfText = id === await deviceIdOf(new TextEncoder().encode(encoded));
  const how = isOfText ? "the SHA-256 of the key's text, not of its bytes" : "not the key's";
  return [refused("device-id", `device.id is ${how}: it is the lower-case hex SHA-256 of the raw 32-byte public key`)];
}

async function textObjections(
  fields: SignedFields,
  key: Uint8Array,
  signature: Uint8Array,
  { challenge }: Moment,
): Promise<readonly Objection[]> {
  const fits = (text: string) => verifySignature(toBase64url(key), text, toBase64url(signature));
  const [newer, older] = signedTexts(fields);
  if (await fits(newer)) return [];
  if (await fits(older)) {
    return [
      odd("signature-version", "the signature is of version 2, which does not cover the platform: sign version 3"),
    ];
  }
  for (const { text, says } of mistakenTexts(fields, challenge)) {
    if (await fits(text)) return [refused("signed-text", `the signature is good, but ${says}`)];
  }
  const right = "v3|id|client.id|client.mode|role|scopes|signedAt|token|nonce|platform|deviceFamily";
  return [refused("signed-text", `the signature fits no text that is known here; it must be of ${right}`)];
}

function fieldsOf(params: Members, device: Members): SignedFields {
  const client = membersOf(params["client"]);
  const auth = membersOf(params["auth"]);
  const text = (value: unknown) => typeof value === "string" ? value : "";
  const scopes = params["scopes"];
  return {
    deviceId: text(device["id"]),
    clientId: text(client["id"]),
    clientMode: text(client["mode"]),
    role: text(params["role"] ?? "operator"),
    scopes: Array.isArray(scopes) ? scopes.map(text) : [],
    signedAt: typeof device["signedAt"] === "number" ? device["signedAt"] : NaN,
    token: text(auth["token"] ?? auth["deviceToken"] ?? auth["bootstrapToken"]),
    nonce: text(device["nonce"]).trim(),
    platform: text(client["platform"]),
    deviceFamily: text(client["deviceFamily"]),
    otherSecrets: [auth["password"], auth["deviceToken"], auth["bootstrapToken"]].map(text).filter((one) => one !== ""),
  };
}
