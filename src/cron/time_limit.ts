/**
 * A limit on one piece of work within a run, whose own limit it never outlives. Work that cannot be stopped is left
 * behind when its limit has passed.
 */
import { ClawError } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";

export interface TimeLimit extends Disposable {
  /** Aborted with `net/timeout` when the time is over, or with the parent's reason. */
  readonly signal: AbortSignal;
}

export function limitTime(parent: AbortSignal, clock: Clock, ms: number): TimeLimit {
  const controller = new AbortController();
  const follow = () => controller.abort(parent.reason);
  const cancel = clock.after(ms, () => controller.abort(new ClawError("net/timeout", "the time is over")));
  if (parent.aborted) follow();
  parent.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      cancel();
      parent.removeEventListener("abort", follow);
    },
  };
}

/** What the work comes to, unless the signal is aborted first. @throws the signal's reason */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  // Nobody may be left to hear of its failure.
  work.catch(() => {});
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
