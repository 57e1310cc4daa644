/**
 * Which devices were approved, which ask to be, and the tokens they hold: what a real gateway keeps in
 * `devices/paired.json` (2026.3.13) or its database (2026.9.6). Rules of who may be approved without asking stand in
 * `admission.ts`; this file only keeps the books. Next: `memory.ts`.
 */
import { toBase64url } from "../identity/keypair.ts";
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/world.ts";
import type { ProtocolVersion } from "../protocol/mod.ts";
import { coversScopes, sortedScopes, tidyScopes } from "./grants.ts";

/** A device's key to one role. */
export interface DeviceToken {
  readonly token: string;
  readonly role: string;
  /** Sorted. */
  readonly scopes: readonly string[];
  readonly createdAtMs: number;
  readonly rotatedAtMs?: number;
  readonly revokedAtMs?: number;
  readonly lastUsedAtMs?: number;
}

/** What a device says about itself when it asks. */
export interface DeviceClaim {
  readonly deviceId: string;
  readonly publicKey: string;
  readonly displayName?: string;
  readonly platform: string;
  readonly deviceFamily?: string;
  readonly clientId: string;
  readonly clientMode: string;
  readonly role: string;
  readonly scopes: readonly string[];
  readonly remoteIp?: string;
}

export interface PendingPairing extends DeviceClaim {
  readonly requestId: string;
  readonly roles: readonly string[];
  readonly silent: boolean;
  /** The device was approved before and asks for something new. */
  readonly isRepair: boolean;
  readonly ts: number;
}

export interface PairedDevice extends DeviceClaim {
  readonly roles: readonly string[];
  readonly approvedVia?: "silent" | "owner" | "bootstrap";
  readonly createdAtMs: number;
  readonly approvedAtMs: number;
  readonly lastSeenAtMs?: number;
  /** The name an operator gave it (protocol 4). */
  readonly operatorLabel?: string;
  readonly tokens: Readonly<Record<string, DeviceToken>>;
}

/** Why a device token was not accepted. */
export type TokenVerdict = "ok" | "mismatch" | "scope-mismatch";

/** A pending request lives this long. */
export const pendingLifeMs = 300_000;

export class Pairings {
  readonly #protocol: ProtocolVersion;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #pending = new Map<string, PendingPairing>();
  /** When each request was last asked for: its five minutes start anew. */
  readonly #askedAt = new Map<string, number>();
  readonly #paired = new Map<string, PairedDevice>();

