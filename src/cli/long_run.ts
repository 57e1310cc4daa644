/**
 * What a verb needs that goes on for hours or weeks, as types only: words about what is going on, other programs, keys,
 * and whoever supervises it as a service. `src/long_run.ts` builds it.
 */
import type { ProgramEnd } from "../platform/world.ts";
import type { Pairs } from "./outcome.ts";

export interface LongRun {
  /** A line on stderr about a change of state. */
  tell(text: string): void;
  /** Facts, and a question about them, on stderr. */
  ask(question: string, facts?: Pairs): Promise<void>;
  /** From this signal on, no reader of a stream is waited for any more: the run fails with its reason. */
  pourUntil(giveUp: AbortSignal): void;
  /** Ends the line of a question whose answer needed none. */
  endLine(): void;
  /** Runs a program by its arguments, with a text on its standard input; it is ended when the signal is aborted. */
  runProgram(argv: readonly string[], stdin: string, signal: AbortSignal): Promise<ProgramEnd>;
  /** The next key that somebody presses, undefined at the end of input; left out where nobody can be asked. */
  readonly readKey?: (signal: AbortSignal) => Promise<string | undefined>;
  /** systemd, where it wants to be told how the service is (`NOTIFY_SOCKET`). */
  readonly supervisor?: Supervisor;
}

export interface Supervisor {
  /** How often it wants to hear that the service lives, at least; undefined: it does not. In ms. */
  readonly watchdogMs: number | undefined;
  /** Sends assignments as `sd_notify(3)` has them, e.g. `READY=1`; resolves when all are sent. Never rejects: a failure is warned of once. */
  notify(...assignments: readonly string[]): Promise<void>;
}
