/**
 * What an unanswered call means where the whole command only reads: nothing was changed, so it may be repeated.
 */
import type { Command } from "./cli/command.ts";
import { ClawError } from "./errors.ts";

/** The number 79 forbids a script to repeat a command line; one that only reads fails as if it had not been heard. */
export function asRepeatable(error: ClawError, { isReadOnly }: Pick<Command, "isReadOnly">): ClawError {
  if (!isReadOnly || error.code !== "net/unanswered") return error;
  const code = error.details["because"] === "net/timeout" ? "net/timeout" : "net/closed";
  const { message, hint, details } = error;
  return new ClawError(code, message, { ...(hint === undefined ? {} : { hint }), details, cause: error });
}
