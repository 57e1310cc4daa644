/**
 * Proof that a wake led to a heartbeat run: the `heartbeat` event, or `last-heartbeat` where the event was missed.
 * A wake's own answer says only that the text is queued.
 */
import { asClawError, ClawError } from "../errors.ts";
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
  /** Waits for proof of a run that began after the watch did. @throws ClawError `interrupted` only */
  result(timeoutMs: number): Promise<HeartbeatProof>;
}

const pollMs = 1_000;

/**
 * Skips after which a gateway tries again by itself: 2026.3.13 knows the first, 2026.9.6 all of them (RETRY_REASONS in
 * its session-event-wake).
 */
const retriedSkips = ["requests-in-flight", "active-run", "cron-in-progress", "preempted", "channel-not-ready"];

/** Begins to watch; call it before the wake is sent, so that a fast run is not missed. */
export function watchHeartbeats(connection: Connection, clock: Clock, signal: AbortSignal): ProofWatch {
  const { gatewayMs, elapsedMs } = connection.handshake.challengedAt;
  const beganAtMs = gatewayMs + (clock.elapsed() - elapsedMs);
  let latest: Heartbeat | undefined;
  let onSeen = () => {};
  const see = (heartbeat: Heartbeat | null | undefined) => {
    // A run takes its events when it begins: one that was under way when the wake came does not have it.
    if (!heartbeat || heartbeat.ts - (heartbeat.durationMs ?? 0) < beganAtMs) return;
    if (heartbeat.ts >= (latest?.ts ?? 0)) latest = heartbeat;
    onSeen();
  };
  const stop = connection.listen((event) => see(payloadOf("heartbeat", event)));
  return {
    async result(timeoutMs) {
      const endsAt = clock.elapsed() + timeoutMs;
      try {
        while (clock.elapsed() < endsAt) {
          const verdict = judgeHeartbeat(latest);
          if (verdict !== undefined) return { verdict, heartbeat: latest };
          const seen = new Promise<void>((resolve) => (onSeen = resolve));
          await Promise.race([seen, clock.sleep(Math.min(pollMs, endsAt - clock.elapsed()), signal)]);
          if (judgeHeartbeat(latest) === undefined) see(await connection.call("last-heartbeat", undefined, signal));
        }
        return { verdict: judgeHeartbeat(latest) ?? (latest === undefined ? "none" : "skipped"), heartbeat: latest };
      } catch (thrown) {
        return { verdict: "none", heartbeat: latest, because: whyBlind(asClawError(thrown)) };
      } finally {
        stop();
      }
    },
  };
}

/** Why nothing more could be seen: not that a look went unanswered, but for what cause. @throws ClawError `interrupted` */
function whyBlind(error: ClawError): string {
  if (error.code !== "interrupted") return (error.cause instanceof ClawError ? error.cause : error).message;
  throw new ClawError("interrupted", "interrupted while waiting for the heartbeat: the event was accepted", {
    details: error.details,
    cause: error,
  });
}

/** Decides on one heartbeat; undefined means: wait for another. */
export function judgeHeartbeat(heartbeat: Heartbeat | undefined): "ran" | "failed" | "skipped" | undefined {
  if (heartbeat === undefined) return undefined;
  if (heartbeat.status === "sent" || heartbeat.status.startsWith("ok-")) return "ran";
  if (heartbeat.status === "failed") return "failed";
  return retriedSkips.includes(heartbeat.reason ?? "") ? undefined : "skipped";
}
