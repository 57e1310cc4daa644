/**
 * Who is there: the gateway itself, clients that are no short-lived tools, and what `system-event` beacons told.
 * An entry is forgotten five minutes after its last sign of life. Next: `memory.ts`.
 */
import type { Clock } from "../platform/clock.ts";
import type { PresenceEntry, ProtocolVersion } from "../protocol/mod.ts";
import type { Client } from "./admission.ts";
import type { Effect } from "./effects.ts";
import type { StepContext } from "./options.ts";

const lifeMs = 300_000;
const selfKey = "gateway";

export class Presence {
  readonly #clock: Clock;
  readonly #entries = new Map<string, PresenceEntry>();
  /** Grows with every change; part of `stateVersion`. */
  version = 1;

  constructor(clock: Clock, version: string) {
    this.#clock = clock;
    this.#entries.set(selfKey, {
      host: "dev-gateway",
      ip: "127.0.0.1",
      version,
      platform: "dev",
      mode: "gateway",
      reason: "self",
      text: `Gateway: dev-gateway (127.0.0.1) · app ${version} · mode gateway · reason self`,
      ts: clock.now(),
    });
  }

  /** Newest first; the gateway's own entry is always fresh. */
  list(): PresenceEntry[] {
    const now = this.#clock.now();
    const self = this.#entries.get(selfKey);
    if (self !== undefined) this.#entries.set(selfKey, { ...self, ts: now });
    for (const [key, entry] of this.#entries) if (now - entry.ts > lifeMs) this.#entries.delete(key);
    return [...this.#entries.values()].sort((a, b) => b.ts - a.ts);
  }

  /** Adds or refreshes an entry. Members that are absent keep their value. */
  note(key: string, signs: Readonly<Record<string, unknown>>): void {
    const before = this.#entries.get(key);
    const merged = { ...before, ...signs, ts: this.#clock.now() };
    const text = `Node: ${String(merged["host"] ?? "unknown")} · mode ${String(merged["mode"] ?? "unknown")}`;
    this.#entries.set(key, { text, ...merged });
    this.version += 1;
  }
}

/**
 * Lists a client that was let in, unless it is a short-lived tool. @returns whether it is listed
 */
export function noteArrival(client: Client, { memory, generation, locality, connId }: StepContext): boolean {
  const { params, role, scopes, deviceId } = client;
  if (generation.unlistedModes.includes(params.client.mode)) return false;
  const { id, displayName, version, platform, deviceFamily, modelIdentifier, mode, instanceId } = params.client;
  const signs = {
    host: displayName ?? id,
    ip: locality.isLocal ? undefined : locality.remoteIp,
    version,
    platform,
    deviceFamily,
    modelIdentifier,
    mode,
    deviceId,
    roles: [role],
    scopes: scopes.length === 0 ? undefined : scopes,
    instanceId: deviceId ?? instanceId,
    reason: "connect",
  };
  const known = Object.entries(signs).filter(([, value]) => value !== undefined);
  memory.presence.note(presenceKey(client, generation.protocol, connId), Object.fromEntries(known));
  return true;
}

/** Under which key a client is listed: its device on protocol 3, its connection on 4. */
export function presenceKey(client: Client, protocol: ProtocolVersion, connId: string): string {
  return protocol === 4 ? connId : client.deviceId ?? client.params.client.instanceId ?? connId;
}

/** The presence list as an event, for everybody who may read. */
export function presenceEvent({ memory }: Pick<StepContext, "memory">): Effect {
  return { kind: "emit", event: "presence", payload: { presence: memory.presence.list() }, versioned: true };
}
