/**
 * Who is paired with a gateway and who asks to be, as it tells at one moment, and the simple questions to that: what a
 * device was approved for, what it is called. Which one a person means: `reference.ts`.
 */
import type { Connection } from "../client/connection.ts";
import { redact } from "../protocol/redaction.ts";
import { hasScope, type PairedDevice, type PendingDevice, type ResultOf, scopes } from "../protocol/mod.ts";

export type Roster = Pick<ResultOf<"device.pair.list">, "pending" | "paired">;

/** What a gateway tells, without any token that it should not tell: devices are shown with all their members. */
export function withoutSecrets<T>(told: T): T {
  return redact(told) as T;
}

/** Reads it anew. @throws ClawError as `Connection.call` */
export async function readRoster(connection: Connection, signal: AbortSignal): Promise<Roster> {
  return withoutSecrets(await connection.call("device.pair.list", {}, signal));
}

export function pairedOf(roster: Roster, deviceId: string): PairedDevice | undefined {
  return roster.paired.find((device) => device.deviceId === deviceId);
}

/** All roles of a device or request: gateways name one, several, or both. */
export function rolesOf({ role, roles }: Pick<PendingDevice, "role" | "roles">): readonly string[] {
  return [...new Set([...(roles ?? []), ...(role === undefined ? [] : [role])])];
}

/** The scopes that a device was approved for, whatever its tokens carry. */
export function approvedScopes(device: PairedDevice | undefined): readonly string[] {
  return device?.scopes ?? [];
}

/** Those of the wanted that the held do not include; `admin` includes all. */
export function scopesBeyond(wanted: readonly string[], held: readonly string[]): readonly string[] {
  // Gateways name lists of any length; only known scopes bring others.
  const all = new Set(held);
  const known = Object.values(scopes).filter((scope) => all.has(scope));
  return wanted.filter((scope) => !all.has(scope) && !hasScope(known, scope));
}

/** As much of an id as people read; it calls the device, unless another's begins alike. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** A device as people may know it: by its label and the beginning of its id. What it calls itself is no name for it. */
export function nameOf({ deviceId, operatorLabel }: Pick<PairedDevice, "deviceId" | "operatorLabel">): string {
  return operatorLabel === undefined ? shortId(deviceId) : `'${operatorLabel}' (${shortId(deviceId)})`;
}

/** The same with the whole id, for what cannot be taken back. */
export function wholeNameOf({ deviceId, operatorLabel }: Pick<PairedDevice, "deviceId" | "operatorLabel">): string {
  return operatorLabel === undefined ? deviceId : `'${operatorLabel}' (${deviceId})`;
}

export type TokenState = "valid" | "revoked" | "none";

/** Whether a device could log in with a token of its own. */
export function tokenState({ tokens = [] }: PairedDevice): TokenState {
  if (tokens.length === 0) return "none";
  return tokens.some(({ revokedAtMs }) => revokedAtMs === undefined) ? "valid" : "revoked";
}
