/**
 * What the two gateway generations do differently, as data: the dev gateway plays 2026.3.13 (protocol 3) or 2026.9.6
 * (protocol 4) by one row of this table. Differences that need code (who gets which scopes, how tokens are matched)
 * read the protocol number where they live. Next: `gateway.ts`.
 */
import type { ConnectAuth, ProtocolVersion, Scope } from "../protocol/mod.ts";
import { scopes } from "../protocol/mod.ts";

/** Which scope an event needs to be seen; `none` is for everybody, an unlisted event follows `otherEvents`. */
export type EventScope = Scope | "none";

export interface Generation {
  readonly protocol: ProtocolVersion;
  /** The release whose behaviour was recorded. */
  readonly version: string;
  /** Extra members of the challenge. */
  readonly challenge: Readonly<Record<string, unknown>>;
  /** The fields of `auth` that may carry the shared secret, in the order they are read (transcripts 04f). */
  readonly secretFields: Readonly<Record<"token" | "password", readonly (keyof ConnectAuth)[]>>;
  /** Whose counter `seq` is: protocol 3 has one for the whole gateway, so gaps are normal. */
  readonly seqPer: "gateway" | "connection";
  /** Modes of clients that are never listed as present. */
  readonly unlistedModes: readonly string[];
  readonly eventScopes: Readonly<Record<string, EventScope>>;
  readonly otherEvents: EventScope | "nobody";
  /** Whether rotate, revoke and remove close the device's live sockets with 4001 (transcripts 40, 46). */
  readonly closesRevokedDevices: boolean;
  /** Control-plane writes are counted per method and client; undefined: not limited (transcript 71). */
  readonly writeLimit: { readonly methods: readonly string[]; readonly calls: number; readonly windowMs: number };
}

const pairingEvents = {
  "device.pair.requested": scopes.pairing,
  "device.pair.resolved": scopes.pairing,
} as const;

export const generations: Readonly<Record<ProtocolVersion, Generation>> = {
  3: {
    protocol: 3,
    version: "2026.3.13",
    challenge: {},
    secretFields: { token: ["token"], password: ["password"] },
    seqPer: "gateway",
    unlistedModes: ["cli"],
    eventScopes: pairingEvents,
    otherEvents: "none",
    closesRevokedDevices: false,
    writeLimit: { methods: [], calls: 3, windowMs: 60_000 },
  },
  4: {
    protocol: 4,
    version: "2026.9.6",
    challenge: { capabilities: ["model-catalog-snapshot"] },
    secretFields: { token: ["token", "password"], password: ["password", "token"] },
    seqPer: "connection",
    unlistedModes: ["cli", "backend", "probe"],
    eventScopes: {
      ...pairingEvents,
      "cron": scopes.read,
      "presence": scopes.read,
      "health": "none",
      "heartbeat": "none",
      "tick": "none",
      "shutdown": "none",
    },
    otherEvents: "nobody",
    closesRevokedDevices: true,
    writeLimit: { methods: ["cron.add", "cron.update", "cron.remove", "cron.run"], calls: 30, windowMs: 60_000 },
  },
};
