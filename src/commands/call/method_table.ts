/**
 * What is known of a method by its name: the scope it needs, when it came, whether it only reads. Out of what OpenClaw
 * publishes, and of claw's own method table where gateways were found to do otherwise. A gateway may know more methods.
 */
import { type Method, type MethodRow, methods, scopes } from "../../protocol/mod.ts";
import { publishedMethods } from "./published_methods.ts";

export interface KnownMethod {
  /** An operator's scope; `node` for methods that only nodes may call; `dynamic` where it depends on the params. */
  readonly scope: string;
  /** A release, `<=` before it where it may have been an earlier one. */
  readonly since: string;
}

/** Names with what is published of them. */
export const knownMethods: ReadonlyMap<string, KnownMethod> = read(publishedMethods);

/**
 * Of methods whose scope depends on their params, the scope that is enough for most (as 2026.9.6 decides); the rest
 * need `operator.write`.
 */
const usualScopes: Readonly<Record<string, string>> = {
  "talk.config": scopes.read,
  "channels.pairing.approve": scopes.pairing,
  "sessions.delete": scopes.admin,
};

/** Answers that come once, though the method counts as one that reads. */
const issuing = ["device.scopes.waitUpgrade"];

/** The least scope to ask for; undefined where only the gateway knows. */
export function scopeOf(method: string): string | undefined {
  const row = rowOf(method);
  if (row !== undefined) return row.scope ?? scopes.read;
  const scope = knownMethods.get(method)?.scope;
  return scope === "dynamic" ? usualScopes[method] ?? scopes.write : scope;
}

/** Whether a call only looks: it does no harm when it is repeated, and so its answer may be had again. */
export function onlyReads(method: string): boolean {
  const isRead = knownMethods.get(method)?.scope === scopes.read || scopeOf(method) === scopes.read;
  return isRead && rowOf(method)?.resend !== "unsafe" && !issuing.includes(method);
}

/** Whether sending a call twice does what sending it once does. */
export function resendOf(method: string): MethodRow["resend"] {
  return rowOf(method)?.resend ?? (onlyReads(method) ? "safe" : "unsafe");
}

function rowOf(method: string): MethodRow | undefined {
  return Object.hasOwn(methods, method) ? methods[method as Method] : undefined;
}

function read(text: string): ReadonlyMap<string, KnownMethod> {
  const known = new Map<string, KnownMethod>();
  let group: KnownMethod = { scope: "", since: "" };
  for (const line of text.trim().split("\n")) {
    if (line.startsWith("  ")) { for (const name of line.trim().split(" ")) known.set(name, group); }
    else {
      const [scope = "", since = ""] = line.replace(/:$/, "").split(" ");
      group = { scope, since };
    }
  }
  return known;
}
