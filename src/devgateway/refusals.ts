/**
 * Every way in which the gateway refuses a `connect`: what goes into the response, how the socket is closed, how the
 * log names it, and what the client should do instead. When each one applies is `admission.ts`'s decision.
 */
import type { ConnectParams, ProtocolVersion } from "../protocol/mod.ts";
import type { PendingPairing } from "./pairings.ts";

export interface Refusal {
  /** The top-level error code. */
  readonly code: "INVALID_REQUEST" | "NOT_PAIRED";
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly closeCode: number;
  /** The close's reason where it is not the message. */
  readonly closeReason?: string;
  /** The log's word for it. */
  readonly cause: string;
  readonly advice: string;
}

const invalid = { code: "INVALID_REQUEST", closeCode: 1008 } as const;

export function refuseParams(complaints: string): Refusal {
  return {
    ...invalid,
    message: `invalid connect params: ${complaints}`,
    cause: "invalid-handshake",
    advice: "The params of connect are a closed object at every level: send only known members, with known values.",
  };
}

export function refuseProtocol(protocol: ProtocolVersion, params: ConnectParams): Refusal {
  const { minProtocol, maxProtocol } = params;
  const newer = {
    code: "PROTOCOL_MISMATCH",
    clientMinProtocol: minProtocol,
    clientMaxProtocol: maxProtocol,
    expectedProtocol: 4,
    minimumProbeProtocol: 3,
  };
  return {
    ...invalid,
    message: "protocol mismatch",
    details: protocol === 3 ? { expectedProtocol: 3 } : newer,
    closeCode: 1002,
    cause: "protocol-mismatch",
    advice:
      `The client offers protocol ${minProtocol} to ${maxProtocol}, this gateway speaks ${protocol}: offer 3 to 4 to reach both generations.`,
  };
}

export function refuseRole(role: string): Refusal {
  return {
    ...invalid,
    message: "invalid role",
    cause: "invalid-role",
    advice: `There is no role "${role}": send "operator", or leave it out.`,
  };
}

export function refuseOrigin(origin: string | undefined): Refusal {
  return {
    ...invalid,
    message:
      "origin not allowed (open the Control UI from the gateway host or allow it in gateway.controlUi.allowedOrigins)",
    details: {
      code: "CONTROL_UI_ORIGIN_NOT_ALLOWED",
      reason: isOrigin(origin) ? "origin not allowed" : "origin missing or invalid",
    },
    cause: "origin-mismatch",
    advice: origin === undefined
      ? "The client names itself a browser interface but sends no Origin: use client id and mode `cli`."
      : "The upgrade carried an Origin header, which makes the gateway take the client for a browser: send none.",
  };
}

export function refuseMissingDevice(): Refusal {
  return {
    code: "NOT_PAIRED",
    message: "device identity required",
    details: { code: "DEVICE_IDENTITY_REQUIRED" },
    closeCode: 1008,
    cause: "device-required",
    advice: "Sign the challenge with a device key and send it as `device`, or present the gateway's secret.",
  };
}

export function refuseUiWithoutDevice(): Refusal {
  return {
    ...invalid,
    message: "control ui requires device identity (use HTTPS or localhost secure context)",
    details: { code: "CONTROL_UI_DEVICE_IDENTITY_REQUIRED" },
    cause: "control-ui-insecure-auth",
    advice: "Interfaces for people must always sign with a device key; the secret alone is not enough.",
  };
}

/** What can be wrong with a device's proof. */
export type ProofFault = "id" | "stale" | "nonce-missing" | "nonce-mismatch" | "signature";

const proofFaults: Readonly<
  Record<ProofFault, readonly [code: string, reason: string, message: string, advice: string]>
> = {
  "id": [
    "DEVICE_AUTH_DEVICE_ID_MISMATCH",
    "device-id-mismatch",
    "device identity mismatch",
    "`device.id` must be the lower-case hex SHA-256 of the raw 32-byte key in `device.publicKey` (base64url, no padding).",
  ],
  "stale": [
    "DEVICE_AUTH_SIGNATURE_EXPIRED",
    "device-signature-stale",
    "device signature expired",
    "`device.signedAt` is more than two minutes off the gateway's clock: use the `ts` of the challenge.",
  ],
  "nonce-missing": [
    "DEVICE_AUTH_NONCE_REQUIRED",
    "device-nonce-missing",
    "device nonce required",
    "`device.nonce` is blank: send the nonce of this connection's challenge.",
  ],
  "nonce-mismatch": [
    "DEVICE_AUTH_NONCE_MISMATCH",
    "device-nonce-mismatch",
    "device nonce mismatch",
    "`device.nonce` is not the one of this connection's challenge: every connection has its own.",
  ],
  "signature": [
    "DEVICE_AUTH_SIGNATURE_INVALID",
    "device-signature",
    "device signature invalid",
    "The signature does not fit the text v3|id|client.id|client.mode|role|scopes|signedAt|token|nonce|platform|deviceFamily: " +
    "scopes in the order sent, token the first of token, deviceToken, bootstrapToken, platform in lower case.",
  ],
};

export function refuseProof(fault: ProofFault): Refusal {
  const [code, reason, message, advice] = proofFaults[fault];
  return { ...invalid, message, details: { code, reason }, cause: "device-auth-invalid", advice };
}

export function refusePairing(
  protocol: ProtocolVersion,
  pending: { readonly requestId: string; readonly reason: PairingReason; readonly wanted: PendingPairing["scopes"] },
  device: { readonly deviceId: string; readonly role: string },
  approved: { readonly roles: readonly string[]; readonly scopes: readonly string[] } | undefined,
): Refusal {
  const { requestId, reason } = pending;
  const [what, hint] = pairingTexts[reason];
  const newer = {
    remediationHint: hint,
    deviceId: device.deviceId,
    requestedRole: device.role,
    ...(pending.wanted.length === 0 ? {} : { requestedScopes: pending.wanted }),
    ...(approved === undefined || approved.roles.length === 0 ? {} : { approvedRoles: approved.roles }),
    ...(approved === undefined || approved.scopes.length === 0 ? {} : { approvedScopes: [...approved.scopes].sort() }),
  };
  const message = protocol === 3 ? "pairing required" : `pairing required: ${what}`;
  return {
    code: "NOT_PAIRED",
    message,
    details: { code: "PAIRING_REQUIRED", reason, requestId, ...(protocol === 3 ? {} : newer) },
    closeCode: 1008,
    closeReason: protocol === 3 ? message : `${message} (requestId: ${requestId})`,
    cause: "pairing-required",
    advice: `A person must approve request ${requestId} (device.pair.approve) before this device may connect.`,
  };
}

/** Why a device must be approved: it is new, or it asks for more than it was approved for. */
export type PairingReason = "not-paired" | "role-upgrade" | "scope-upgrade" | "metadata-upgrade";

const pairingTexts: Readonly<Record<PairingReason, readonly [what: string, hint: string]>> = {
  "not-paired": ["device is not approved yet", "Approve this device from the pending pairing requests."],
  "role-upgrade": [
    "device is asking for a higher role than currently approved",
    "Review the requested role upgrade, then approve the pending request.",
  ],
  "scope-upgrade": [
    "device is asking for more scopes than currently approved",
    "Review the requested scopes, then approve the pending upgrade.",
  ],
  "metadata-upgrade": [
    "device identity changed and must be re-approved",
    "Review the refreshed device details, then approve the pending request.",
  ],
};

function isOrigin(origin: string | undefined): boolean {
  return origin !== undefined && URL.canParse(origin);
}
