/**
 * Every way in which claw can fail: one error class, a closed set of codes, and one table that says for each code
 * how the process ends and what the user may try next. It knows nothing of sockets, files or text layout.
 * Next on the path: `src/protocol/mod.ts`.
 */

/** Exit numbers are sysexits.h, plus 79 for "sent, but no answer came"; `claw help exit-codes` prints them. */
export interface Fault {
  /** The process's exit number. */
  readonly exit: number;
  /** What a long-lived loop may do about it: try again at once, or only after somebody acted. */
  readonly retry: "reconnect" | "never";
  /** The next step when the place that raised the error knows no better one. */
  readonly hint?: string;
}

const doctorHint = "find out what is wrong with `claw doctor`";

export const faults = {
  "usage/unknown-command": { exit: 64, retry: "never", hint: "list the commands with `claw help`" },
  "usage/bad-flag": { exit: 64, retry: "never", hint: "list the flags with `claw help`" },
  "usage/missing-argument": { exit: 64, retry: "never", hint: "see `claw help`" },
  "input/invalid": { exit: 65, retry: "never" },
  "gateway/rejected": { exit: 65, retry: "never" },
  "gateway/not-found": { exit: 65, retry: "never" },
  "gateway/unsupported": { exit: 65, retry: "never", hint: "upgrade the gateway, or leave that option out" },
  "net/unreachable": {
    exit: 69,
    retry: "reconnect",
    hint: "is the gateway running there? if it is starting, wait for it with --retry 60s",
  },
  "net/tls": { exit: 69, retry: "never", hint: doctorHint },
  "net/ssh": { exit: 69, retry: "never", hint: doctorHint },
  "net/upgrade": { exit: 69, retry: "reconnect", hint: doctorHint },
  "net/timeout": {
    exit: 69,
    retry: "reconnect",
    hint: "give it more time with --timeout 30s, or find out what is wrong with `claw doctor`",
  },
  "net/closed": { exit: 69, retry: "reconnect", hint: doctorHint },
  "net/unanswered": {
    exit: 79,
    retry: "never",
    hint: "the gateway may have acted on it: look before you repeat it, with `claw status`",
  },
  "gateway/unsettled": {
    exit: 79,
    retry: "never",
    hint: "look before you repeat it, with `claw cron runs`",
  },
  /** Of several gateways. */
  "gateway/partly": {
    exit: 79,
    retry: "never",
    hint: "some gateways have acted on it: repeat it for the others alone, with --context NAME",
  },
  "internal": {
    exit: 70,
    retry: "never",
    hint: "this is a bug in claw: please report it with what `claw bugreport` writes",
  },
  "store/io": { exit: 74, retry: "never" },
  "store/locked": { exit: 74, retry: "reconnect" },
  "gateway/unavailable": { exit: 75, retry: "reconnect", hint: "try again later, or wait for it with --retry 60s" },
  "protocol/mismatch": { exit: 76, retry: "never", hint: "upgrade the older side" },
  "protocol/bad-frame": {
    exit: 76,
    retry: "never",
    hint: "is this an OpenClaw gateway? find out with `claw doctor`",
  },
  "protocol/bad-challenge": {
    exit: 76,
    retry: "never",
    hint: "is this an OpenClaw gateway? find out with `claw doctor`",
  },
  "protocol/unexpected-frame": {
    exit: 76,
    retry: "never",
    hint: "is this an OpenClaw gateway? find out with `claw doctor`",
  },
  "protocol/no-challenge": {
    exit: 76,
    retry: "reconnect",
    hint: "is this an OpenClaw gateway, and is it idle? find out with `claw doctor`",
  },
  "auth/required": { exit: 77, retry: "never", hint: "give a token with --token-file FILE or CLAW_TOKEN" },
  "auth/rejected": {
    exit: 77,
    retry: "never",
    hint: "see where the credential came from with `claw status`",
  },
  "auth/pairing-required": {
    exit: 77,
    retry: "never",
    hint: "see how it is approved with `claw device pair`, or on the gateway host: openclaw devices list",
  },
  "auth/scope": { exit: 77, retry: "never", hint: "see what this device was granted with `claw whoami`" },
  "config/invalid": { exit: 78, retry: "never", hint: "see `claw help environment`" },
  "config/insecure-url": {
    exit: 78,
    retry: "never",
    hint: "use wss://, or go to the gateway's own machine with --ssh USER@HOST",
  },
  "config/key-damaged": { exit: 78, retry: "never", hint: "see which file it is with `claw whoami`" },
  "config/key-exposed": { exit: 78, retry: "never" },
  "interrupted": { exit: 130, retry: "never" },
} as const satisfies Record<string, Fault>;

/** The closed set of failures; scripts may match on them in `--json` output. */
export type ErrorCode = keyof typeof faults;

/** Facts about a failure that a program may read: only plain JSON values, never a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The one error that claw throws on purpose; anything else that reaches the boundary is reported as a bug. */
export class ClawError extends Error {
  override readonly name = "ClawError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; details?: ErrorDetails; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    const fault: Fault = faults[code];
    this.hint = options.hint ?? fault.hint;
    this.details = options.details ?? {};
  }
}

/** The exit number for an error; a signal's number is 128 plus the signal (2 INT, 15 TERM). */
export function exitOf(error: ClawError): number {
  if (error.code === "interrupted" && error.details["signal"] === "SIGTERM") return 143;
  return faults[error.code].exit;
}

/** Turns whatever was thrown into a `ClawError`; a stranger becomes `internal`. */
export function asClawError(thrown: unknown): ClawError {
  if (thrown instanceof ClawError) return thrown;
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new ClawError("internal", `unexpected failure: ${message}`, { cause: thrown });
}
