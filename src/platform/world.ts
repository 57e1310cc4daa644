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
  /**
   * One key of a terminal, without a line end; undefined when the input has ended. Ctrl-C interrupts claw as ever. The
   * terminal is as it was when this has ended, whichever way.
   * @throws the signal's reason
   */
  readKey(signal: AbortSignal): Promise<string | undefined>;
}

export interface Output {
  /** Asked lazily: finding out costs a few milliseconds. */
  readonly isTty: boolean;
  /** Width in columns, 80 when there is no terminal, or one that does not know its width. */
  readonly columns: number;
  /** Writes all of it before it returns. @throws ClawError `store/io`, with `details.osCode` (a closed pipe is EPIPE) */
  write(text: string): void;
  /** The same without stopping the program where the reader is slow, one text at a time. @throws ClawError `store/io` */
  writeAside?(text: string): Promise<void>;
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

/** How a program ended that was run without a shell. */
export type ProgramEnd =
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "ended"; readonly by: string }
  /** It could not be started. */
  | { readonly kind: "absent"; readonly osCode: string };

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
  /**
   * Runs a program by its arguments, with a text on its standard input and its words on our stderr. Never rejects; when
   * the signal is aborted, it is ended with all that it started.
   */
  runProgram(argv: readonly string[], stdin: string, signal: AbortSignal): Promise<ProgramEnd>;
  /** Sends one datagram to a Unix socket (`@…`: an abstract one). @throws Error where that cannot be done */
  sendDatagram(path: string, text: string): Promise<void>;
  /** All of a file of the user's, where several runs share what may be read only once; else `input_file.ts` reads it. */
  readFile?(path: string): Promise<string>;
  /** Opens a file in an editor, given as a shell command, on this terminal. @returns its exit code */
  runEditor(commandLine: string, path: string): Promise<number>;
}
