/**
 * `claw call --list`: what the connected gateway offers, with what is known of each method.
 */
import type { Gateway } from "../../cli/context.ts";
import { type Cell, type Column, done, negative, type Outcome } from "../../cli/outcome.ts";
import { hasScope } from "../../protocol/mod.ts";
import { knownMethods, scopeOf } from "./method_table.ts";

const columns: readonly Column[] = [{ label: "METHOD", shrinks: true }, { label: "SCOPE" }, { label: "SINCE" }];

/** @param part methods whose name has this in it; undefined: all */
export function listMethods({ connection }: Gateway, url: string, part: string | undefined): Outcome {
  const { server, features } = connection.handshake.hello;
  const wanted = (part ?? "").toLowerCase();
  const methods = features.methods.filter((name) => name.toLowerCase().includes(wanted)).toSorted().map((name) => {
    const known = knownMethods.get(name);
    const scope = known?.scope === "dynamic" ? "dynamic" : scopeOf(name);
    return { name, scope, since: known?.since, isGranted: isGranted(scope, connection.grantedScopes) };
  });
  const data = { gateway: { url, version: server.version }, methods };
  if (methods.length === 0) {
    return negative(data, { kind: "line", text: `the gateway offers no method with '${part ?? ""}' in its name` });
  }
  const rows = methods.map(({ name, scope, since }): readonly Cell[] => [name, scopeWord(scope), since ?? "-"]);
  return done(data, { kind: "table", columns, rows });
}

/** Whether the connection that asked could call it as it is; undefined where only the gateway knows. */
function isGranted(scope: string | undefined, granted: readonly string[]): boolean | undefined {
  if (scope === undefined || scope === "dynamic") return undefined;
  return scope !== "node" && hasScope(granted, scope);
}

/** `operator.read` is `read` here, as in `claw device list`. */
function scopeWord(scope: string | undefined): string {
  return scope === undefined ? "-" : scope.replace(/^operator\./, "");
}
