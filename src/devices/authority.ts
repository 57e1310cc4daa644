/**
 * What it takes to decide about a device, and who has it: nobody grants what he lacks. Gateways refuse in words that
 * name neither, so that is found out here. Pure.
 */
import { ClawError } from "../errors.ts";
import { hasScope, type PairedDevice, type ProtocolVersion, scopes } from "../protocol/mod.ts";
import { approvedScopes, nameOf, rolesOf, type Roster, scopesBeyond, tokenState } from "./roster.ts";

const operatorRole = "operator";

/**
 * The scopes that approving takes. 2026.3.13 asks for none but `pairing`; 2026.9.6 wants every scope that is granted,
 * and `admin` for other roles and for scopes that it does not know.
 */
export function scopesToApprove(
  request: { readonly roles: readonly string[]; readonly requestedScopes: readonly string[] },
  protocol: ProtocolVersion,
): readonly string[] {
  if (protocol === 3) return [scopes.pairing];
  const known: readonly string[] = Object.values(scopes);
  const isPlain = request.roles.every((role) => role === operatorRole) &&
    request.requestedScopes.every((scope) => known.includes(scope));
  return [...new Set([scopes.pairing, ...(isPlain ? request.requestedScopes : [scopes.admin])])];
}

/** The scopes that revoking a role's token takes: 2026.3.13 asks for `pairing` alone. */
export function scopesToRevoke(
  role: string,
  tokenScopes: readonly string[],
  protocol: ProtocolVersion,
): readonly string[] {
  return protocol === 3 ? [scopes.pairing] : scopesToRotate(role, tokenScopes, protocol);
}

/** The scopes that rotating a role's token takes: those that it will carry, and on 2026.9.6 `admin` for other roles. */
export function scopesToRotate(
  role: string,
  tokenScopes: readonly string[],
  protocol: ProtocolVersion,
): readonly string[] {
  if (role === operatorRole) return [...new Set([scopes.pairing, ...tokenScopes])];
  return protocol === 3 ? [scopes.pairing, ...tokenScopes] : [scopes.pairing, scopes.admin];
}

/** Paired devices that could do it in one's stead. */
export function ableDevices(roster: Roster, needs: readonly string[], ownId: string): readonly PairedDevice[] {
  return roster.paired.filter((device) =>
    device.deviceId !== ownId && rolesOf(device).includes(operatorRole) && tokenState(device) === "valid" &&
    scopesBeyond(needs, approvedScopes(device)).length === 0
  );
}

/** Without those that come with another: `admin` brings all, `write` brings `read`. */
function withoutImplied(needs: readonly string[]): readonly string[] {
  return needs.filter((scope) => needs.every((other) => other === scope || !hasScope([other], scope)));
}

const shownDevices = 3;

/** How a person gets it done who lacks the scopes himself. */
export function whoElse(needs: readonly string[], able: readonly PairedDevice[], hostCommand: string): string {
  const names = able.slice(0, shownDevices).map(nameOf).join(", ");
  const more = able.length > shownDevices ? ` and ${able.length - shownDevices} more` : "";
  const others = able.length === 0 ? "" : `, which ${names}${more} ${able.length === 1 ? "has" : "have"}`;
  return `it takes ${withoutImplied(needs).join(" and ")}${others}; else on the gateway host: ${hostCommand}`;
}

/**
 * A refusal for want of scopes, with what it takes and who has it; any other error as it is. 2026.9.6 calls some of them
 * "denied", with no code and no reason, and says the same of devices that it does not know.
 */
export function withAuthority(error: ClawError, words: string): ClawError {
  if (!["auth/scope", "auth/pairing-required", "gateway/rejected"].includes(error.code)) return error;
  const hint = error.code === "gateway/rejected"
    ? `look whether it is still there with \`claw device list\`; if so, ${words}`
    : error.code === "auth/pairing-required" && error.hint !== undefined
    ? `${words}; or give this device more: ${error.hint}`
    : words;
  return new ClawError(error.code, error.message, { hint, details: error.details, cause: error });
}

/** An id as a word of a command line that somebody will paste, or undefined when it is none. */
export function plainWord(id: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(id) ? id : undefined;
}
