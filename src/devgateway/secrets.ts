/**
 * Which credential a `connect` presents and whether it is good: the shared secret, a setup code's bootstrap token, a
 * device token; and the refusal when none is. The device's own proof is `proof_check.ts`'s concern.
 */
import type { ConnectParams } from "../protocol/mod.ts";
import type { Generation } from "./generation.ts";
import type { AuthOptions } from "./options.ts";
import type { Refusal } from "./refusals.ts";

/** How a client was let in; hello-ok of protocol 4 says it. */
export type AuthMethod = "none" | "token" | "password" | "device-token" | "bootstrap-token";

export type AuthFailure =
  | "token_missing"
  | "token_mismatch"
  | "password_missing"
  | "password_mismatch"
  | "device_token_mismatch"
  | "scope_mismatch"
  | "bootstrap_token_invalid";

export type SecretVerdict = { readonly method: AuthMethod } | { readonly failure: AuthFailure };

/** Judges the shared secret alone. */
export function judgeSecret(auth: AuthOptions, params: ConnectParams, generation: Generation): SecretVerdict {
  if (auth.mode === "none") return { method: "none" };
  const presented = generation.secretFields[auth.mode].map((field) => params.auth?.[field]).find((value) =>
    value !== undefined
  )?.trim();
  if (!presented) return { failure: `${auth.mode}_missing` };
  return presented === auth.secret ? { method: auth.mode } : { failure: `${auth.mode}_mismatch` };
}

/** A token that may be a device's: `auth.deviceToken`, or `auth.token` in its place. */
export function deviceTokenOf(params: ConnectParams): { token: string; isExplicit: boolean } | undefined {
  const explicit = params.auth?.deviceToken?.trim();
  if (explicit) return { token: explicit, isExplicit: true };
  const fallback = params.auth?.token?.trim();
  return fallback ? { token: fallback, isExplicit: false } : undefined;
}

const detailCodes: Readonly<Record<AuthFailure, string>> = {
  token_missing: "AUTH_TOKEN_MISSING",
  token_mismatch: "AUTH_TOKEN_MISMATCH",
  password_missing: "AUTH_PASSWORD_MISSING",
  password_mismatch: "AUTH_PASSWORD_MISMATCH",
  device_token_mismatch: "AUTH_DEVICE_TOKEN_MISMATCH",
  scope_mismatch: "AUTH_SCOPE_MISMATCH",
  bootstrap_token_invalid: "AUTH_BOOTSTRAP_TOKEN_INVALID",
};

const advices: Readonly<Record<AuthFailure, string>> = {
  token_missing: "Send the gateway's token as `auth.token`, or a device token with its device.",
  token_mismatch: "`auth.token` is neither the gateway's token nor this device's.",
  password_missing: "This gateway wants its password, as `auth.password`.",
  password_mismatch: "`auth.password` is not the gateway's password.",
  device_token_mismatch:
    "The device token is not the one this device holds now: connect once with the gateway's secret.",
  scope_mismatch:
    "The device token does not reach as far as `scopes`: ask for less, or widen it with the gateway's secret.",
  bootstrap_token_invalid: "The setup code is unknown, used by another device, or too old: make a new one.",
};

/** The refusal for a credential that did not do. */
export function refuseCredential(
  failure: AuthFailure,
  params: ConnectParams,
  generation: Generation,
  isLocal: boolean,
): Refusal {
  const provided = params.auth ?? {};
  const mayRetry = failure === "token_mismatch" && params.device !== undefined && !provided.password &&
    Boolean(provided.token) && !provided.deviceToken;
  return {
    code: "INVALID_REQUEST",
    message: `unauthorized: ${textOf(failure, params, generation, isLocal)}`,
    details: {
      code: detailCodes[failure],
      authReason: failure,
      canRetryWithDeviceToken: mayRetry,
      recommendedNextStep: mayRetry ? "retry_with_device_token" : nextStep(failure),
    },
    closeCode: 1008,
    cause: "unauthorized",
    advice: advices[failure],
  };
}

function nextStep(failure: AuthFailure): string {
  if (failure === "token_missing" || failure === "password_missing") return "update_auth_configuration";
  return failure === "scope_mismatch" || failure === "bootstrap_token_invalid"
    ? "review_auth_configuration"
    : "update_auth_credentials";
}

function textOf(failure: AuthFailure, params: ConnectParams, generation: Generation, isLocal: boolean): string {
  if (failure === "device_token_mismatch") return "device token mismatch (rotate/reissue device token)";
  if (failure === "scope_mismatch") return "device token scope mismatch (re-pair or approve scope upgrade)";
  if (failure === "bootstrap_token_invalid") {
    return generation.protocol === 3
      ? "bootstrap token invalid or expired (scan a fresh setup code)"
      : "setup code invalid, expired, revoked, or already used (create a new code; review `openclaw devices list`)";
  }
  const [kind, fault] = failure.split("_") as ["token" | "password", string];
  return `gateway ${kind} ${fault} (${whatToSet(kind, params, generation, isLocal)})`;
}

function whatToSet(
  kind: "token" | "password",
  params: ConnectParams,
  generation: Generation,
  isLocal: boolean,
): string {
  if (params.client.mode !== "cli") return `provide gateway auth ${kind}`;
  if (generation.protocol === 3 || !isLocal) return `set gateway.remote.${kind} to match gateway.auth.${kind}`;
  return kind === "token"
    ? "use this gateway's gateway.auth.token or pair the device"
    : "use this gateway's gateway.auth.password";
}
