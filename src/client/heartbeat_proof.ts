/**
 * Proof that a wake led to a heartbeat run: the `heartbeat` event, or `last-heartbeat` where the event was missed.
 * A wake's own answer says only that the text is queued.
 */
import { asClawError } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";
import { type Heartbeat, payloadOf } from "../protocol/mod.ts";
import type { Connection } from "./connection.ts";

/** `ran`: a run took place and ended well. `none`: nothing was seen in time. */
export interface HeartbeatProof {
  readonly verdict: "ran" | "failed" | "skipped" | "none";
  /** The run that decided, or the last one seen after the wake. */
  readonly heartbeat: Heartbeat | undefined;
  /** Why nothing more could be seen. */
  readonly because?: string;
}

export interface ProofWatch {
  /** Waits for proof of a run that ended after the watch began. @throws ClawError `interrupted` only */
  result(timeoutMs: number): Promise<HeartbeatProof>;
}

const pollMs = 1_000;

/** Begins to watch; call it before the wake is sent, so that a fast run is not missed. */
export function watchHeartbeats(connection: Connection, clock: Clock, signal: AbortSignal): ProofWatch {
  const { gatewayMs, elapsedMs } = connection.handshake.challengedAt;
  const beganAtMs = gatewayMs + (clock.elapsed() - elapsedMs);
  let latest: Heartbeat | undefined;
  const see = (heartbeat: Heartbeat | null | undefined) => {
    if (heartbeat && heartbeat.ts > beganAtMs && heartbeat.ts >= (latest?.ts ?? 0)) latest = heartbeat;
  };
  const stop = connection.listen((event) => see(payloadOf("heartbeat", event)));
  return {
    async result(timeoutMs) {
      const endsAt = clock.elapsed() + timeoutMs;
      try {
        while (clock.elapsed() < endsAt) {
          const verdict = judgeHeartbeat(latest);
          if (verdict !== undefined) return { verdict, heartbeat: latest };
          await clock.sleep(Math.min(pollMs, endsAt - clock.elapsed()), signal);
          see(await connection.call("last-heartbeat", undefined, signal));
        }
        return { verdict: judgeHeartbeat(latest) ?? (latest === undefined ? "none" : "skipped"), heartbeat: latest };
      } catch (thrown) {
        const error = asClawError(thrown);
        if (error.code === "interrupted") throw error;
        return { verdict: "none", heartbeat: latest, because: error.message };
      } finally {
        stop();
      }
    },
  };
}

/** Decides on one heartbeat; undefined means: wait for another. */
export function judgeHeartbeat(heartbeat: Heartbeat | undefined): "ran" | "failed" | "skipped" | undefined {
  if (heartbeat === undefined) return undefined;
  if (heartbeat.status === "sent" || heartbeat.status.startsWith("ok-")) return "ran";
  if (heartbeat.status === "failed") return "failed";
  // The gateway comes back to it by itself as soon as the session is idle.
  return heartbeat.reason === "requests-in-flight" ? undefined : "skipped";
}
