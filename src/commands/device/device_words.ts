/**
 * How devices are told to people, the same in every verb: scopes without their common beginning, names with who gave
 * them.
 */
import type { Pairs } from "../../cli/outcome.ts";
import type { RequestFacts } from "../../devices/request_facts.ts";
import { scopes } from "../../protocol/mod.ts";

/** A scope as people write it: `read` for `operator.read`; others as they are. */
export function scopeWord(scope: string): string {
  return scope.replace(/^operator\.(?=.)/, "");
}

/** Scopes in a sentence. */
export function scopeList(scopes: readonly string[]): string {
  return someOf(scopes.map(scopeWord)) || "nothing";
}

/** Scopes in one cell: those that are asked for and not approved stand first, with a plus. */
export function scopeWords(approved: readonly string[], added: readonly string[] = []): string {
  const words = [...knownFirst(added).map((scope) => `+${scopeWord(scope)}`), ...knownFirst(approved).map(scopeWord)];
  return someOf(words, " ") || "none";
}

/** What an operator called it; else, in quotes, what it calls itself. */
export function nameWords(label: string | undefined, displayName: string | undefined): string {
  if (label !== undefined) return label;
  return displayName === undefined ? "-" : quoted(displayName);
}

/** A request as it is shown before it is decided. Nothing that the requester says can push the rest out of sight. */
export function requestPairs(facts: RequestFacts): Pairs {
  const { newScopes, newRoles } = facts;
  const mark = (words: string, isNew: boolean) => isNew ? `${words} (NEW)` : words;
  const asked = knownFirst(facts.requestedScopes).map((scope) => mark(scopeWord(scope), newScopes.includes(scope)));
  const approved = knownFirst(facts.approvedScopes).map(scopeWord);
  return [
    ["request", facts.requestId],
    ["device", facts.deviceId],
    ["key", keyWords(facts)],
    ["address", clip(facts.remoteIp ?? "not told: this machine, or behind a proxy")],
    ["asks for", someOf(asked) || "no scope"],
    ["approved", facts.isPaired ? someOf(approved) || "no scope" : "nothing: it is not paired"],
    ["roles", someOf(facts.roles.map((role) => mark(role, newRoles.includes(role)))) || "none"],
    ["platform", someOf([facts.platform, facts.client].filter((part) => part !== undefined)) || "not told"],
    ...(facts.label === undefined ? [] : [["label", clip(facts.label)] as const]),
    ["calls itself", facts.displayName === undefined ? "nothing" : `${quoted(facts.displayName)} (anybody may)`],
  ];
}

const shownParts = 10;
const shownCharacters = 100;

/** Short enough to stand beside others. */
export function clip(text: string): string {
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
}

/** The first of them, and how many more there are. */
export function someOf(parts: readonly string[], between = ", "): string {
  const more = parts.length > shownParts ? [`and ${parts.length - shownParts} more`] : [];
  return [...parts.slice(0, shownParts).map(clip), ...more].join(between);
}

/** Those that mean something to a gateway stand before any that a requester made up. */
function knownFirst(list: readonly string[]): readonly string[] {
  const known: readonly string[] = Object.values(scopes);
  return [...known.filter((scope) => list.includes(scope)), ...list.filter((scope) => !known.includes(scope))];
}

/** In quotes that it cannot leave. */
function quoted(displayName: string): string {
  return `"${clip(displayName).replace(/["\\]/g, "\\$&")}"`;
}

function keyWords({ keyFingerprint, idFollowsFromKey }: RequestFacts): string {
  if (keyFingerprint === undefined) return "not told";
  return idFollowsFromKey === false ? `${keyFingerprint}, which is NOT this device's` : keyFingerprint;
}
