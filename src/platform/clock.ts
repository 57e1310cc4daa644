/**
 * Time as a value that is passed in: now, sleeping, deadlines. Tests pass a clock that they move by hand
 * (`tests/support/clock.ts`).
 */

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

export const realClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, ms);
      signal?.addEventListener("abort", stop, { once: true });
    });
  },
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

/** A signal that aborts, with the reason made by `expired`, after `ms`, or with the parent's reason when that aborts. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds left, never negative. */
  remainingMs(): number;
  /** Releases the timer and the parent. */
  [Symbol.dispose](): void;
}

export function createDeadline(clock: Clock, ms: number, expired: () => Error, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  const endsAt = clock.elapsed() + ms;
  const cancel = clock.after(ms, () => controller.abort(expired()));
  const follow = () => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  parent?.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, endsAt - clock.elapsed()),
    [Symbol.dispose]() {
      cancel();
      parent?.removeEventListener("abort", follow);
    },
  };
}
