/**
 * The process as a value: what a program may know of and do to its surroundings. `real_world.ts` makes the one that
 * `main.ts` uses; tests make their own. Files are reached by `files.ts` with paths that come from here.
 */
import type { Clock } from "./clock.ts";

export type Os = "linux" | "darwin" | "windows";

export interface Input {
  readonly isTty: boolean;
  /** Everything up to the end of input. */
  readAll(): Promise<string>;
  /** One line without its end; undefined when the input has ended. @throws the signal's reason */
  readLine(signal: AbortSignal): Promise<string | undefined>;
}

export interface Output {
  /** Asked lazily: finding out costs a few milliseconds. */
  readonly isTty: boolean;
  /** Width in columns, 80 when there is no terminal, or one that does not know its width. */
  readonly columns: number;
  /** Writes all of it before it returns. @throws ClawError `store/io`, with `details.osCode` (a closed pipe is EPIPE) */
  write(text: string): void;
}

export interface Ids {
  /** RFC 9562 version 4. */
  uuid(): string;
  /** 0 ≤ x < 1; for jitter only. */
  random(): number;
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/** What a finished command of another program said. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  /** Without the program's own name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly os: Os;
  /** Numeric user id, or undefined where the system has none. */
  readonly userId: number | undefined;
  /** The person's IANA time zone, or undefined where the system names none that the runtime knows. */
  readonly zone: string | undefined;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Aborted by SIGINT or SIGTERM, with a ClawError `interrupted` whose `details.signal` names it. */
  readonly interrupted: AbortSignal;
  /** Runs a command line by the system's shell and collects its output. */
  runShell(commandLine: string, signal: AbortSignal): Promise<CommandResult>;
  /** Opens a file in an editor, given as a shell command, on this terminal. @returns its exit code */
  runEditor(commandLine: string, path: string): Promise<number>;
}
