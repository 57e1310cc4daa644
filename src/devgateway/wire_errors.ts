/**
 * The error objects that calls are refused with. Refused handshakes have a table of their own: `refusals.ts`.
 */
import type { WireError } from "../protocol/mod.ts";
import type { Effect } from "./effects.ts";

/** A refused call as an effect. */
export function refusal(id: string, error: WireError): Effect {
  return { kind: "send", frame: { type: "res", id, ok: false, error } };
}

/** A refused call, and the line that a real gateway logs about it, with advice. */
export function refuseCall(id: string, method: string, error: WireError, advice: string): Effect[] {
  const facts = { errorCode: error.code, errorMessage: error.message, id };
  return [refusal(id, error), { kind: "log", note: { event: `res ✗ ${method}`, text: "", advice, facts } }];
}

/** For a request that can never succeed as it stands. */
export function invalid(message: string, details?: Readonly<Record<string, unknown>>): WireError {
  return { code: "INVALID_REQUEST", message, ...(details === undefined ? {} : { details }) };
}

/** Something failed inside; on 2026.3.13's cron methods also for plain mistakes, so it is no reason to try again. */
export function unavailable(message: string): WireError {
  return { code: "UNAVAILABLE", message };
}
