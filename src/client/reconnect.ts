/**
 * The loop around connecting, for verbs that go on for hours or weeks: one connection after another, with ever longer
 * waits between failures. It stops at once where trying again would not help. Pure of disk: it is given how to connect.
 * What one attempt tries by itself is `dial.ts`.
 */
import { asClawError, ClawError, type Fault, faults } from "../errors.ts";
import { type Clock, limitTime, unlessAborted } from "../platform/clock.ts";
import { payloadOf } from "../protocol/mod.ts";
import type { Connection } from "./connection.ts";

/** What the loop tells of itself, as it happens. */
export type LineChange =
  /** A connection that stood has ended. */
  | { readonly kind: "lost"; readonly error: ClawError }
  /** An attempt to connect failed. */
  | { readonly kind: "failed"; readonly error: ClawError }
  /** Another attempt follows after so long. */
  | { readonly kind: "waiting"; readonly delayMs: number };

export interface ReconnectOptions<Link extends { readonly connection: Connection }> {
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Ends the loop, with its reason. */
  readonly signal: AbortSignal;
  /** Makes a connection, or fails when the signal is aborted: that took too long, or the loop is to end. */
  readonly connect: (signal: AbortSignal) => Promise<Link>;
  readonly onChange: (change: LineChange) => void;
}

/** A gateway that is busy may take its time for a handshake (2026.9.6: 15 s). */
const attemptMs = 30_000;
/** A connection that stood so long makes the failures before it forgotten. */
const stableMs = 60_000;
const backoff = { baseMs: 1_000, capMs: 30_000 };
/** Less would hammer; what a gateway asks for is believed up to an hour. */
const leastMs = 100;
const mostHintMs = 3_600_000;

/**
 * Connection after connection; asking for the next one waits until the one before has ended.
 * @throws ClawError what another attempt would not mend: `auth/*`, `protocol/*` and the like; the signal's reason
 */
export async function* reconnect<Link extends { readonly connection: Connection }>(
  options: ReconnectOptions<Link>,
): AsyncGenerator<Link> {
  const { clock, random, signal, onChange } = options;
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    let hintMs = 0;
    const link = await attempt(options);
    if (link instanceof ClawError) {
      refuseFinal(link, signal);
      onChange({ kind: "failed", error: link });
      hintMs = hintOf(link);
    } else {
      const beganAt = clock.elapsed();
      const restart = heedShutdown(link.connection);
      yield link;
      const error = await unlessAborted(link.connection.ended, signal);
      refuseFinal(error, signal);
      if (clock.elapsed() - beganAt >= stableMs) failures = 0;
      onChange({ kind: "lost", error });
      hintMs = Math.max(restart(), hintOf(error));
    }
    const delayMs = reconnectDelay(failures++, hintMs, random);
    onChange({ kind: "waiting", delayMs });
    await clock.sleep(delayMs, signal);
  }
}

/**
 * The wait before another attempt, in ms: full jitter below a bound that doubles from 1 s to 30 s, on top of what the
 * gateway asked for.
 */
export function reconnectDelay(failures: number, hintMs: number, random: () => number): number {
  const bound = Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(failures, 30));
  const asked = Math.min(mostHintMs, Math.max(0, hintMs));
  return Math.round(asked + Math.max(leastMs, random() * bound));
}

async function attempt<Link extends { readonly connection: Connection }>(
  { clock, signal, connect }: ReconnectOptions<Link>,
): Promise<Link | ClawError> {
  using limit = limitTime(signal, clock, attemptMs);
  try {
    return await connect(limit.signal);
  } catch (thrown) {
    signal.throwIfAborted();
    const error = asClawError(thrown);
    // A connection may be lost while the first things are read from it: reading does no harm when it is repeated.
    return error.code === "net/unanswered" ? new ClawError("net/closed", error.message, { cause: error }) : error;
  }
}

function refuseFinal(error: ClawError, signal: AbortSignal): void {
  signal.throwIfAborted();
  const fault: Fault = faults[error.code];
  if (fault.retry === "never") throw error;
}

/** The wait that a refusal asks for. */
function hintOf({ details: { retryAfterMs } }: ClawError): number {
  return typeof retryAfterMs === "number" && Number.isFinite(retryAfterMs) ? retryAfterMs : 0;
}

/** A gateway that stops may say how long its restart takes. @returns that time, or 0 */
function heedShutdown(connection: Connection): () => number {
  let expectedMs = 0;
  connection.listen((event) => {
    expectedMs = payloadOf("shutdown", event)?.restartExpectedMs ?? expectedMs;
  });
  return () => Math.min(backoff.capMs, expectedMs);
}
