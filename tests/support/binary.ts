/**
 * The compiled program as a process: built first when it is absent or older than its sources, run with nothing in its
 * environment but what a test gives it, and ended when it does not end by itself.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";

/** How one run ended. */
export interface BinaryRun {
  /** Undefined when a signal ended it. */
  readonly exit: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to end, wall clock. */
  readonly wallMs: number;
}

export interface RunChoices {
  /** On top of the home's own; an empty text takes a variable away. */
  readonly env?: Readonly<Record<string, string>>;
  /** Left out: empty. `held` never ends. */
  readonly stdin?: string | { readonly held: true };
  readonly cwd?: string;
  /** A shell line in which `"$@"` stands for the program and its arguments; for redirections, users, fake clocks. */
  readonly shell?: string;
  /** After this long the run is ended and the test fails. */
  readonly killAfterMs?: number;
}

/** A run that is under way. */
export interface StartedRun {
  readonly ended: Promise<BinaryRun>;
  /** What it has written so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  kill(signal: NodeJS.Signals): void;
}

/** A home directory that is removed when the test is over. */
export interface BinaryHome {
  readonly path: string;
  claw(args: readonly string[], choices?: RunChoices): Promise<BinaryRun>;
  start(args: readonly string[], choices?: RunChoices): StartedRun;
  [Symbol.dispose](): void;
}

const root = resolve(import.meta.dirname ?? ".", "../..");
const path = join(root, "dist", process.platform === "win32" ? "claw.exe" : "claw");
let isChecked = false;

/** Where the compiled program is; builds it unless it is newer than everything it is made of. */
export function binaryPath(): string {
  if (!isChecked && (!existsSync(path) || changedAtMs(path) < newestSourceMs())) build();
  isChecked = true;
  return path;
}

/** @param env the whole environment beside HOME */
export function createBinaryHome(env: Readonly<Record<string, string>> = {}): BinaryHome {
  const home = mkdtempSync(join(tmpdir(), "claw-home-"));
  const start = (args: readonly string[], choices: RunChoices = {}) =>
    startBinary(args, { cwd: home, ...choices, env: { HOME: home, ...env, ...choices.env } });
  return {
    path: home,
    start,
    claw: (args, choices) => start(args, choices).ended,
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** The one JSON document on stdout. */
export function envelopeOf(run: BinaryRun): Envelope {
  const lines = run.stdout.split("\n");
  assert.equal(lines.length, 2, `one document and a line end on stdout, not ${JSON.stringify(run.stdout)}`);
  const envelope: Envelope = JSON.parse(lines[0] ?? "");
  assert.equal(envelope.v, 1);
  assert.equal(typeof envelope.ok, "boolean");
  return envelope;
}

/** `--json`, loosely: a test reads what it asserts on. */
export interface Envelope {
  readonly v: number;
  readonly ok: boolean;
  // deno-lint-ignore no-explicit-any -- whatever a verb reports
  readonly data?: any;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

/** Asserts how a run ended, and shows all of it when it ended otherwise. */
export function assertExit(run: BinaryRun, exit: number): void {
  assert.equal(run.exit, exit, `exit ${run.exit} after ${Math.round(run.wallMs)} ms\n${run.stdout}${run.stderr}`);
}

function startBinary(args: readonly string[], choices: RunChoices): StartedRun {
  const { env = {}, shell, stdin, cwd, killAfterMs = 60_000 } = choices;
  const line = shell === undefined ? [binaryPath(), ...args] : ["/bin/sh", "-c", shell, "sh", binaryPath(), ...args];
  const startedMs = performance.now();
  const child = spawn(line[0] ?? "", line.slice(1), {
    env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== "")),
    ...(cwd === undefined ? {} : { cwd }),
    stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  if (typeof stdin === "string") child.stdin?.on("error", () => {}).end(stdin);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => (output[name] += text));
  }
  const ended = new Promise<BinaryRun>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(
        new Error(`claw ${args.join(" ")} did not end within ${killAfterMs} ms\n${output.stdout}${output.stderr}`),
      );
    }, killAfterMs);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      child.stdin?.destroy();
      resolve({ exit: code ?? undefined, ...output, wallMs: performance.now() - startedMs });
    });
  });
  // Not `child.kill`: after that Deno takes an exit number above 128 for death by a signal.
  return { ended, output, kill: (signal) => void process.kill(child.pid ?? 0, signal) };
}

function build(): void {
  const run = process.versions["bun"] === undefined ? ["run", "-A"] : [];
  execFileSync(process.execPath, [...run, "scripts/build.ts"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

function newestSourceMs(): number {
  const files = ["src", "scripts"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name))
  );
  return Math.max(...[...files, "main.ts", "deno.json", "deno.lock"].map((name) => changedAtMs(join(root, name))));
}

function changedAtMs(file: string): number {
  return statSync(file).mtimeMs;
}
