/**
 * Which events a person means: names, with `*` for any text and `?` for one character; and what it takes to see them,
 * since a connection should ask for no more than that. Pure.
 */
import { ClawError } from "../errors.ts";
import { type Scope, scopes } from "../protocol/mod.ts";

/** A test of an event's name. */
export type Pattern = { readonly text: string; fits(name: string): boolean };

/**
 * Reads names that may stand apart or with commas between them.
 * @throws ClawError `usage/bad-flag`
 */
export function parsePatterns(texts: readonly string[], flag: string): readonly Pattern[] {
  return texts.flatMap((text) => text.split(",")).map((text) => parsePattern(text.trim(), flag));
}

function parsePattern(text: string, flag: string): Pattern {
  if (!/^[\w.*?:-]{1,100}$/.test(text)) {
    throw new ClawError("usage/bad-flag", `${flag}: '${text}' is no name of an event`, {
      hint: "write names such as cron, presence or 'device.*'",
    });
  }
  // A star beside a star adds nothing but work.
  const source = text.replace(/\*+/g, "*").replace(/[.]/g, "\\.").replaceAll("*", ".*").replaceAll("?", ".");
  const form = new RegExp(`^${source}$`, "s");
  return { text, fits: (name) => form.test(name) };
}

/** Whether any of them fits. */
export function fitsAny(patterns: readonly Pattern[], name: string): boolean {
  return patterns.some((pattern) => pattern.fits(name));
}

/** Families of events that only certain scopes may see, in both generations. */
const guarded: readonly (readonly [family: string, scope: Scope])[] = [
  ["device.pair.", scopes.pairing],
  ["node.pair.", scopes.pairing],
  ["exec.approval.", scopes.approvals],
];

/**
 * The least scopes for these events. A pattern asks for a guarded family only if it names it: `device.*` does, `*` and
 * `d*` do not.
 */
export function scopesFor(patterns: readonly Pattern[]): readonly Scope[] {
  const needs = new Set<Scope>();
  for (const { text } of patterns) {
    const plain = text.replace(/[*?].*$/s, "");
    const scope = guarded.find(([family]) =>
      plain.startsWith(family) || (plain !== text && plain.includes(".") && family.startsWith(plain))
    )?.[1];
    needs.add(scope ?? scopes.read);
  }
  if (needs.size === 0) needs.add(scopes.read);
  return [...needs].sort();
}
