/**
 * Hints of a run whose context was named for it alone: the command that one names must go to the same gateway, and
 * would not by itself. Not for one that a variable or the config file names. Loaded only when something failed.
 */
import { ClawError } from "./errors.ts";
import { isContextName } from "./settings/contexts.ts";

/** Commands in backticks, except those that go to no gateway or say already to which. */
const gatewayCommands =
  /`(claw (?!(?:help|context|completion|gateway|whoami|device (?:show|verify|reset|import|export))\b)(?![^`]* --(?:context|url)\b)[^`]+)`/g;

/** The same error, its hint's commands with `--context NAME`. */
export function hintFor(error: ClawError, context: string): ClawError {
  if (!isContextName(context)) return error;
  const hint = error.hint?.replace(gatewayCommands, `\`$1 --context ${context}\``);
  if (hint === undefined || hint === error.hint) return error;
  return new ClawError(error.code, error.message, { hint, details: error.details, cause: error });
}
