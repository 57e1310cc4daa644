/**
 * Time as a value that is passed in: now, sleeping, deadlines. Tests pass a clock that they move by hand
 * (`tests/support/clock.ts`).
 */
import { ClawError } from "../errors.ts";

export interface Clock {
  /** Wall clock, epoch ms. */
  now(): number;
  /** A clock that never jumps, in ms from an arbitrary start; for measuring. */
  elapsed(): number;
  /** Resolves after `ms`. @throws the signal's reason when it is aborted first */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs `action` once after `ms` unless the returned function is called first. Does not keep the process alive. */
  after(ms: number, action: () => void): () => void;
}

/** Timers of both runtimes overflow beyond 2^31 - 1 ms and then fire at once; longer waits take several. */
const longestTimerMs = 2_147_483_647;

export const realClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = startTimer(ms, () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      });
      signal?.addEventListener("abort", stop, { once: true });
    });
  },
  after: startTimer,
};

function startTimer(ms: number, action: () => void): () => void {
  const arm = (restMs: number) =>
    restMs > longestTimerMs
      ? setTimeout(() => (timer = arm(restMs - longestTimerMs)), longestTimerMs)
      : setTimeout(action, restMs);
  let timer: ReturnType<typeof setTimeout> = arm(ms);
  return () => clearTimeout(timer);
}

/** What the work comes to, unless the signal is aborted first: for work that cannot be stopped. @throws the signal's reason */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // It may fail when nobody waits for it any more.
  work.catch(() => {});
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** A limit on how long a run may take. It may be moved; once passed, it stays passed. */
export interface TimeLimit {
  /** Aborts with the reason made by `expired`, or with the parent's reason when that aborts. */
  readonly signal: AbortSignal;
  /** Sets the limit to this many ms after the limit was created. */
  set(ms: number): void;
  /** Releases the timer and the parent. */
  [Symbol.dispose](): void;
}

/** A limit on one piece of work within a run, `net/timeout` when it has passed; it never outlives the run's own. */
export function limitTime(parent: AbortSignal, clock: Clock, ms: number): TimeLimit {
  const limit = createTimeLimit(clock, () => new ClawError("net/timeout", "the time is over"), parent);
  limit.set(ms);
  return limit;
}

/** A limit that is not set yet: until then only the parent ends it. */
export function createTimeLimit(clock: Clock, expired: () => Error, parent: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const startedAt = clock.elapsed();
  let cancel = () => {};
  const follow = () => controller.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    set(ms) {
      cancel();
      cancel = clock.after(Math.max(0, startedAt + ms - clock.elapsed()), () => controller.abort(expired()));
    },
    [Symbol.dispose]() {
      cancel();
      parent.removeEventListener("abort", follow);
    },
  };
}
