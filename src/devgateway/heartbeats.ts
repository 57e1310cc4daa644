/**
 * Heartbeat runs: what `wake` with mode `now` and some cron jobs start, and what clients wait for as proof that a wake
 * was heard. No agent runs here; how a run ends is an option.
 */
import type { Heartbeat } from "../protocol/mod.ts";
import type { Broadcast, Emit } from "./effects.ts";
import type { GatewayContext } from "./options.ts";

/** A run some 200 to 500 ms from now; wakes that come meanwhile join it. */
export function heartbeatSoon(context: GatewayContext): Broadcast[] {
  const { memory, options } = context;
  if (memory.heartbeatPending || !memory.heartbeatsEnabled || options.heartbeat === "none") return [];
  memory.heartbeatPending = true;
  const afterMs = Math.round(200 + options.ids.random() * 300);
  return [{ kind: "later", afterMs, decide: () => [runHeartbeat(context)] }];
}

/** A run that takes place now. */
export function runHeartbeat({ memory, options, generation }: GatewayContext): Emit {
  const { heartbeat } = options;
  const { status, reason } = typeof heartbeat === "object" ? heartbeat : { status: "ok-empty", reason: undefined };
  const payload: Heartbeat = {
    ts: options.clock.now(),
    status,
    ...(reason === undefined ? {} : { reason }),
    durationMs: 30,
    ...(generation.protocol === 3 ? { hasMedia: false } : { silent: true, indicatorType: indicatorOf(status) }),
  };
  memory.heartbeatPending = false;
  memory.lastHeartbeat = payload;
  return { kind: "emit", event: "heartbeat", payload };
}

function indicatorOf(status: string): string {
  if (status === "failed") return "error";
  return status === "sent" ? "alert" : "ok";
}
