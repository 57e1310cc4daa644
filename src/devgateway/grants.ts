/**
 * What a device token grants and whether that covers a request, in the gateway's own reading: scope names it does not
 * know are granted and compared like the others (transcripts 13g). The five known names: `protocol/connect.ts`.
 */
import { scopes } from "../protocol/mod.ts";

/** Whether every requested scope is among the granted ones; `admin` covers all `operator.` scopes, `write` covers read. */
export function coversScopes(role: string, requested: readonly string[], granted: readonly string[]): boolean {
  return tidyScopes(requested).every((scope) => {
    if (granted.includes(scope)) return true;
    if (role !== "operator") return false;
    if (granted.includes(scopes.admin) && scope.startsWith("operator.")) return true;
    return scope === scopes.read && granted.includes(scopes.write);
  });
}

/** The first requested scope that is not granted. */
export function missingScope(role: string, requested: readonly string[], granted: readonly string[]) {
  return tidyScopes(requested).find((scope) => !coversScopes(role, [scope], granted));
}

/** Trimmed, without blanks and doubles, in the order given. */
export function tidyScopes(list: readonly string[] | undefined): string[] {
  return [...new Set((list ?? []).map((scope) => scope.trim()).filter((scope) => scope !== ""))];
}

/** As {@link tidyScopes}, sorted: the form in which tokens keep their scopes. */
export function sortedScopes(list: readonly string[] | undefined): string[] {
  return tidyScopes(list).sort();
}
