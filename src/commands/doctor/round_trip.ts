/**
 * One way to the gateway as times, or as the error that it ended with: what `claw ping` and `claw check` read out of a
 * doctor's evidence.
 */
import type { Way } from "../../doctor/evidence.ts";
import { ClawError } from "../../errors.ts";

export interface RoundTimes {
  /** The name's look-up included. */
  readonly tcpMs: number;
  readonly tlsMs: number | undefined;
  /** From the HTTP upgrade to hello-ok. */
  readonly handshakeMs: number;
  readonly callMs: number;
}

export function timesOf({ tookMs }: Way): RoundTimes {
  const { dns = 0, tcp = 0, tls, upgrade = 0, challenge = 0, connect = 0, hello = 0, "read call": call = 0 } = tookMs;
  return {
    tcpMs: round(dns + tcp),
    tlsMs: tls,
    handshakeMs: round(upgrade + challenge + connect + hello),
    callMs: call,
  };
}

/** Why it did not come through. */
export function failureIn({ failed }: Way): ClawError | undefined {
  if (failed === undefined) return undefined;
  const { code, message, details } = failed.error;
  return new ClawError(code, message, { hint: "find out why with `claw doctor`", details });
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
