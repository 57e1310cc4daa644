/**
 * One run of a program: how long it took, how much processor time, how much memory at its peak. Needs Bun, which is the
 * one runtime here that tells what a child used (`wait4`). On Linux the peak is read from `/proc` instead while the
 * program runs: a child inherits its parent's peak through `vfork`, so the kernel's own figure cannot fall below Bun's,
 * and counts only above it (it knows of a program's own children, too). What is read from `/proc` may miss the last
 * moments and is never too high; the highest of several runs is what counts.
 */
import { closeSync, openSync, readSync } from "node:fs";
import process from "node:process";

export interface Program {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Usage {
  readonly wallMs: number;
  readonly cpuMs: number;
}

interface ResourceUsage {
  readonly maxRSS: number;
  /** µs */
  readonly cpuTime: { readonly total: bigint | number };
}

interface SpawnOptions {
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: "ignore";
  readonly stdout: "ignore";
  readonly stderr: "ignore" | "pipe";
}

declare const Bun: {
  spawnSync(options: SpawnOptions): { exitCode: number; stderr?: Uint8Array; resourceUsage?: ResourceUsage };
  spawn(options: SpawnOptions): { pid: number; exited: Promise<number>; resourceUsage(): ResourceUsage | undefined };
};

/** Runs a program to its end. @throws Error with its words unless it ends with 0 */
export function time(program: Program): Usage {
  const startedMs = performance.now();
  const { exitCode, stderr, resourceUsage } = Bun.spawnSync({ ...optionsFor(program), stderr: "pipe" });
  const wallMs = performance.now() - startedMs;
  if (exitCode !== 0) {
    throw new Error(`${program.command.join(" ")} ended with ${exitCode}: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return { wallMs, cpuMs: Number(resourceUsage?.cpuTime.total ?? NaN) / 1000 };
}

/** Runs a program to its end and watches its resident memory; bytes. @throws Error unless it ends with 0 */
export async function watchPeakBytes(program: Program): Promise<number> {
  const child = Bun.spawn({ ...optionsFor(program), stderr: "ignore" });
  const seenBytes = process.platform === "linux" ? watch(child.pid) : 0;
  const exitCode = await child.exited;
  if (exitCode !== 0) throw new Error(`${program.command.join(" ")} ended with ${exitCode}`);
  const toldBytes = child.resourceUsage()?.maxRSS ?? NaN;
  const ownBytes = process.resourceUsage().maxRSS * 1024;
  return process.platform !== "linux" || toldBytes > ownBytes ? toldBytes : seenBytes;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** `VmHWM` as often as it can be read, until the process has let go of its memory. */
function watch(pid: number): number {
  const file = openSync(`/proc/${pid}/status`, "r");
  const buffer = new Uint8Array(4096);
  const decoder = new TextDecoder();
  let peakBytes = 0;
  try {
    for (;;) {
      const text = decoder.decode(buffer.subarray(0, readSync(file, buffer, 0, buffer.length, 0)));
      const kilobytes = /VmHWM:\s+(\d+) kB/.exec(text)?.[1];
      if (kilobytes === undefined) return peakBytes;
      peakBytes = Number(kilobytes) * 1024;
    }
  } catch {
    return peakBytes; // The process is gone.
  } finally {
    closeSync(file);
  }
}

function optionsFor({ command, env }: Program) {
  return { cmd: command, env: env ?? process.env, stdin: "ignore", stdout: "ignore" } as const;
}
