/**
 * What a person must know of a request before he approves it, and whether it is still the same when he has decided. Of
 * what is shown only the key is proven: everything else is the requester's or the gateway's word.
 */
import { deviceIdOf, fromBase64url, keyFingerprintOf } from "../identity/keypair.ts";
import type { PendingDevice } from "../protocol/mod.ts";
import { approvedScopes, pairedOf, rolesOf, type Roster, scopesBeyond } from "./roster.ts";

export interface RequestFacts {
  readonly requestId: string;
  readonly deviceId: string;
  /** `SHA256:…` of the public key; undefined where the gateway names none that can be read. */
  readonly keyFingerprint: string | undefined;
  /** Whether the device id follows from the key; undefined without a key. */
  readonly idFollowsFromKey: boolean | undefined;
  /** What the device calls itself. */
  readonly displayName: string | undefined;
  readonly label: string | undefined;
  readonly remoteIp: string | undefined;
  readonly platform: string | undefined;
  readonly client: string | undefined;
  readonly roles: readonly string[];
  readonly newRoles: readonly string[];
  readonly requestedScopes: readonly string[];
  readonly approvedScopes: readonly string[];
  /** Requested, and not approved so far. */
  readonly newScopes: readonly string[];
  readonly isPaired: boolean;
  /** When it was last asked, by the gateway's clock (epoch ms). */
  readonly askedAtMs: number;
}

export async function factsOfRequest(request: PendingDevice, roster: Roster): Promise<RequestFacts> {
  const device = pairedOf(roster, request.deviceId);
  const requestedScopes = [...new Set(request.scopes ?? [])];
  const roles = rolesOf(request);
  const heldRoles = new Set(device === undefined ? [] : rolesOf(device));
  return {
    requestId: request.requestId,
    deviceId: request.deviceId,
    ...await readKey(request),
    displayName: request.displayName,
    label: device?.operatorLabel,
    remoteIp: request.remoteIp,
    platform: request.platform,
    client: [request.clientId, request.clientMode].filter((part) => part !== undefined).join("/") || undefined,
    roles,
    newRoles: roles.filter((role) => !heldRoles.has(role)),
    requestedScopes,
    approvedScopes: approvedScopes(device),
    newScopes: scopesBeyond(requestedScopes, approvedScopes(device)),
    isPaired: device !== undefined,
    askedAtMs: request.ts,
  };
}

async function readKey({ publicKey, deviceId }: PendingDevice) {
  const nothing = { keyFingerprint: undefined, idFollowsFromKey: undefined };
  if (publicKey === undefined) return nothing;
  try {
    const raw = fromBase64url(publicKey);
    // Other forms of a key (PEM, say) are not this one's digest.
    if (raw.length !== 32) return nothing;
    return {
      keyFingerprint: await keyFingerprintOf(publicKey),
      idFollowsFromKey: await deviceIdOf(raw) === deviceId,
    };
  } catch {
    return nothing;
  }
}

/** What may change without a word: a device that asks again is heard again. */
const uncertain = new Set<keyof RequestFacts>(["askedAtMs", "label"]);

/** The names of the facts that are no longer what they were. */
export function changedFacts(before: RequestFacts, now: RequestFacts): readonly (keyof RequestFacts)[] {
  const names = Object.keys(before) as (keyof RequestFacts)[];
  return names.filter((name) => !uncertain.has(name) && textOf(before[name]) !== textOf(now[name]));
}

function textOf(fact: RequestFacts[keyof RequestFacts]): string {
  return JSON.stringify(Array.isArray(fact) ? [...fact].sort() : fact ?? null);
}
