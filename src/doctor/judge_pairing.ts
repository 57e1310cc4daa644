/**
 * What is odd about a gateway's devices: rows PR-1 to PR-3. Pure; who is asked, and with which scopes, is the verb's.
 */
import { hasScope, type PairedDevice, type PendingDevice } from "../protocol/mod.ts";
import { type Finding, finding } from "./finding.ts";

export interface PairingEvidence {
  /** undefined: this connection may not see it. */
  readonly roster: { readonly pending: readonly PendingDevice[]; readonly paired: readonly PairedDevice[] } | undefined;
  /** This device's, when it has a key. */
  readonly deviceId: string | undefined;
  /** What the stored token was granted. */
  readonly grantedScopes: readonly string[] | undefined;
  /** By the gateway's clock. */
  readonly nowMs: number;
}

const hourMs = 3_600_000;
/** Unnamed devices of one kind: two may well be two machines behind one address. */
const mostAlike = 3;

export function judgePairing(evidence: PairingEvidence): readonly Finding[] {
  const { roster } = evidence;
  if (roster === undefined) {
    return [finding("PR-0", {
      severity: "info",
      cause: "this device may not see who is paired: it was not granted operator.pairing",
      command: "claw device pair --scopes read,pairing",
    })];
  }
  return [
    ...roster.pending.flatMap((request) => oldRequest(request, evidence.nowMs)),
    ...repeated(roster.pending),
    ...ownToken(roster.paired, evidence),
    ...alike(roster.paired),
  ];
}

function oldRequest({ requestId, deviceId, ts }: PendingDevice, nowMs: number): readonly Finding[] {
  if (nowMs - ts <= hourMs) return [];
  return [finding("PR-1", {
    severity: "warning",
    cause: `device ${short(deviceId)} has been asking to be let in for ${Math.round((nowMs - ts) / hourMs)} h`,
    command: lineFor("reject", requestId),
  })];
}

function repeated(pending: readonly PendingDevice[]): readonly Finding[] {
  return [...groupsOf(pending, ({ deviceId }) => deviceId)].filter(([, requests]) => requests.length > 1).map((
    [deviceId, requests],
  ) =>
    finding("PR-1", {
      severity: "warning",
      cause: `device ${short(deviceId)} has ${requests.length} requests waiting: it asks for other scopes each time`,
      command: lineFor("reject", requests[0]?.requestId ?? ""),
    })
  );
}

/** Where the gateway's record and the stored token say different things. */
function ownToken(
  paired: readonly PairedDevice[],
  { deviceId, grantedScopes }: PairingEvidence,
): readonly Finding[] {
  const own = paired.find((device) => device.deviceId === deviceId);
  if (own === undefined || grantedScopes === undefined) return [];
  const tokens = (own.tokens ?? []).filter(({ role, revokedAtMs }) => role === "operator" && revokedAtMs === undefined);
  const renew = { severity: "warning", command: "claw device pair --token-file FILE" } as const;
  if (tokens.length === 0) {
    return [finding("PR-2", { ...renew, cause: "the gateway has revoked this device's token, or made none" })];
  }
  const held = tokens.flatMap(({ scopes }) => scopes);
  const lacking = grantedScopes.filter((scope) => !hasScope(held, scope));
  if (lacking.length === 0) return [];
  const cause = `this device's token no longer grants ${lacking.join(" and ")}: jobs that need it will fail`;
  return [finding("PR-2", { ...renew, cause, command: "claw device pair" })];
}

/** One installation that loses its key again and again leaves a device each time. */
function alike(paired: readonly PairedDevice[]): readonly Finding[] {
  const named = [...groupsOf(paired.filter(({ displayName }) => displayName), ({ displayName }) => displayName ?? "")]
    .filter(([, devices]) => devices.length > 1);
  const plain = [...groupsOf(paired.filter(({ displayName }) => !displayName), kindOf)]
    .filter(([kind, devices]) => kind !== "" && devices.length >= mostAlike);
  return [...named, ...plain].map(([name, devices]) =>
    finding("PR-3", {
      severity: "warning",
      cause: `${devices.length} paired devices are called ${name}: an installation lost its key and was paired anew ` +
        `(${devices.map(({ deviceId }) => short(deviceId)).slice(0, 5).join(", ")})`,
      command: "claw device list",
    })
  );
}

function kindOf({ clientId, clientMode, platform, remoteIp }: PairedDevice): string {
  if (clientId === undefined) return "";
  return `${clientId}/${clientMode ?? "?"} on ${platform ?? "?"}${remoteIp === undefined ? "" : ` at ${remoteIp}`}`;
}

function groupsOf<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function short(deviceId: string): string {
  return deviceId.slice(0, 8);
}

/** An id from afar stands on a command line only when it is a plain word. */
function lineFor(verb: string, id: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(id) ? `claw device ${verb} ${id}` : "claw device list";
}
