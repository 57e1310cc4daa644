/**
 * How devices are told to people, the same in every verb: scopes without their common beginning, names with who gave
 * them.
 */
import type { Pairs } from "../../cli/outcome.ts";
import type { RequestFacts } from "../../devices/request_facts.ts";

/** A scope as people write it: `read` for `operator.read`; others as they are. */
export function scopeWord(scope: string): string {
  return scope.replace(/^operator\.(?=.)/, "");
}

/** Scopes in one cell: those that are asked for and not approved have a plus. */
export function scopeWords(approved: readonly string[], added: readonly string[] = []): string {
  const words = [...approved.map(scopeWord), ...added.map((scope) => `+${scopeWord(scope)}`)];
  return words.join(" ") || "none";
}

/** What an operator called it; else, in quotes, what it calls itself. */
export function nameWords(label: string | undefined, displayName: string | undefined): string {
  if (label !== undefined) return label;
  return displayName === undefined ? "-" : `"${displayName}"`;
}

/** A request as it is shown before it is decided. */
export function requestPairs(facts: RequestFacts): Pairs {
  const { approvedScopes, newScopes, roles, newRoles } = facts;
  const granted = facts.requestedScopes.filter((scope) => !newScopes.includes(scope));
  const asked = [...granted.map(scopeWord), ...newScopes.map((scope) => `${scopeWord(scope)} (NEW)`)].join(", ");
  return [
    ["request", facts.requestId],
    ["device", facts.deviceId],
    ["key", keyWords(facts)],
    ["address", facts.remoteIp ?? "not told: this machine, or behind a proxy"],
    ["asks for", asked || "no scope"],
    ["approved", facts.isPaired ? approvedScopes.map(scopeWord).join(", ") || "no scope" : "nothing: it is not paired"],
    ["roles", roles.map((role) => newRoles.includes(role) ? `${role} (NEW)` : role).join(", ") || "none"],
    ["platform", [facts.platform, facts.client].filter((part) => part !== undefined).join(", ") || "not told"],
    ...(facts.label === undefined ? [] : [["label", facts.label] as const]),
    ["calls itself", facts.displayName === undefined ? "nothing" : `"${facts.displayName}" (anybody may)`],
  ];
}

function keyWords({ keyFingerprint, idFollowsFromKey }: RequestFacts): string {
  if (keyFingerprint === undefined) return "not told";
  return idFollowsFromKey === false ? `${keyFingerprint}, which is NOT this device's` : keyFingerprint;
}
