/**
 * Notices a connection that has fallen silent: no close tells of a cable that was pulled, or of a laptop that slept.
 * Gateways send an event `tick` at the interval that hello-ok names, so that silence means something.
 */
import { ClawError } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";
import { closeCodes } from "../protocol/mod.ts";
import type { Connection } from "./connection.ts";

/** Gateways may name any number: a shorter interval would end connections that are well. */
const shortestTickMs = 1_000;
/** How many intervals without an event count as silence; OpenClaw's own clients wait as long. */
const silentTicks = 2;

/**
 * Ends the connection with 4000 `tick timeout` when no event came for two intervals.
 * @returns how to stop watching
 */
export function watchTicks(connection: Connection, clock: Clock): () => void {
  const { tickIntervalMs } = connection.handshake.hello.policy;
  const limitMs = silentTicks * Math.max(shortestTickMs, tickIntervalMs);
  let heardAt = clock.elapsed();
  let cancel = () => {};
  const hush = connection.listen(() => void (heardAt = clock.elapsed()));
  const arm = (ms: number) => {
    cancel = clock.after(ms, () => {
      const silentMs = clock.elapsed() - heardAt;
      if (silentMs < limitMs) return arm(limitMs - silentMs);
      hush();
      connection.abandon(silence(silentMs), closeCodes.tickTimeout, "tick timeout");
    });
  };
  const stop = () => {
    cancel();
    hush();
  };
  arm(limitMs);
  void connection.ended.then(stop);
  return stop;
}

function silence(silentMs: number): ClawError {
  const seconds = Math.round(silentMs / 1_000);
  return new ClawError("net/closed", `the gateway was silent for ${seconds} s: the connection counts as lost`, {
    details: { closeCode: closeCodes.tickTimeout, closeReason: "tick timeout", silentMs: Math.round(silentMs) },
  });
}
