/**
 * Whether a failed opening or handshake may be tried again within one run, and after how long. Nothing had been called
 * yet, so nothing can happen twice. One verdict, all cases visible in it; the loop is in `dial.ts`.
 */
import type { ClawError } from "../errors.ts";

/** How often each kind of obstacle was met so far in this run. */
export interface RetryState {
  /** Handshakes that the gateway dropped without an answer. */
  drops: number;
  /** Refusals to let anyone in for now. */
  refusals: number;
  /** Attempts that found nobody listening. */
  absences: number;
}

/** A dropped handshake is tried this often in all. */
export const maxDrops = 5;

const dropBackoff = { baseMs: 100, capMs: 1_000 };
const refusalBackoff = { baseMs: 200, capMs: 2_000 };
const absenceBackoff = { baseMs: 250, capMs: 2_000 };

/**
 * The wait before the next attempt in ms, or undefined when the failure stands. Counts the failure in `state`.
 * - Dropped: closed 1000 or 1006 after the upgrade, without a response. The gateway's event loop was busier than its own
 *   handshake timer (2026.3.13: 3 s), and a client cannot prevent it.
 * - Refused for now: HTTP 503 at the upgrade (2026.9.6 admits 32 unauthenticated sockets per address), close 1012 or 1013,
 *   a refusal with `retryAfterMs`. Failed logins that wait for a lockout to end are no such case.
 * - Absent: nobody listens, also behind a proxy. Only when the user asked to wait.
 */
export function retryDelay(
  error: ClawError,
  state: RetryState,
  random: () => number,
  waitsForGateway: boolean,
): number | undefined {
  const { closeCode, phase, retryAfterMs } = error.details;
  if (error.code === "net/closed" && phase !== undefined && (closeCode === 1000 || closeCode === 1006)) {
    return ++state.drops < maxDrops ? jitter(dropBackoff, state.drops, random) : undefined;
  }
  if (isRefusedForNow(error)) {
    const askedMs = typeof retryAfterMs === "number" ? Math.max(0, retryAfterMs) : 0;
    return askedMs + jitter(refusalBackoff, ++state.refusals, random);
  }
  if (waitsForGateway && isAbsent(error)) {
    return jitter(absenceBackoff, ++state.absences, random);
  }
  return undefined;
}

/** Whether the gateway said that it lets nobody in just now: the second case of `retryDelay`. */
export function isRefusedForNow({ code, details }: ClawError): boolean {
  const { closeCode, httpStatus, retryAfterMs, detailCode } = details;
  if (code === "net/closed") return closeCode === 1012 || closeCode === 1013;
  if (code === "net/upgrade") return httpStatus === 503;
  return code === "gateway/unavailable" && typeof retryAfterMs === "number" && detailCode !== "AUTH_RATE_LIMITED";
}

function isAbsent({ code, details: { cause, httpStatus } }: ClawError): boolean {
  if (code === "net/upgrade") return httpStatus === 502 || httpStatus === 504;
  return code === "net/unreachable" && cause !== "dns";
}

/** Exponential back-off with full jitter: anywhere between a quarter of the base and the bound of this attempt. */
function jitter({ baseMs, capMs }: { baseMs: number; capMs: number }, attempt: number, random: () => number): number {
  const bound = Math.min(capMs, baseMs * 2 ** (attempt - 1));
  return baseMs / 4 + random() * bound;
}
