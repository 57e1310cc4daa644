/**
 * Waits for a request of this device to be decided, by asking again with the same facts now and then: that keeps the
 * very same request alive. A request id that changes means that somebody decided. It knows no words for people.
 */
import { asClawError, type ClawError, type Fault, faults } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";
import { type PairingRefusal, readPairingRefusal, requestLifeMs, retryAfterOf } from "./pairing_refusal.ts";

export interface ApprovalWait<T> extends Pick<PairingRefusal, "requestId" | "mayPoll" | "retryAfterMs"> {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly limitMs: number;
  /** Asks again, by connecting. @throws ClawError */
  ask(): Promise<T>;
  /** Told of a failure that may pass, before the next try. */
  onTrouble(error: ClawError): void;
}

/** How it ended: let in; out of time; another request stands there; the gateway does not want to be asked again. */
export type ApprovalEnd<T> =
  | { readonly kind: "approved"; readonly value: T }
  | { readonly kind: "late" }
  | { readonly kind: "paused" }
  | { readonly kind: "replaced"; readonly by: string | undefined; readonly hasExpired: boolean };

/** Twelve times a minute; a request lives for five. */
export const pollMs = 5_000;

/** @throws ClawError for a failure that waiting does not cure; the signal's reason */
export async function awaitApproval<T>(wait: ApprovalWait<T>): Promise<ApprovalEnd<T>> {
  const { clock, signal, limitMs, requestId } = wait;
  const endsAt = clock.elapsed() + limitMs;
  let askedAt = clock.now();
  let { mayPoll, retryAfterMs } = wait;
  for (;;) {
    if (!mayPoll) return { kind: "paused" };
    const delayMs = Math.max(pollMs, retryAfterMs);
    const leftMs = endsAt - clock.elapsed();
    if (leftMs <= 0) return { kind: "late" };
    // The last look is at the very end.
    await clock.sleep(Math.min(delayMs, leftMs), signal);
    if (leftMs < retryAfterMs) return { kind: "late" };
    const answer = await tryAgain(wait);
    if (answer.kind === "approved") return answer;
    if (answer.kind === "refused") {
      const { requestId: by } = answer.refusal;
      // By the wall clock: a machine that slept did not ask meanwhile.
      if (by !== requestId) return { kind: "replaced", by, hasExpired: clock.now() - askedAt > requestLifeMs };
      askedAt = clock.now();
      mayPoll = answer.refusal.mayPoll;
    }
    retryAfterMs = answer.retryAfterMs;
  }
}

type Answer<T> =
  | { readonly kind: "approved"; readonly value: T }
  | { readonly kind: "refused"; readonly refusal: PairingRefusal; readonly retryAfterMs: number }
  | { readonly kind: "trouble"; readonly retryAfterMs: number };

async function tryAgain<T>(wait: ApprovalWait<T>): Promise<Answer<T>> {
  try {
    return { kind: "approved", value: await wait.ask() };
  } catch (thrown) {
    wait.signal.throwIfAborted();
    const error = asClawError(thrown);
    const refusal = readPairingRefusal(error);
    if (refusal !== undefined) return { kind: "refused", refusal, retryAfterMs: refusal.retryAfterMs };
    const fault: Fault = faults[error.code];
    if (fault.retry === "never") throw error;
    wait.onTrouble(error);
    return { kind: "trouble", retryAfterMs: retryAfterOf(error) };
  }
}
