/**
 * Waits where a gateway says when to come back, instead of failing: 2026.9.6 takes thirty cron writes a minute, of each
 * method from each device (transcript 71). A refusal of that kind has done nothing, so sending again is safe.
 */
import type { Clock } from "../platform/clock.ts";
import { asClawError, type ClawError } from "../errors.ts";

/** What a wait needs from the outside. */
export interface Patience {
  readonly clock: Pick<Clock, "sleep" | "elapsed">;
  readonly signal: AbortSignal;
  /** Grants the run this much more time, for a wait that begins or work that went well. */
  grant(ms: number): void;
  /** Says that a wait begins; what it returns is disposed of when the wait is over. */
  waiting(ms: number, refusal: ClawError): Promise<Disposable>;
}

/** Gateways round down. */
const marginMs = 200;
/** A window of a minute is over after one wait, save where others write too. */
const maxWaits = 5;
/** Longer waits are no rate limit. */
const longestWaitMs = 120_000;

/**
 * What a write comes to, sent again as often as the gateway says "later".
 * @throws ClawError as the write; `gateway/unavailable` when it is put off again and again
 */
export async function patiently<Result>(send: () => Promise<Result>, patience: Patience): Promise<Result> {
  const { clock, signal } = patience;
  for (let waits = 0;; waits++) {
    const startedAt = clock.elapsed();
    try {
      const result = await send();
      patience.grant(clock.elapsed() - startedAt);
      return result;
    } catch (thrown) {
      const error = asClawError(thrown);
      const waitMs = waitFor(error);
      if (waitMs === undefined || waits === maxWaits) throw error;
      patience.grant(waitMs);
      using _said = await patience.waiting(waitMs, error);
      await clock.sleep(waitMs, signal);
    }
  }
}

function waitFor({ code, details: { retryAfterMs } }: ClawError): number | undefined {
  if (code !== "gateway/unavailable" || typeof retryAfterMs !== "number") return undefined;
  return retryAfterMs > longestWaitMs ? undefined : Math.max(0, retryAfterMs) + marginMs;
}
