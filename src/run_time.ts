/**
 * How long a run may take: what the settings say, plus what was granted for waiting, and no time at all while a person
 * is busy. Made by `context.ts`.
 */
import { ClawError } from "./errors.ts";
import { type Clock, createTimeLimit, type TimeLimit } from "./platform/clock.ts";

export class RunTime implements Disposable {
  readonly #clock: Clock;
  readonly #interrupted: AbortSignal;
  #limit: TimeLimit;
  #knownMs: number | undefined;
  #extraMs = 0;

  /** @param interrupted aborted when a signal came */
  constructor(clock: Clock, interrupted: AbortSignal) {
    this.#clock = clock;
    this.#interrupted = interrupted;
    this.#limit = createTimeLimit(clock, timeIsOver, interrupted);
  }

  /** Aborted when the time is over or a signal came; another one after more time was granted then. */
  get signal(): AbortSignal {
    return this.#limit.signal;
  }

  /** What the settings say, in ms from the start of the run. */
  know(ms: number): void {
    this.#knownMs = ms;
    this.#limit.set(ms + this.#extraMs);
  }

  /** Grants more; after the time is over this much more from now on, by a new signal: for looking what became of it. */
  extend(ms: number): void {
    if (this.signal.aborted && !this.#interrupted.aborted) this.#begin(ms);
    else this.#add(ms);
  }

  /** What a person does meanwhile does not count. */
  async pause<T>(work: () => Promise<T>): Promise<T> {
    const startedAt = this.#clock.elapsed();
    this.#limit.set(Number.MAX_SAFE_INTEGER);
    try {
      return await work();
    } finally {
      this.#add(this.#clock.elapsed() - startedAt);
    }
  }

  #add(ms: number): void {
    this.#extraMs += ms;
    if (this.#knownMs !== undefined) this.#limit.set(this.#knownMs + this.#extraMs);
  }

  #begin(ms: number): void {
    this.#limit[Symbol.dispose]();
    this.#limit = createTimeLimit(this.#clock, timeIsOver, this.#interrupted);
    this.#extraMs = 0;
    this.know(ms);
  }

  [Symbol.dispose](): void {
    this.#limit[Symbol.dispose]();
  }
}

function timeIsOver(): ClawError {
  return new ClawError("net/timeout", "the time is over");
}
