/**
 * From a refusal on the wire to an `ErrorCode`. `details.code` decides, then the top-level code, then the shape;
 * prose is read in one table only, of texts that 2026.3.13 sends without any code. Close codes are not read here: the
 * reason always stands in the response that precedes the close.
 */
import { ClawError, type ErrorCode } from "../errors.ts";
import type { WireError } from "./frames.ts";
import { maxProtocol, minProtocol } from "./limits.ts";

interface Verdict {
  readonly code: ErrorCode;
  readonly hint?: string;
}

const fixCredential = "compare it with the gateway's own; `claw status` shows where claw's came from";
const oursOrClock = "the device key or the clock is at fault: see `claw whoami`";
const behindProxy = "this gateway expects an identity proxy: use its own address, or a token";

/** `error.details.code` as recorded on 2026.3.13 and 2026.9.6, and named in the published protocol schema. */
const byDetail: Readonly<Record<string, Verdict>> = {
  AUTH_REQUIRED: { code: "auth/required" },
  AUTH_TOKEN_MISSING: { code: "auth/required" },
  AUTH_PASSWORD_MISSING: { code: "auth/required", hint: "give it with --password-file FILE or CLAW_PASSWORD" },
  AUTH_TOKEN_MISMATCH: { code: "auth/rejected", hint: fixCredential },
  AUTH_PASSWORD_MISMATCH: { code: "auth/rejected", hint: fixCredential },
  AUTH_TOKEN_NOT_CONFIGURED: {
    code: "auth/rejected",
    hint: "on the gateway host: openclaw doctor --generate-gateway-token",
  },
  AUTH_PASSWORD_NOT_CONFIGURED: { code: "auth/rejected", hint: "set gateway.auth.password on the gateway host" },
  AUTH_DEVICE_TOKEN_MISMATCH: {
    code: "auth/rejected",
    hint: "connect once with the gateway's token: --token-file FILE",
  },
  AUTH_SCOPE_MISMATCH: {
    code: "auth/scope",
    hint: "connect once with the gateway's token to widen the grant: --token-file FILE",
  },
  AUTH_BOOTSTRAP_TOKEN_INVALID: { code: "auth/rejected", hint: "the setup code is used or too old: make a new one" },
  AUTH_RATE_LIMITED: {
    code: "gateway/unavailable",
    hint: "too many failed logins: stop the jobs that use the wrong secret, then wait",
  },
  AUTH_UNAUTHORIZED: { code: "auth/rejected" },
  AUTH_TAILSCALE_IDENTITY_MISSING: { code: "auth/rejected", hint: behindProxy },
  AUTH_TAILSCALE_PROXY_MISSING: { code: "auth/rejected", hint: behindProxy },
  AUTH_TAILSCALE_WHOIS_FAILED: { code: "auth/rejected", hint: behindProxy },
  AUTH_TAILSCALE_IDENTITY_MISMATCH: { code: "auth/rejected", hint: behindProxy },
  AUTH_IDENTITY_HEADER_REQUIRED: { code: "auth/rejected", hint: behindProxy },
  AUTH_VERIFIED_USER_REQUIRED: { code: "auth/rejected", hint: behindProxy },
  AUTHENTICATED_PROFILE_UNAVAILABLE: { code: "auth/rejected" },
  DEVICE_IDENTITY_REQUIRED: { code: "auth/required", hint: "the gateway wants a signed device: see `claw whoami`" },
  CONTROL_UI_DEVICE_IDENTITY_REQUIRED: { code: "auth/required" },
  CONTROL_UI_ORIGIN_NOT_ALLOWED: {
    code: "auth/rejected",
    hint: "something between claw and the gateway adds an Origin header",
  },
  CONTROL_UI_BUILD_MISMATCH: { code: "auth/rejected" },
  DEVICE_AUTH_INVALID: { code: "auth/rejected", hint: oursOrClock },
  DEVICE_AUTH_DEVICE_ID_MISMATCH: { code: "auth/rejected", hint: oursOrClock },
  DEVICE_AUTH_SIGNATURE_EXPIRED: { code: "auth/rejected", hint: oursOrClock },
  DEVICE_AUTH_NONCE_REQUIRED: { code: "auth/rejected", hint: oursOrClock },
  DEVICE_AUTH_NONCE_MISMATCH: { code: "auth/rejected", hint: oursOrClock },
  DEVICE_AUTH_SIGNATURE_INVALID: { code: "auth/rejected", hint: oursOrClock },
  DEVICE_AUTH_PUBLIC_KEY_INVALID: { code: "auth/rejected", hint: oursOrClock },
  PAIRING_REQUIRED: { code: "auth/pairing-required" },
  PROTOCOL_MISMATCH: { code: "protocol/mismatch" },
  CLIENT_VERSION_MISMATCH: { code: "protocol/mismatch", hint: "upgrade claw" },
  MISSING_SCOPE: { code: "auth/scope" },
  CRON_JOB_NOT_FOUND: { code: "gateway/not-found" },
  // The job is not what it was when it was read: `expectedConfigRevision` does not fit (2026.9.6).
  CRON_JOB_CHANGED: { code: "gateway/rejected", hint: "somebody else changed it: look at it, then repeat the command" },
  UNKNOWN_AGENT_ID: { code: "gateway/not-found" },
};

