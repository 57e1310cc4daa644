/**
 * Whether a device's proof is good: its id follows from its key, its time is near, its nonce is this connection's, and
 * its signature fits the text in version 3 or 2. In the order of the real gateways, so that a client with two faults
 * hears of the same one first.
 */
import { deviceIdOf, fromBase64url, toBase64url, verifySignature } from "../identity/keypair.ts";
import { type ConnectParams, type DeviceProof, maxProofAgeMs, proofText } from "../protocol/mod.ts";
import type { ProofFault } from "./refusals.ts";

/** The fault, or the device's key in the form that is kept (raw, base64url). */
export async function checkProof(
  device: DeviceProof,
  params: ConnectParams,
  challenge: { readonly nonce: string; readonly role: string },
  now: number,
): Promise<{ fault: ProofFault } | { publicKey: string }> {
  const raw = rawKeyOf(device.publicKey);
  if (raw === undefined || await deviceIdOf(raw) !== device.id) return { fault: "id" };
  if (Math.abs(now - device.signedAt) > maxProofAgeMs) return { fault: "stale" };
  const nonce = device.nonce.trim();
  if (nonce === "") return { fault: "nonce-missing" };
  if (nonce !== challenge.nonce) return { fault: "nonce-mismatch" };
  const fields = {
    deviceId: device.id,
    clientId: params.client.id,
    clientMode: params.client.mode,
    role: challenge.role,
    scopes: params.scopes ?? [],
    signedAt: device.signedAt,
    token: params.auth?.token ?? params.auth?.deviceToken ?? params.auth?.bootstrapToken ?? "",
    nonce,
    platform: params.client.platform,
    deviceFamily: params.client.deviceFamily,
  };
  const publicKey = toBase64url(raw);
  for (const version of ["v3", "v2"] as const) {
    if (await verifySignature(publicKey, proofText(fields, version), device.signature)) return { publicKey };
  }
  return { fault: "signature" };
}

/** The 32 raw bytes of a key, given as base64url, base64 or PEM (an SPKI key ends with them: RFC 8410 §4). */
function rawKeyOf(publicKey: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    if (!publicKey.includes("BEGIN")) {
      const raw = fromBase64url(publicKey);
      return raw.length === 32 ? raw : undefined;
    }
    const der = fromBase64url(publicKey.replace(/-----[^-]+-----/g, "").replace(/\s/g, ""));
    return der.length === 44 ? der.slice(-32) : undefined;
  } catch {
    return undefined;
  }
}
