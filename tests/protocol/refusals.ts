/**
 * Every refusal in the recordings, and what claw calls it: one row a scenario, written by hand. A recording with a
 * refusal that has no row here fails `transcripts_test.ts`, as does a row without its refusal.
 */
import type { ErrorCode } from "../../src/errors.ts";

/** Which recordings a row speaks of: protocol 3 (2026.3.13), 4 (2026.9.6), or both alike. */
export type Generation = 3 | 4 | "both";

/** `method → code`, in the order of the recording; the same one after the other stands once. */
export type Refusal = `${string} → ${ErrorCode}`;

export interface RefusalRow {
  /** The recording's name without its generation, e.g. `04c-no-auth-no-device` or `auth-none/03a-token-only-cli`. */
  readonly scenario: string;
  readonly generation: Generation;
  readonly refusals: readonly Refusal[];
}

function row(scenario: string, generation: Generation, ...refusals: readonly Refusal[]): RefusalRow {
  return { scenario, generation, refusals };
}

const noScopes = [
  "wake → auth/scope",
  "cron.list → auth/scope",
  "device.pair.list → auth/scope",
] as const satisfies readonly Refusal[];

export const refusalRows: readonly RefusalRow[] = [
  // Without a device 2026.3.13 grants no scope at all; 2026.9.6 grants what cli and gateway-client ask for.
  row("03a-token-only-cli", 3, ...noScopes),
  row("03b-token-only-gateway-client-backend", 3, ...noScopes),
  row("03c-token-only-test", "both", ...noScopes),
  row("03d-token-only-probe", "both", ...noScopes),
  row("03e-token-only-control-ui", "both", "connect → auth/rejected"),
  // A client name that 2026.3.13 does not know.
  row("03f-token-only-tui", 3, "connect → gateway/rejected"),
  row("03f-token-only-tui", 4, "connect → auth/required"),

  row("04a-wrong-token-no-device", "both", "connect → auth/rejected"),
  row("04b-wrong-token-with-device", "both", "connect → auth/rejected"),
  row("04c-no-auth-no-device", "both", "connect → auth/required"),
  row("04d-no-auth-with-device", "both", "connect → auth/required"),
  // 2026.3.13 misses the token, 2026.9.6 takes the password for a wrong one.
  row("04e-password-while-token-mode", 3, "connect → auth/required"),
  row("04e-password-while-token-mode", 4, "connect → auth/rejected"),
  row("04f-token-in-password-field", 3, "connect → auth/required"),
  row("04g-bad-device-token", "both", "connect → auth/rejected"),
  row("04h-bad-bootstrap-token", "both", "connect → auth/rejected"),

  row("05a-bad-signature", "both", "connect → auth/rejected"),
  row("05b-signature-wrong-token-in-payload", "both", "connect → auth/rejected"),
  row("05c-device-id-mismatch", "both", "connect → auth/rejected"),
  row("05d-pubkey-garbage", "both", "connect → auth/rejected"),
  row("06a-stale-signedAt-minus-121s", "both", "connect → auth/rejected"),
  row("07a-wrong-nonce", "both", "connect → auth/rejected"),
  // A schema error without details.
  row("07b-missing-nonce", "both", "connect → gateway/rejected"),
  row("07c-blank-nonce", "both", "connect → auth/rejected"),

  row("08a-protocol-1-1", "both", "connect → protocol/mismatch"),
  row("08b-protocol-99-99", "both", "connect → protocol/mismatch"),
  row("08c-protocol-3-3", 4, "connect → protocol/mismatch"),
  row("08d-protocol-4-4", 3, "connect → protocol/mismatch"),
  // Zero is no version: a schema error.
  row("08g-protocol-0-0", "both", "connect → gateway/rejected"),

  row("10a-first-frame-not-connect", "both", "health → gateway/rejected"),
  // What was no request is answered with its id, or with "invalid".
  row(
    "11c-invalid-json-after-hello",
    "both",
    "(no request) → gateway/rejected",
    "health → gateway/rejected",
    "(no request) → gateway/rejected",
  ),
  row("13a-unknown-client-id", "both", "connect → gateway/rejected"),
  row("13b-unknown-client-mode", "both", "connect → gateway/rejected"),
  row("13c-missing-client-version", "both", "connect → gateway/rejected"),
  row("13d-unknown-connect-prop", "both", "connect → gateway/rejected"),
  row("13e-unknown-role", "both", "connect → gateway/rejected"),
  row("13f-unknown-auth-prop", "both", "connect → gateway/rejected"),
  row(
    "13i-read-only-then-wake",
    "both",
    "wake → auth/scope",
    "cron.add → auth/scope",
    "device.pair.list → auth/scope",
  ),
  row(
    "14-method-errors",
    "both",
    "no.such.method → gateway/rejected",
    "connect → gateway/rejected",
    "wake → gateway/rejected",
    "cron.list → gateway/rejected",
  ),

  // 2026.3.13 knows no `sessionKey`.
  row("20-wake", 3, "wake → gateway/rejected"),
  // 2026.3.13 says UNAVAILABLE for plain mistakes: no reason to try again.
  row(
    "30-cron",
    3,
    "cron.get → gateway/rejected",
    "cron.run → gateway/not-found",
    "cron.update → gateway/not-found",
    "cron.add → gateway/rejected",
  ),
  row(
    "30-cron",
    4,
    "cron.remove → gateway/not-found",
    "cron.run → gateway/not-found",
    "cron.runs → gateway/not-found",
    "cron.update → gateway/not-found",
    "cron.add → gateway/rejected",
  ),

  row(
    "40-pairing",
    3,
    "connect → auth/pairing-required",
    "device.pair.approve → gateway/rejected",
    "device.pair.reject → gateway/rejected",
    "wake → auth/scope",
    "device.pair.list → auth/scope",
    "connect → auth/rejected",
    "connect → auth/required",
    // A wider grant asked for with the device's token: 2026.3.13 calls the token wrong.
    "connect → auth/rejected",
    "connect → auth/pairing-required",
    "connect → auth/rejected",
    "connect → auth/pairing-required",
    "connect → auth/rejected",
    "device.token.rotate → gateway/rejected",
    "device.token.revoke → gateway/rejected",
    "device.pair.remove → gateway/rejected",
  ),
  row(
    "40-pairing",
    4,
    "connect → auth/pairing-required",
    "device.pair.approve → gateway/rejected",
    "device.pair.reject → gateway/rejected",
    "wake → auth/scope",
    "device.pair.list → auth/scope",
    "connect → auth/rejected",
    "connect → auth/required",
    "connect → auth/scope",
    "connect → auth/pairing-required",
    "connect → auth/scope",
    "connect → auth/pairing-required",
    "connect → auth/rejected",
    "device.token.rotate → gateway/rejected",
    "device.token.revoke → gateway/rejected",
    "connect → auth/pairing-required",
    "device.pair.remove → gateway/rejected",
  ),
  row("41-proxy-headers", "both", "connect → auth/pairing-required"),
  row("42-browser-origin", "both", "connect → auth/rejected"),
  row("43-odd-host-header-device", 3, "connect → auth/pairing-required"),
  row("44c-device-token-on-loopback", 3, "cron.list → auth/scope", "connect → auth/rejected"),
  row("44c-device-token-on-loopback", 4, "cron.list → auth/scope", "connect → auth/scope", "connect → auth/rejected"),
  row(
    "45-setup-code",
    "both",
    "device.pair.setupCode → gateway/rejected",
    "device.pair.setup.create → gateway/rejected",
  ),
  row("46-self-rotate-revoke", 3, "device.token.rotate → auth/scope"),
  row(
    "46-self-rotate-revoke",
    4,
    "device.token.rotate → gateway/rejected",
    "device.pair.remove → gateway/rejected",
  ),
  row("49-setup-code", 4, "connect → auth/rejected"),
  row("50-agent-chat-no-provider", "both", "agent → gateway/rejected"),
  row("70-rate-limit", "both", "connect → auth/rejected"),
  // 2026.9.6 allows thirty writes a minute, and says when to come back.
  row("71-cron-write-rate-limit", 3, "cron.run → gateway/not-found"),
  row("71-cron-write-rate-limit", 4, "cron.run → gateway/not-found", "cron.run → gateway/unavailable"),

  row("auth-none/03a-token-only-cli", "both", "connect → auth/required"),
  row("auth-none/03b-token-only-gateway-client-backend", 3, "connect → auth/required"),
  row("auth-none/03c-token-only-test", "both", "connect → auth/required"),
  row("auth-none/04c-no-auth-no-device", "both", "connect → auth/required"),
  // The probe gave its secret as a token, which 2026.9.6 takes for the password.
  row("auth-password/01-connect-signed-v3", 3, "connect → auth/required"),
  row("auth-password/03a-token-only-cli", 3, "connect → auth/required"),
  row("auth-password/04c-no-auth-no-device", "both", "connect → auth/required"),
  row("auth-password/04d-no-auth-with-device", "both", "connect → auth/required"),
  row("auth-password/04e-password-while-token-mode", "both", "connect → auth/rejected"),
];
