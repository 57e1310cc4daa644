/**
 * Why a gateway did not let this device in, read from its refusal: which request waits, what was approved before, and
 * how it wants to be asked again. Gateways may say anything: what does not fit is left out. Pure.
 */
import type { ClawError } from "../errors.ts";
import { plainWord } from "./authority.ts";

/** A request that waits for a person. */
export interface PairingRefusal {
  /** undefined where the gateway named none that could stand on a command line. */
  readonly requestId: string | undefined;
  /** `not-paired`, `scope-upgrade`, `role-upgrade` or `metadata-upgrade`; undefined for anything else. */
  readonly reason: PairingReason | undefined;
  /** What this device was approved for; 2026.3.13 does not tell. */
  readonly approvedScopes: readonly string[] | undefined;
  /** Whether the device may ask again by and by. */
  readonly mayPoll: boolean;
  /** The least wait before the next try, in ms. */
  readonly retryAfterMs: number;
}

const reasons = ["not-paired", "scope-upgrade", "role-upgrade", "metadata-upgrade"] as const;
export type PairingReason = (typeof reasons)[number];

/** A request lives so long from when its device last asked (both generations). */
export const requestLifeMs = 300_000;

/** The refusal behind an error, or undefined when it is another kind of failure. */
export function readPairingRefusal(error: ClawError): PairingRefusal | undefined {
  if (error.code !== "auth/pairing-required") return undefined;
  const { requestId, reason, approvedScopes } = error.details;
  return {
    requestId: typeof requestId === "string" ? plainWord(requestId) : undefined,
    reason: reasons.find((known) => known === reason),
    approvedScopes: isTexts(approvedScopes) ? approvedScopes.slice(0, mostScopes) : undefined,
    mayPoll: mayPoll(error),
    retryAfterMs: retryAfterOf(error),
  };
}

/** The wait that a failure asks for, in ms; 0 for none. */
export function retryAfterOf({ details }: ClawError): number {
  const { retryAfterMs } = details;
  return typeof retryAfterMs === "number" && retryAfterMs > 0 && retryAfterMs <= requestLifeMs * 12 ? retryAfterMs : 0;
}

/** A gateway that says nothing about it lets who waits for an approval ask again by and by. */
function mayPoll({ details: { recommendedNextStep, retryable, pauseReconnect } }: ClawError): boolean {
  if (pauseReconnect === true || retryable === false) return false;
  return recommendedNextStep === undefined || recommendedNextStep === "wait_then_retry";
}

/** More, or longer ones, no gateway has: they would only fill the screen. */
const mostScopes = 32;
const longestScope = 100;

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && item.length <= longestScope);
}
