/**
 * The read calls of a look at a gateway: its health, and its last heartbeat where that may be read. `health` needs no
 * scope, so it answers even who was granted nothing.
 */
import type { Connection } from "../client/connection.ts";
import { gatewayNow } from "../cron/gateway_clock.ts";
import type { AgentHeartbeat, LastHeartbeat, Report } from "../doctor/evidence.ts";
import type { Clock } from "../platform/clock.ts";
import { hasScope, type Heartbeat, scopes } from "../protocol/mod.ts";
import { isRecord } from "../settings/config_text.ts";

/** @param onAnswer told when the first call is answered @throws ClawError as `Connection.call` */
export async function readReport(
  connection: Connection,
  clock: Clock,
  signal: AbortSignal,
  onAnswer: () => void,
): Promise<Report> {
  const health = await connection.call("health", {}, signal);
  onAnswer();
  const { eventLoop, agents } = health;
  const common = {
    isOk: health.ok,
    isLoopDegraded: isRecord(eventLoop) && eventLoop["degraded"] === true,
    heartbeats: heartbeatsOf(agents),
  };
  if (!hasScope(connection.grantedScopes, scopes.read)) {
    return { ...common, lastHeartbeat: undefined, heartbeatMs: undefined };
  }
  const startedAt = clock.elapsed();
  const last = await connection.call("last-heartbeat", undefined, signal);
  const heartbeatMs = Math.round((clock.elapsed() - startedAt) * 10) / 10;
  return { ...common, lastHeartbeat: last && seen(last, gatewayNow(connection, clock)), heartbeatMs };
}

function seen({ ts, status, reason }: Heartbeat, nowMs: number): LastHeartbeat {
  return { status, reason, ageMs: Math.max(0, nowMs - ts) };
}

function heartbeatsOf(agents: unknown): readonly AgentHeartbeat[] {
  const entries = Object.values(isRecord(agents) || Array.isArray(agents) ? agents : {}).filter(isRecord);
  return entries.flatMap(({ agentId, heartbeat }) => {
    if (!isRecord(heartbeat)) return [];
    const { enabled, everyMs } = heartbeat;
    return [{
      agent: String(agentId),
      isEnabled: enabled !== false,
      everyMs: typeof everyMs === "number" ? everyMs : 0,
    }];
  });
}
