/**
 * Setup codes: short-lived bootstrap tokens that stand in for the gateway's secret once. On 2026.3.13 the first use
 * consumes one; on 2026.9.6 it belongs to the first device and to a set of scopes (transcript 49).
 */
import { toBase64url } from "../identity/keypair.ts";
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/world.ts";
import { type ProtocolVersion, scopes } from "../protocol/mod.ts";
import { coversScopes } from "./grants.ts";

/** How long a setup code may be used. */
export const setupCodeLifeMs = 600_000;

/** `limited` may neither administer the gateway nor approve devices; `node` lets in no operator at all. */
export type SetupAccess = "full" | "limited" | "node";

export interface SetupCode {
  readonly setupId: string;
  readonly bootstrapToken: string;
  readonly access: SetupAccess;
  readonly expiresAtMs: number;
}

/** What an operator may ask for; undefined: nothing, not even to be there. */
const granted: Readonly<Record<SetupAccess, readonly string[] | undefined>> = {
  full: [scopes.admin],
  limited: [scopes.read, scopes.write, scopes.approvals],
  node: undefined,
};

export class SetupCodes {
  readonly #protocol: ProtocolVersion;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #codes = new Map<string, SetupCode & { deviceId?: string }>();

  constructor(protocol: ProtocolVersion, clock: Clock, ids: Ids) {
    this.#protocol = protocol;
    this.#clock = clock;
    this.#ids = ids;
  }

  create(access: SetupAccess): SetupCode {
    const code: SetupCode = {
      setupId: this.#ids.uuid(),
      bootstrapToken: toBase64url(this.#ids.bytes(32)),
      access,
      expiresAtMs: this.#clock.now() + setupCodeLifeMs,
    };
    this.#codes.set(code.bootstrapToken, code);
    return code;
  }

  /** Whether a device may connect with this token and these scopes; the first that may is bound to it. */
  redeem(bootstrapToken: string, deviceId: string, role: string, requested: readonly string[]): boolean {
    const code = this.#codes.get(bootstrapToken);
    if (code === undefined || this.#clock.now() > code.expiresAtMs) return false;
    if (this.#protocol === 3) return this.#codes.delete(bootstrapToken);
    if (code.deviceId !== undefined && code.deviceId !== deviceId) return false;
    const allowed = role === "operator" ? granted[code.access] : [];
    if (allowed === undefined || !coversScopes(role, requested, allowed)) return false;
    this.#codes.set(bootstrapToken, { ...code, deviceId });
    return true;
  }
}
