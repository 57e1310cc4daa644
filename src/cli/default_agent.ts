/**
 * The agent that a verb means when it is told none: that of the settings. Whoever is refused because of it did not write
 * it on this command line, so the error says where it stands.
 */
import { asClawError, ClawError, type ErrorCode } from "../errors.ts";
import type { Resolved } from "../settings/origin.ts";

/** Refusals that an agent may be the reason of: one that the gateway does not have, or does not take there. */
const blamed: readonly ErrorCode[] = ["gateway/unsupported", "gateway/rejected", "gateway/not-found"];

/** The same failure; where the settings' agent may be the reason, with where that agent stands. */
export function blameAgent(thrown: unknown, agent: Resolved<string> | undefined): ClawError {
  const error = asClawError(thrown);
  if (agent === undefined || !blamed.includes(error.code)) return error;
  const hint =
    `agent ${agent.value} comes from ${agent.origin.name}: take it out there, or name another one with --agent`;
  return new ClawError(error.code, error.message, { hint, details: error.details, cause: error });
}
