/**
 * The answer to an accepted `connect`, and the health report that it contains and that `health` returns. Only what a
 * client may rely on is filled in; a real gateway's lists of plugins, widgets and models are left out.
 */
import { maxPayloadBytes, methods, tickIntervalMs } from "../protocol/mod.ts";
import type { Method, MethodRow } from "../protocol/mod.ts";
import { type Client, mayRead } from "./admission.ts";
import type { Effect } from "./effects.ts";
import type { Generation } from "./generation.ts";
import type { StepContext } from "./options.ts";
import type { DeviceToken } from "./pairings.ts";

/** Where a real gateway would keep its files; nothing is there. */
export const stateDir = "/dev-gateway/.openclaw";

const eventNames = [
  "connect.challenge",
  "presence",
  "tick",
  "health",
  "heartbeat",
  "cron",
  "device.pair.requested",
  "device.pair.resolved",
  "shutdown",
] as const;

/** Methods that this generation knows. */
export function methodNames({ protocol }: Generation): Method[] {
  return (Object.keys(methods) as Method[]).filter((name) => {
    const row: MethodRow = methods[name];
    return protocol === 4 || row.newer !== true;
  });
}

/** The payload of hello-ok. */
export function helloFor(
  client: Client,
  token: DeviceToken | undefined,
  context: StepContext,
): Record<string, unknown> {
  const { generation, memory, connId, options } = context;
  return {
    type: "hello-ok",
    protocol: generation.protocol,
    server: { version: generation.version, connId },
    features: { methods: methodNames(generation), events: eventNames },
    snapshot: {
      presence: generation.protocol === 3 || mayRead(client) ? memory.presence.list() : [],
      health: healthReport(context),
      stateVersion: memory.stateVersion,
      uptimeMs: options.clock.now() - memory.startedAt,
      configPath: `${stateDir}/openclaw.json`,
      stateDir,
      sessionDefaults: {
        defaultAgentId: "main",
        mainKey: "main",
        mainSessionKey: "agent:main:main",
        scope: "per-sender",
      },
      authMode: options.auth.mode,
    },
    ...authOf(client, token, generation),
    policy: { maxPayload: maxPayloadBytes, maxBufferedBytes: 2 * maxPayloadBytes, tickIntervalMs },
  };
}

/** Protocol 3 shows the token's scopes, and nothing where there is no token; protocol 4 the connection's own. */
function authOf(client: Client, token: DeviceToken | undefined, generation: Generation): Record<string, unknown> {
  const issued = token === undefined
    ? {}
    : { deviceToken: token.token, issuedAtMs: token.rotatedAtMs ?? token.createdAtMs };
  if (generation.protocol === 4) {
    return { auth: { method: client.method, role: client.role, scopes: client.scopes, ...issued } };
  }
  return token === undefined ? {} : { auth: { ...issued, role: token.role, scopes: token.scopes } };
}

/** What `health` says: well, with one agent and no channels. */
export function healthReport({ options, memory }: StepContext): Record<string, unknown> {
  const sessions = { path: `${stateDir}/agents/main/sessions/sessions.json`, count: 0, recent: [] };
  return {
    ok: true,
    ts: options.clock.now(),
    durationMs: 0,
    channels: {},
    channelOrder: [],
    channelLabels: {},
    heartbeatSeconds: 1_800,
    defaultAgentId: "main",
    agents: [{
      agentId: "main",
      isDefault: true,
      heartbeat: { enabled: true, every: "30m", everyMs: 1_800_000, target: "none", ackMaxChars: 300 },
      sessions,
    }],
    sessions,
    ...memory.health,
  };
}

/** The health report as an event, after a refresh. Protocol 3 sends one after every hello-ok and `health`. */
export function healthEvent(context: StepContext): Effect {
  context.memory.healthVersion += 1;
  return { kind: "emit", event: "health", payload: healthReport(context), versioned: true };
}
