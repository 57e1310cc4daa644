/**
 * Where a setting came from, so that errors and `claw status` can name the flag, variable or file to mend. Every
 * complaint about a value goes through `invalid`, which knows which exit number such a place deserves.
 */
import { ClawError } from "../errors.ts";

/** The place that a value was taken from. */
export interface Origin {
  readonly kind: "flag" | "env" | "claw-config" | "openclaw-config" | "default" | "stdin" | "command";
  /** As the user wrote it: `--token`, `CLAW_TOKEN`, `/home/me/.openclaw/openclaw.json: gateway.auth.token`. */
  readonly name: string;
}

/** A value that remembers where it came from. */
export interface Resolved<T> {
  readonly value: T;
  readonly origin: Origin;
}

/**
 * The error for a value that cannot be used: `usage/bad-flag` for a flag, else `config/invalid`. The complaint must
 * not contain the value when that may be secret.
 */
export function invalid(origin: Origin, complaint: string, hint?: string): ClawError {
  const message = `${origin.name}: ${complaint}`;
  return new ClawError(
    origin.kind === "flag" ? "usage/bad-flag" : "config/invalid",
    message,
    hint === undefined ? {} : { hint },
  );
}
