/**
 * How values are written in openclaw.json: `$include` of other files, `${NAME}` from the environment, and references to
 * secrets that only the gateway can look up. Read in the code of 2026.9.6 (includes.ts, types.secrets.ts).
 */
import { ClawError } from "../errors.ts";
import { isRecord, readConfig } from "./config_text.ts";
import type { Lookup } from "./openclaw_env.ts";
import { Secret } from "./secret.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A secret in openclaw.json: at hand, or out of claw's reach. */
export interface SecretValue {
  /** Where it stands: `/home/me/.openclaw/openclaw.json: gateway.auth.token`. */
  readonly place: string;
  readonly value: Secret | undefined;
  /** Why there is no value, e.g. `a SecretRef (exec)`. */
  readonly unusable: string | undefined;
}

/** 2026.9.6 refuses deeper nesting. */
const maxDepth = 10;

/**
 * Replaces `$include` by the files it names, in the root and below `gateway`: included files merge in their order, and
 * keys beside `$include` win. OpenClaw also confines the files to its directory; claw only reads, so it need not.
 * @throws ClawError `config/invalid` when a file is missing, broken, or includes itself
 */
export async function expandIncludes(path: string, root: Fields): Promise<Fields> {
  const expanded = await expand(root, [path], true);
  return isRecord(expanded) ? expanded : {};
}

async function expand(value: unknown, chain: readonly string[], isRoot: boolean): Promise<unknown> {
  if (!isRecord(value)) return value;
  const own: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    // Only these branches matter to claw; the others may include what they like.
    if (key !== "$include" && (!isRoot || key === "gateway" || key === "env")) {
      own[key] = await expand(inner, chain, false);
    }
  }
  let merged: unknown = {};
  for (const name of includesOf(value, chain)) merged = merge(merged, await include(name, chain, isRoot));
  return merge(merged, own);
}

function includesOf(value: Fields, chain: readonly string[]): readonly string[] {
  const names = value["$include"] === undefined ? [] : [value["$include"]].flat();
  if (names.every((name) => typeof name === "string")) return names;
  throw new ClawError("config/invalid", `${chain.at(-1)}: $include must be a path or a list of paths`);
}

async function include(name: string, chain: readonly string[], isRoot: boolean): Promise<unknown> {
  const includer = chain.at(-1) ?? "";
  const path = /^([A-Za-z]:)?[\\/]/.test(name) ? name : `${includer.replace(/[^\\/]*$/, "")}${name}`;
  if (chain.includes(path) || chain.length > maxDepth) {
    throw new ClawError("config/invalid", `${includer}: $include of ${name} goes round in a circle or too deep`);
  }
  const file = await readConfig(path);
  if (file === undefined) {
    throw new ClawError("config/invalid", `${includer}: $include names ${path}, which is not there`);
  }
  return await expand(file.value, [...chain, path], isRoot);
}

function merge(target: unknown, source: unknown): unknown {
  if (!isRecord(target) || !isRecord(source)) return source;
  const merged: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(source)) merged[key] = merge(merged[key], value);
  return merged;
}

/** A string with its `${NAME}` expanded; undefined when it is no string, blank, or a name is unset. */
export function readString(value: unknown, lookup: Lookup): string | undefined {
  if (typeof value !== "string") return undefined;
  if (!value.includes("$")) return nonBlank(value);
  let isMissing = false;
  const text = value.replace(/(\$?)\$\{([A-Z_][A-Z0-9_]*)\}/g, (whole, escape: string, name: string) => {
    if (escape !== "") return whole.slice(1);
    const found = lookup(name) ?? "";
    if (found === "") isMissing = true;
    return found;
  });
  return isMissing ? undefined : nonBlank(text);
}

function nonBlank(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? "";
  return trimmed === "" ? undefined : trimmed;
}

/** A number, which may be written as a string with a `${NAME}`. */
export function readNumber(value: unknown, lookup: Lookup): number | undefined {
  const number = typeof value === "number" ? value : Number(readString(value, lookup) ?? NaN);
  return Number.isInteger(number) && number > 0 && number <= 65_535 ? number : undefined;
}

/**
 * A secret: a string, or a reference `{source, provider, id}`. References to the environment are looked up; those to a
 * file, a command or a store need the gateway's own providers. (`$NAME` is an older form of a reference.)
 */
export function readSecretValue(value: unknown, lookup: Lookup, place: string): SecretValue | undefined {
  if (value === undefined || value === null) return undefined;
  const short = typeof value === "string" && value.includes("$")
    ? /^\s*\$([A-Z][A-Z0-9_]*)\s*$/.exec(value)?.[1]
    : undefined;
  const text = short === undefined ? readString(value, lookup) : lookup(short);
  if (typeof value === "string") return at(place, text, undefined);
  const source = isRecord(value) ? value["source"] : undefined;
  if (!isRecord(value) || typeof source !== "string") return at(place, undefined, "not a string");
  const id = value["id"];
  const found = source === "env" && typeof id === "string" ? lookup(id) : undefined;
  return at(place, found, `a SecretRef (${source.slice(0, 20)}), which only the gateway can look up`);
}

function at(place: string, text: string | undefined, unusable: string | undefined): SecretValue | undefined {
  const trimmed = nonBlank(text);
  if (trimmed !== undefined) return { place, value: new Secret(trimmed), unusable: undefined };
  return unusable === undefined ? undefined : { place, value: undefined, unusable };
}
