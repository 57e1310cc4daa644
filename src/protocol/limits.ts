/**
 * The numbers of the wire: versions, sizes, times, close codes, as measured on gateways 2026.3.13 (protocol 3) and
 * 2026.9.6 (protocol 4). Only constants live here. Next: `frames.ts`.
 */

/** Protocol generations that claw speaks; one `connect` offers the whole range and the gateway answers with its own. */
export const minProtocol = 3;
export const maxProtocol = 4;
export type ProtocolVersion = 3 | 4;

/** The gateway's port unless it is configured otherwise. */
export const defaultPort = 18789;

/** A frame before `hello-ok` may be this long; a longer one is closed with 1009 (both generations). */
export const maxHandshakeBytes = 65_536;
/** A frame after `hello-ok` may be this long, unless `policy.maxPayload` says otherwise (both generations: 25 MiB). */
export const maxPayloadBytes = 26_214_400;
/** Objects and lists stand in each other at most so deep; what is deeper is no answer, but an attack on the reader. */
export const maxNesting = 500;

/** How long the gateway waits for `connect` before it closes with a bare 1000: 3 s (2026.3.13), 15 s (2026.9.6). */
export const handshakeTimeoutMs = { 3: 3_000, 4: 15_000 } as const satisfies Record<ProtocolVersion, number>;

/** `signedAt` may differ from the gateway's clock by this much (transcripts 06a to 06c). */
export const maxProofAgeMs = 120_000;

/** Time between two `tick` events. */
export const tickIntervalMs = 30_000;

/** WebSocket close codes as the gateway uses them (RFC 6455 §7.4 and 4000 to 4999 for private use). */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  noStatus: 1005,
  abnormal: 1006,
  policyViolation: 1008,
  messageTooBig: 1009,
  internalError: 1011,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  tickTimeout: 4000,
  credentialInvalidated: 4001,
} as const;
