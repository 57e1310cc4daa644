/**
 * Refusals that faults play, in the words in which the two generations refuse when they mean it: those of `refusals.ts`
 * and `secrets.ts`, and two that the dev gateway has no reason for of its own. Next: `fault_player.ts`.
 */
import type { ConnectParams, RequestFrame } from "../protocol/mod.ts";
import { cutReason } from "./effects.ts";
import type { FaultContext, Refused } from "./fault_rules.ts";
import { type PairingReason, type Refusal, refusePairing, refuseProtocol } from "./refusals.ts";
import { type AuthFailure, refuseCredential } from "./secrets.ts";
import { invalid } from "./wire_errors.ts";

type Connecting = RequestFrame & { readonly params: ConnectParams };

/** The range does not fit. @param wanted the version that is wanted */
export function protocol({ params }: Connecting, { generation }: FaultContext, wanted: number): Refused {
  const refusal = refuseProtocol(generation.protocol, params);
  return refused({ ...refusal, details: { ...refusal.details, expectedProtocol: wanted } });
}

/** As 2026.9.6 says it after ten failed logins from one address. */
export function rateLimited(retryAfterMs: number): Refused {
  const error = invalid("unauthorized: too many failed authentication attempts (retry later)", {
    code: "AUTH_RATE_LIMITED",
    authReason: "rate_limited",
    canRetryWithDeviceToken: false,
    recommendedNextStep: "wait_then_retry",
  });
  return {
    error: { ...error, retryable: true, retryAfterMs },
    ending: { kind: "close", code: 1008, reason: error.message },
  };
}

/** As 2026.9.6 says it before its parts are there. */
export function starting(retryAfterMs: number): Refused {
  const details = { reason: "startup-sidecars" };
  const error = { code: "UNAVAILABLE", message: "gateway starting; retry shortly", details };
  const later = { ...error, retryable: true, retryAfterMs };
  return { error: later, ending: { kind: "close", code: 1013, reason: "gateway starting" } };
}

/** A request that nobody can find: it stands in no list. */
export function pairing({ params }: Connecting, { generation, ids }: FaultContext, reason: string): Refused {
  const { device, role = "operator", scopes = [] } = params;
  const pending = { requestId: ids.uuid(), reason: reason as PairingReason, wanted: scopes };
  const approved = reason === "not-paired" ? undefined : { roles: ["operator"], scopes: ["operator.read"] };
  return refused(refusePairing(generation.protocol, pending, { deviceId: device?.id ?? "", role }, approved));
}

export function credential({ params }: Connecting, { generation }: FaultContext, failure: AuthFailure): Refused {
  return refused(refuseCredential(failure, params, generation, true));
}

function refused({ code, message, details, closeCode, closeReason = message }: Refusal): Refused {
  const error = { code, message, ...(details === undefined ? {} : { details }) };
  return { error, ending: { kind: "close", code: closeCode, reason: cutReason(closeReason) } };
}
