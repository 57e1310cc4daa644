/**
 * Hands each item to a program, a few at a time. A program that is slower than what comes makes no memory grow: what
 * does not fit is counted, and the count is told. It knows no words for people.
 */
import { ClawError } from "../errors.ts";
import { type Clock, limitTime } from "../platform/clock.ts";
import type { ProgramEnd } from "../platform/world.ts";

export type HookTrouble =
  /** The queue is full: from now on items are left out. */
  | { readonly kind: "full"; readonly waiting: number }
  /** There is room again; so many were left out. */
  | { readonly kind: "missed"; readonly count: number }
  | { readonly kind: "failed"; readonly end: ProgramEnd }
  /** A program that went on for so long was ended: it would have kept its place from others for good. */
  | { readonly kind: "late"; readonly afterMs: number };

export interface HookOptions {
  /** Runs the program with a text on its standard input, to its end, which the signal hastens. */
  readonly run: (text: string, signal: AbortSignal) => Promise<ProgramEnd>;
  readonly clock: Clock;
  /** Ends the programs that run. */
  readonly signal: AbortSignal;
  readonly onTrouble: (trouble: HookTrouble) => void;
  /** Told once, when not even the first program could be started. */
  readonly onAbsent: (error: ClawError) => void;
}

const mostRunning = 4;
const mostQueued = 256;
/** Items may be large. */
const mostQueuedSize = 8_388_608;
/** How long a program may run. */
export const longestHookMs = 600_000;

export class Hooks {
  readonly #options: HookOptions;
  readonly #queue: string[] = [];
  #size = 0;
  #running = 0;
  #missed = 0;
  #hasStarted = false;
  #onIdle = () => {};

  constructor(options: HookOptions) {
    this.#options = options;
  }

  /** Runs the program with this item, now or as soon as another is over. */
  hand(item: unknown): void {
    if (this.#options.signal.aborted) return;
    const text = `${JSON.stringify(item)}\n`;
    const isFull = this.#queue.length >= mostQueued || this.#size + text.length > mostQueuedSize;
    if (this.#running >= mostRunning && isFull) {
      if (this.#missed++ === 0) this.#options.onTrouble({ kind: "full", waiting: this.#queue.length });
      return;
    }
    this.#queue.push(text);
    this.#size += text.length;
    this.#next();
  }

  /** Resolves when all that was handed over is done, or the signal has ended it. */
  async settled(): Promise<void> {
    while (this.#running > 0 || (this.#queue.length > 0 && !this.#options.signal.aborted)) {
      await new Promise<void>((resolve) => (this.#onIdle = resolve));
    }
    this.#missed += this.#queue.splice(0).length;
    this.#tellMissed();
  }

  #next(): void {
    while (this.#running < mostRunning && !this.#options.signal.aborted) {
      const text = this.#queue.shift();
      if (text === undefined) break;
      this.#size -= text.length;
      void this.#run(text);
    }
    if (this.#queue.length < mostQueued / 2) this.#tellMissed();
    if (this.#running === 0) this.#onIdle();
  }

  async #run(text: string): Promise<void> {
    const { run, clock, signal } = this.#options;
    this.#running += 1;
    using limit = limitTime(signal, clock, longestHookMs);
    const end = await run(text, limit.signal);
    this.#running -= 1;
    this.#judge(end, limit.signal.aborted);
    this.#next();
  }

  #judge(end: ProgramEnd, wasStopped: boolean): void {
    if (end.kind === "absent" && !this.#hasStarted) {
      this.#hasStarted = true;
      const message = `the program of --exec cannot be started: ${end.osCode}`;
      return this.#options.onAbsent(new ClawError("usage/bad-flag", message, { hint: "give its whole path" }));
    }
    this.#hasStarted = true;
    if (this.#options.signal.aborted || (end.kind === "exited" && end.exitCode === 0)) return;
    this.#options.onTrouble(wasStopped ? { kind: "late", afterMs: longestHookMs } : { kind: "failed", end });
  }

  #tellMissed(): void {
    if (this.#missed === 0) return;
    const count = this.#missed;
    this.#missed = 0;
    this.#options.onTrouble({ kind: "missed", count });
  }
}
