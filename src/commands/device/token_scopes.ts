/**
 * A role's token of a device, and the scopes that a person wants it to have.
 */
import { nameOf, scopesBeyond } from "../../devices/roster.ts";
import { ClawError } from "../../errors.ts";
import { type PairedDevice, scopes } from "../../protocol/mod.ts";
import { scopeList } from "./device_words.ts";

export const operatorRole = "operator";

type Token = NonNullable<PairedDevice["tokens"]>[number];

/** @throws ClawError `gateway/not-found` when the device has no token for the role */
export function tokenOf(device: PairedDevice, role: string): Token {
  const token = device.tokens?.find((one) => one.role === role);
  if (token !== undefined) return token;
  const roles = device.tokens?.map((one) => one.role).join(", ");
  throw new ClawError("gateway/not-found", `${nameOf(device)} has no token as ${role}`, {
    hint: roles
      ? `it has one as ${roles}: name it with --role`
      : "it gets one when it logs in with the gateway's secret",
  });
}

/**
 * `read,write` or `operator.read`; an operator's scopes must be known ones.
 * @throws ClawError `input/invalid`
 */
export function parseScopes(given: readonly string[], role: string): readonly string[] {
  const words = given.flatMap((text) => text.split(",")).map((text) => text.trim()).filter((text) => text !== "");
  if (given.length > 0 && words.length === 0) throw new ClawError("input/invalid", "--scopes names no scope");
  if (role !== operatorRole) return [...new Set(words)];
  const known: readonly string[] = Object.values(scopes);
  return [
    ...new Set(words.map((word) => {
      const scope = word.startsWith("operator.") ? word : `operator.${word}`;
      if (known.includes(scope)) return scope;
      throw new ClawError("input/invalid", `--scopes: there is no scope '${word}'`, {
        hint: `there are ${known.map((name) => name.replace("operator.", "")).join(", ")}`,
      });
    })),
  ];
}

/**
 * 2026.3.13 lets in with fewer scopes whom it does not believe; so may anybody who decides.
 * @throws ClawError `auth/scope`
 */
export function requireGranted(granted: readonly string[], wanted: readonly string[]): void {
  const lacking = scopesBeyond(wanted, granted);
  if (lacking.length === 0) return;
  const message = `the gateway let this device in, but without ${scopeList(lacking)}`;
  throw new ClawError("auth/scope", message, { details: { missingScope: lacking.join(" and ") } });
}
