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
  return { text, fits: (name) => fitsGlob(text, name.slice(0, longestName)) };
}

/** What is longer is judged by its beginning. */
const longestName = 1_000;

/** No regular expression: one of many stars would take for ever over a long name, and a gateway may choose the names. */
function fitsGlob(glob: string, name: string): boolean {
  let at = 0;
  /** Behind the last star that was met, and where the rest of the name begins that it leaves over. */
  let retry: { readonly glob: number; name: number } | undefined;
  for (let read = 0; read < name.length || at < glob.length;) {
    const sign = glob[at];
    if (sign === "*") {
      retry = { glob: ++at, name: read };
    } else if (read < name.length && (sign === "?" || sign === name[read])) {
      at += 1;
      read += 1;
    } else if (retry !== undefined && retry.name < name.length) {
      at = retry.glob;
      read = ++retry.name;
    } else {
      return false;
    }
  }
  return true;
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