  constructor(protocol: ProtocolVersion, clock: Clock, ids: Ids) {
    this.#protocol = protocol;
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Requests that wait for a person, newest first. */
  pending(): PendingPairing[] {
    for (const [requestId, askedAt] of this.#askedAt) {
      if (this.#clock.now() - askedAt > pendingLifeMs) this.#forget(requestId);
    }
    return [...this.#pending.values()].sort((a, b) => b.ts - a.ts);
  }

  /** Approved devices, last approved first. */
  paired(): PairedDevice[] {
    return [...this.#paired.values()].sort((a, b) => b.approvedAtMs - a.approvedAtMs);
  }

  find(deviceId: string): PairedDevice | undefined {
    return this.#paired.get(deviceId.trim());
  }

  /** Roles the device may connect with: on protocol 4 only those whose token is not revoked (transcript 40). */
  rolesOf(device: PairedDevice): readonly string[] {
    if (this.#protocol === 3) return device.roles;
    return device.roles.filter((role) => device.tokens[role] !== undefined && !device.tokens[role].revokedAtMs);
  }

  /**
   * Files a request, or finds the one this device already waits with.
   * @returns the request, whether it is new, and the ids of requests it replaced (protocol 4, when the wish changed)
   */
  request(claim: DeviceClaim, silent: boolean): { request: PendingPairing; created: boolean; replaced: string[] } {
    const ts = this.#clock.now();
    const isRepair = this.#paired.has(claim.deviceId);
    const waiting = this.pending().filter((request) => request.deviceId === claim.deviceId);
    const [existing] = waiting;
    const fresh: PendingPairing = {
      ...existing,
      ...claim,
      scopes: tidyScopes([...waiting.flatMap((request) => request.scopes), ...claim.scopes]),
      requestId: existing?.requestId ?? "",
      roles: tidyScopes([...waiting.flatMap((request) => request.roles), claim.role]),
      silent: silent && waiting.every((request) => request.silent),
      isRepair: isRepair || (existing?.isRepair ?? false),
      ts,
    };
    if (existing === undefined || (this.#protocol === 4 && !covers(existing, claim))) {
      for (const request of waiting) this.#forget(request.requestId);
      const request = { ...fresh, requestId: this.#ids.uuid() };
      this.#await(request, ts);
      return { request, created: true, replaced: waiting.map(({ requestId }) => requestId) };
    }
    const request = this.#protocol === 3
      ? { ...fresh, role: existing.role }
      : { ...fresh, role: existing.role, roles: existing.roles, scopes: existing.scopes, ts: existing.ts };
    this.#await(request, ts);
    return { request, created: false, replaced: [] };
  }

  /** Makes a device of a request: roles and scopes add up, and the role's token is new. */
  approve(requestId: string, approvedVia: "silent" | "owner" | "bootstrap"): PairedDevice | undefined {
    const request = this.pending().find((pending) => pending.requestId === requestId);
    if (request === undefined) return undefined;
    const now = this.#clock.now();
    const existing = this.#paired.get(request.deviceId);
    const { requestId: _id, silent: _silent, isRepair: _isRepair, ts: _ts, ...claim } = request;
    const device: PairedDevice = {
      ...claim,
      roles: tidyScopes([...existing?.roles ?? [], ...request.roles]),
      scopes: tidyScopes([...existing?.scopes ?? [], ...request.scopes]),
      approvedVia,
      createdAtMs: existing?.createdAtMs ?? now,
      approvedAtMs: now,
      ...(existing?.lastSeenAtMs === undefined ? {} : { lastSeenAtMs: existing.lastSeenAtMs }),
      ...(existing?.operatorLabel === undefined ? {} : { operatorLabel: existing.operatorLabel }),
      tokens: existing?.tokens ?? {},
    };
    this.#forget(requestId);
    this.#paired.set(device.deviceId, device);
    for (const role of this.#protocol === 3 ? [request.role] : request.roles) {
      const wanted = sortedScopes(request.scopes);
      this.#mint(device.deviceId, role, wanted.length > 0 ? wanted : existing?.tokens[role]?.scopes ?? device.scopes);
    }
    return this.#paired.get(device.deviceId);
  }

  reject(requestId: string): PendingPairing | undefined {
    const request = this.pending().find((pending) => pending.requestId === requestId);
    this.#forget(requestId);
    return request;
  }

  /** Forgets a device, its tokens and (protocol 4) what it waits for. */
  remove(deviceId: string): boolean {
    const id = deviceId.trim();
    if (!this.#paired.delete(id)) return false;
    if (this.#protocol === 4) {
      for (const request of this.pending()) if (request.deviceId === id) this.#forget(request.requestId);
    }
    return true;
  }

  /** Whether a presented token is this device's for the role and reaches as far as the requested scopes. */
  verifyToken(deviceId: string, role: string, token: string, requested: readonly string[]): TokenVerdict {
    const device = this.find(deviceId);
    const entry = device?.tokens[role];
    if (device === undefined || entry === undefined || entry.revokedAtMs || entry.token !== token) return "mismatch";
    if (!coversScopes(role, entry.scopes, device.scopes)) return "scope-mismatch";
    if (!coversScopes(role, requested, entry.scopes)) return "scope-mismatch";
    this.#keep(device, { ...entry, lastUsedAtMs: this.#clock.now() });
    return "ok";
  }

  /** The token that hello-ok returns: the one that exists if it reaches far enough, else a new one. */
  ensureToken(deviceId: string, role: string, requested: readonly string[]): DeviceToken | undefined {
    const device = this.find(deviceId);
    if (device === undefined || !coversScopes(role, requested, device.scopes)) return undefined;
    // A device that was never approved for any scope gets no token on protocol 3.
    if (this.#protocol === 3 ? device.scopes.length === 0 : !device.roles.includes(role)) return undefined;
    const entry = device.tokens[role];
    if (entry !== undefined && !entry.revokedAtMs && coversScopes(role, requested, entry.scopes)) return entry;
    return this.#mint(deviceId, role, sortedScopes(requested));
  }

  /**
   * Replaces a role's token.
   * @param callerScopes what the caller may grant at most; undefined: no limit
   * @returns undefined when device, role or scopes were never approved, or exceed the caller's
   */
  rotate(
    deviceId: string,
    role: string,
    requested: readonly string[] | undefined,
    callerScopes: readonly string[] | undefined,
  ): DeviceToken | undefined {
    const device = this.find(deviceId);
    if (device === undefined || (this.#protocol === 4 && !device.roles.includes(role))) return undefined;
    const wanted = sortedScopes(requested ?? device.tokens[role]?.scopes ?? device.scopes);
    if (!coversScopes(role, wanted, device.scopes)) return undefined;
    if (callerScopes !== undefined && !coversScopes(role, wanted, callerScopes)) return undefined;
    return this.#mint(device.deviceId, role, wanted, true);
  }

  /** Invalidates a role's token. @returns when, or undefined for an unknown device or role */
  revoke(deviceId: string, role: string): number | undefined {
    const device = this.find(deviceId);
    const entry = device?.tokens[role];
    if (device === undefined || entry === undefined) return undefined;
    const revokedAtMs = this.#clock.now();
    this.#keep(device, { ...entry, revokedAtMs });
    return revokedAtMs;
  }

  /** Gives a device a name. @returns whether there is such a device */
  rename(deviceId: string, operatorLabel: string): boolean {
    const device = this.find(deviceId);
    if (device !== undefined) this.#paired.set(device.deviceId, { ...device, operatorLabel });
    return device !== undefined;
  }

  /** Notes that an approved device connected. Without a name it loses the one that it had (both generations). */
  seen(claim: DeviceClaim): void {
    const found = this.find(claim.deviceId);
    if (found === undefined) return;
    const { displayName: _before, ...device } = found;
    this.#paired.set(device.deviceId, {
      ...device,
      ...(claim.displayName === undefined ? {} : { displayName: claim.displayName }),
      ...(this.#protocol === 3
        ? { clientId: claim.clientId, clientMode: claim.clientMode }
        : { lastSeenAtMs: this.#clock.now() }),
    });
  }

  #await(request: PendingPairing, askedAt: number): void {
    this.#pending.set(request.requestId, request);
    this.#askedAt.set(request.requestId, askedAt);
  }

  #forget(requestId: string): void {
    this.#pending.delete(requestId);
    this.#askedAt.delete(requestId);
  }

  #mint(deviceId: string, role: string, scopes: readonly string[], rotates = false): DeviceToken | undefined {
    const device = this.#paired.get(deviceId);
    if (device === undefined) return undefined;
    const existing = device.tokens[role];
    const now = this.#clock.now();
    const token: DeviceToken = {
      token: toBase64url(this.#ids.bytes(32)),
      role,
      scopes,
      createdAtMs: existing?.createdAtMs ?? now,
      ...(existing === undefined && !rotates ? {} : { rotatedAtMs: now }),
      ...(existing?.lastUsedAtMs === undefined ? {} : { lastUsedAtMs: existing.lastUsedAtMs }),
    };
    this.#keep(device, token);
    return token;
  }

  #keep(device: PairedDevice, token: DeviceToken): void {
    this.#paired.set(device.deviceId, { ...device, tokens: { ...device.tokens, [token.role]: token } });
  }
}

/** Whether a waiting request already asks for all that a new one wants. */
function covers(request: PendingPairing, claim: DeviceClaim): boolean {
  return request.publicKey === claim.publicKey && request.role === claim.role &&
    request.roles.includes(claim.role) && coversScopes(claim.role, claim.scopes, request.scopes);
}
