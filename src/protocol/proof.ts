/**
 * The exact text that a device signs, built by signer and verifier from the same function. Signing itself is
 * identity's; this file has no crypto. Checked against every signature in the recordings.
 */

/** Everything that goes into the text. `token` is the first present of token, device token, bootstrap token. */
export interface ProofFields {
  readonly deviceId: string;
  readonly clientId: string;
  readonly clientMode: string;
  readonly role: string;
  /** In the order sent. */
  readonly scopes: readonly string[];
  /** The challenge's `ts`, epoch ms: immune to a wrong local clock. */
  readonly signedAt: number;
  /** "" when none is presented. A password is never signed. */
  readonly token: string;
  readonly nonce: string;
  readonly platform: string;
  readonly deviceFamily?: string | undefined;
}

/** Version 3 binds the platform, version 2 does not; gateways of both generations try 3, then 2 (transcripts 02). */
export type ProofVersion = "v2" | "v3";

/** Joins the fields with `|`, e.g. `v3|<id>|cli|cli|operator|operator.write|1795262041010||<nonce>|linux|`. */
export function proofText(fields: ProofFields, proofVersion: ProofVersion = "v3"): string {
  const common = [
    proofVersion,
    fields.deviceId,
    fields.clientId,
    fields.clientMode,
    fields.role,
    fields.scopes.join(","),
    String(fields.signedAt),
    fields.token,
    fields.nonce,
  ];
  if (proofVersion === "v2") return common.join("|");
  return [...common, normaliseMetadata(fields.platform), normaliseMetadata(fields.deviceFamily)].join("|");
}

/** Trimmed, and only A to Z lower-cased, as the gateway does it: `toLowerCase` would touch other alphabets too. */
export function normaliseMetadata(value: string | undefined): string {
  return (value ?? "").trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
