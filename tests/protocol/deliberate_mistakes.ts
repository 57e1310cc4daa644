/**
 * What the recorded clients sent wrong on purpose, and what claw's own schemas and signatures say of it. Whatever is
 * not listed here must be right; whatever is, wrong.
 */
import type { Generation } from "./refusals.ts";

export interface Mistake {
  readonly scenario: string;
  readonly generation: Generation;
  /** What is wrong: the decoder's reason, or the member that a schema refuses, or what the signature lacks. */
  readonly wrong: readonly string[];
}

function mistake(scenario: string, ...wrong: readonly string[]): Mistake {
  return { scenario, generation: "both", wrong };
}

/** Messages that are no frames, with the decoder's reason. */
export const noFrames: readonly Mistake[] = [
  mistake("11a-invalid-json", "not-json"),
  mistake("11b-binary-connect-frame", "binary"),
  mistake("11c-invalid-json-after-hello", "not-json", "not-a-frame", "not-a-frame", "not-a-frame"),
  mistake("12a-oversize-preauth-70KiB", "too-long"),
];

/** `connect` requests that `ConnectParams` refuses, with the first member at fault. */
export const badConnects: readonly Mistake[] = [
  mistake("07b-missing-nonce", "device.nonce"),
  mistake("08g-protocol-0-0", "minProtocol"),
  mistake("13a-unknown-client-id", "client.id"),
  mistake("13b-unknown-client-mode", "client.mode"),
  mistake("13c-missing-client-version", "client.version"),
  mistake("13d-unknown-connect-prop", "bogus"),
  mistake("13f-unknown-auth-prop", "auth.foo"),
  mistake("14-method-errors", "minProtocol"),
];

/** Other requests that the method table's params refuse, with method and the first member at fault. */
export const badParams: readonly Mistake[] = [
  mistake("13i-read-only-then-wake", "cron.add name"),
  // 2026.9.6 ignores what it does not know in `wake`.
  mistake("14-method-errors", "wake mode", "wake text", "wake mode", "wake bogus", "cron.list bogus"),
  // Right for both gateways, which fill in `wakeMode` and know `jobId`; claw sends the one and never the other.
  mistake("30-cron", "cron.run id", "cron.run id", "cron.add wakeMode"),
];

/** Device proofs that are not what `proofText` and the key make of the frame, the id of the key, or the challenge. */
export const badProofs: readonly Mistake[] = [
  mistake("05a-bad-signature", "signature"),
  mistake("05b-signature-wrong-token-in-payload", "signature"),
  mistake("05c-device-id-mismatch", "signature", "id"),
  mistake("05d-pubkey-garbage", "signature", "id"),
  mistake("07a-wrong-nonce", "nonce"),
  mistake("07b-missing-nonce", "signature", "nonce"),
  mistake("07c-blank-nonce", "signature", "nonce"),
  // Two minutes are allowed.
  mistake("06a-stale-signedAt-minus-121s", "signedAt"),
];
