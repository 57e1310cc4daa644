/**
 * A world for running the whole program inside a test: its own directories and environment, streams that are kept, a
 * real clock unless another is given. Nothing of the program itself is replaced.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { run } from "../../src/app.ts";
import { type Clock, realClock } from "../../src/platform/clock.ts";
import { runEditor } from "../../src/platform/editor.ts";
import { runProgram } from "../../src/platform/program.ts";
import { runShell } from "../../src/platform/shell.ts";
import type { Input, Output, World } from "../../src/platform/world.ts";

/** What a test may choose; all else is plain and safe. */
export interface WorldChoices {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Promise<string>;
  readonly clock?: Clock;
  readonly isTty?: boolean;
  /** The person's zone. Default: UTC. */
  readonly zone?: string;
  readonly interrupted?: AbortSignal;
  readonly stdout?: Output;
  /** Presses keys: called for each that is waited for. Without it nobody presses any. */
  readonly readKey?: Input["readKey"];
  /** Told of each datagram to a socket. */
  readonly onDatagram?: (path: string, text: string) => void;
  /** Told of what is written to stderr, as it is. */
  readonly onStderr?: (text: string) => void;
}

/** How one run of the program went. */
export interface RunResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home directory that is removed when the test is over. */
export interface TestHome {
  readonly path: string;
  /** Runs a command line in this home. */
  claw(args: readonly string[], choices?: WorldChoices): Promise<RunResult>;
  [Symbol.dispose](): void;
}

export function createTestHome(env: Readonly<Record<string, string>> = {}): TestHome {
  const path = mkdtempSync(join(tmpdir(), "claw-test-"));
  return {
    path,
    async claw(args, choices = {}) {
      const stdout = createBuffer(choices.isTty ?? false);
      const stderr = createBuffer(choices.isTty ?? false, choices.onStderr);
      const exit = await run(createWorld(args, path, { ...choices, env: { ...env, ...choices.env } }, stdout, stderr));
      return { exit, stdout: stdout.text(), stderr: stderr.text() };
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

function createWorld(
  args: readonly string[],
  home: string,
  choices: WorldChoices,
  stdout: Output,
  stderr: Output,
): World {
  return {
    args,
    env: { HOME: home, ...choices.env },
    os: "linux",
    userId: process.getuid?.(),
    zone: choices.zone ?? "UTC",
    stdin: createInput(choices),
    stdout: choices.stdout ?? stdout,
    stderr,
    clock: choices.clock ?? realClock,
    ids: {
      uuid: () => crypto.randomUUID(),
      random: () => 0.5,
      bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    },
    interrupted: choices.interrupted ?? new AbortController().signal,
    runShell,
    runEditor,
    runProgram,
    sendDatagram: (path, text) => Promise.resolve(choices.onDatagram?.(path, text)),
  };
}

function createInput({ isTty = false, stdin = "", readKey = noKey }: WorldChoices): Input {
  let rest: readonly string[] | undefined;
  return {
    isTty,
    readKey,
    readAll: () => Promise.resolve(stdin),
    async readLine() {
      rest ??= (await stdin).split("\n");
      const [line, ...others] = rest;
      rest = others;
      return line === "" && others.length === 0 ? undefined : line;
    },
  };
}

function noKey(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

function createBuffer(isTty: boolean, onWrite: (text: string) => void = () => {}): Output & { text(): string } {
  let written = "";
  const write = (text: string) => {
    written += text;
    onWrite(text);
  };
  const writeAside = (text: string) => Promise.resolve(write(text));
  return { isTty, columns: 80, write, writeAside, text: () => written };
}
