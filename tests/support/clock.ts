/**
 * Clocks for tests. One moves only when a test says so: sleepers and timers are served in the order of their times, and
 * between two of them pending promises get their turn. The other hastens real time, for ends that meet over sockets.
 */
import { setImmediate } from "node:timers";
import { type Clock, realClock } from "../../src/platform/clock.ts";

export interface ManualClock extends Clock {
  /** Moves on by `ms`, serving what falls due on the way. */
  advance(ms: number): Promise<void>;
  /** How many sleepers and timers wait. */
  readonly waiting: number;
}

interface Timer {
  readonly at: number;
  readonly action: () => void;
}

/** @param startMs epoch ms at which the wall clock begins */
export function createManualClock(startMs = 1_795_262_041_010): ManualClock {
  let elapsedMs = 0;
  const timers = new Set<Timer>();
  const add = (ms: number, action: () => void) => {
    const timer = { at: elapsedMs + Math.max(0, ms), action };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  return {
    now: () => startMs + elapsedMs,
    elapsed: () => elapsedMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const cancel = add(ms, () => resolve());
        signal?.addEventListener("abort", () => cancel() && reject(signal.reason), { once: true });
      }),
    after(ms, action) {
      const cancel = add(ms, action);
      return () => void cancel();
    },
    async advance(ms) {
      const until = elapsedMs + ms;
      for (;;) {
        await settle();
        const next = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        elapsedMs = Math.max(elapsedMs, next.at);
        next.action();
      }
      elapsedMs = until;
      await settle();
    },
    get waiting() {
      return timers.size;
    },
  };
}

/** The real clock, so many times faster. Both ends of a socket must go by the same one. */
export function createFastClock(factor: number): Clock {
  const startMs = realClock.now();
  const startElapsedMs = realClock.elapsed();
  const elapsed = () => (realClock.elapsed() - startElapsedMs) * factor;
  return {
    now: () => Math.floor(startMs + elapsed()),
    elapsed,
    sleep: (ms, signal) => realClock.sleep(ms / factor, signal),
    after: (ms, action) => realClock.after(ms / factor, action),
  };
}

/** Lets everything that is ready to run, run: a few turns of the event loop, WebCrypto's threads included. */
export async function settle(turns = 4): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
