/**
 * Wake, health, status, presence, heartbeats, log tail, identity: the methods of `protocol/system.ts`.
 */
import type { Method } from "../protocol/mod.ts";
import type { Handlers } from "./handlers.ts";
import { heartbeatSoon } from "./heartbeats.ts";
import { healthEvent, healthReport } from "./hello.ts";
import { presenceEvent } from "./presence.ts";
import { invalid } from "./wire_errors.ts";

type SystemMethod = Exclude<Method, `cron.${string}` | `device.${string}`>;

export const systemHandlers: Handlers<SystemMethod> = {
  "wake": (params, call) => {
    // Blank text is refused inside a successful response (transcript 14).
    if (params.text.trim() === "") return { payload: { ok: false } };
    call.memory.wakes.push({ ...params, at: call.options.clock.now(), connId: call.connId });
    const heartbeat = params.mode === "now" || params.sessionKey !== undefined ? heartbeatSoon(call) : [];
    const note = { event: "wake", text: params.text, facts: { mode: params.mode } };
    return { payload: { ok: true }, after: [{ kind: "log", note }, ...heartbeat] };
  },
  "health": (_params, call) => ({
    payload: healthReport(call),
    after: call.generation.protocol === 3 ? [healthEvent(call)] : [],
  }),
  "status": (_params, { generation }) => ({
    payload: {
      runtimeVersion: generation.version,
      heartbeat: { defaultAgentId: "main", agents: [{ agentId: "main", enabled: true, every: "30m" }] },
      channelSummary: [],
      queuedSystemEvents: [],
      sessions: { paths: [], count: 0, recent: [] },
    },
  }),
  "last-heartbeat": (_params, { memory }) => ({ payload: memory.lastHeartbeat }),
  "set-heartbeats": (params, { memory }) => {
    const { enabled } = params;
    if (typeof enabled !== "boolean") {
      return { error: invalid("invalid set-heartbeats params: enabled (boolean) required") };
    }
    memory.heartbeatsEnabled = enabled;
    return { payload: { ok: true, enabled } };
  },
  "system-presence": (_params, { memory }) => ({ payload: memory.presence.list() }),
  "system-event": (params, call) => {
    const text = typeof params.text === "string" ? params.text.trim() : "";
    if (text === "") return { error: invalid("text required") };
    const key = params.deviceId ?? params.instanceId ?? text.slice(0, 64);
    const { sessionKey: _sessionKey, wake: _wake, ...signs } = params;
    call.memory.presence.note(key, { ...signs, text });
    return { payload: { ok: true }, before: [presenceEvent(call)] };
  },
  "gateway.identity.get": (_params, { memory }) => ({ payload: memory.identity }),
  "logs.tail": (params, { memory }) => ({ payload: memory.logFile.tail(params ?? {}) }),
};