/** Texts of 2026.3.13 that come without a code (transcripts 13i and 30). The only place where prose is read. */
const byProse: readonly { readonly pattern: RegExp; readonly code: ErrorCode }[] = [
  { pattern: /^missing scope: /, code: "auth/scope" },
  { pattern: /^(Error: )?unknown cron job id: /, code: "gateway/not-found" },
];

/** The kind of a refusal. */
export function classify(error: WireError): ErrorCode {
  return judge(error).code;
}

/** `details.code`, or undefined where there is none. */
export function detailCodeOf(error: WireError): string | undefined {
  const code = memberOf(error.details, "code");
  return typeof code === "string" ? code : undefined;
}

/** Whether the gateway itself says that the same request may succeed later. */
export function isRetryable(error: WireError): boolean {
  return error.retryable === true || typeof error.retryAfterMs === "number";
}

/**
 * The refusal as an error to throw: the gateway's own sentence, the structured reason in `details`.
 * @param method what was asked; "connect" for the handshake
 */
export function failureOf(error: WireError, method: string): ClawError {
  const verdict = judge(error);
  const hint = hintFor(error, verdict);
  return new ClawError(verdict.code, messageFor(error, verdict.code, method), {
    ...(hint === undefined ? {} : { hint }),
    details: {
      method,
      wireCode: error.code,
      ...optional("detailCode", detailCodeOf(error)),
      ...optional("retryAfterMs", error.retryAfterMs),
      ...optional("limit", memberOf(error.details, "limit")),
      ...optional("reason", memberOf(error.details, "reason")),
      ...optional("requestId", memberOf(error.details, "requestId")),
      ...optional("approvedScopes", memberOf(error.details, "approvedScopes")),
      ...optional("recommendedNextStep", memberOf(error.details, "recommendedNextStep")),
      ...optional("retryable", memberOf(error.details, "retryable")),
      ...optional("pauseReconnect", memberOf(error.details, "pauseReconnect")),
      ...optional("canRetryWithDeviceToken", memberOf(error.details, "canRetryWithDeviceToken")),
      ...optional("missingScope", missingScope(error)),
      ...optional("expectedProtocol", memberOf(error.details, "expectedProtocol")),
    },
  });
}

function judge(error: WireError): Verdict {
  const detailCode = detailCodeOf(error) ?? "";
  // The code is the gateway's own word, so it may be "constructor" too.
  const known = Object.hasOwn(byDetail, detailCode) ? byDetail[detailCode] : undefined;
  if (known !== undefined) return known;
  if (memberOf(error.details, "expectedProtocol") !== undefined) return { code: "protocol/mismatch" };
  if (error.code === "NOT_PAIRED") return { code: "auth/pairing-required" };
  if (error.code === "FORBIDDEN") return { code: "auth/scope" };
  const told = byProse.find(({ pattern }) => pattern.test(error.message));
  if (told !== undefined) return { code: told.code };
  // UNAVAILABLE alone is no reason to retry: 2026.3.13's cron methods use it for plain mistakes.
  return { code: isRetryable(error) ? "gateway/unavailable" : "gateway/rejected" };
}

/** A gateway may say anything, at any length; people are shown the beginning. */
const longestSentence = 1_000;

function messageFor(wireError: WireError, code: ErrorCode, method: string): string {
  const { message } = wireError;
  const sentence = message.length > longestSentence ? `${message.slice(0, longestSentence)}…` : message;
  const error = { ...wireError, message: sentence };
  if (code === "protocol/mismatch") {
    const theirs = memberOf(error.details, "expectedProtocol");
    return `claw speaks protocol ${minProtocol} to ${maxProtocol}, the gateway ${
      typeof theirs === "number" ? `expects ${theirs}` : `answered: ${error.message}`
    }`;
  }
  return method === "connect" ? `the gateway refused the connection: ${error.message}` : `${method}: ${error.message}`;
}

function hintFor(error: WireError, verdict: Verdict): string | undefined {
  if (verdict.code === "auth/pairing-required") {
    const requestId = memberOf(error.details, "requestId");
    // The id goes into a command line that somebody will paste: nothing but a plain word may.
    const isPlain = typeof requestId === "string" && /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(requestId);
    return isPlain ? `approve it on the gateway host: openclaw devices approve ${requestId}` : verdict.hint;
  }
  return verdict.hint;
}

function missingScope(error: WireError): string | undefined {
  const named = memberOf(error.details, "missingScope");
  if (typeof named === "string") return named;
  return /^missing scope: (\S+)/.exec(error.message)?.[1];
}

function memberOf(details: unknown, name: string): unknown {
  if (typeof details !== "object" || details === null || !Object.hasOwn(details, name)) return undefined;
  return (details as Record<string, unknown>)[name];
}

function optional(name: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [name]: value };
}
