/**
 * What `--trace` wrote, for tests: the frames that passed, in order.
 */
import { existsSync, readFileSync } from "node:fs";

/** One line of a trace, loosely. */
export interface TraceEntry {
  readonly t: number;
  readonly dir: "in" | "out";
  // deno-lint-ignore no-explicit-any -- whatever the gateway said
  readonly frame?: any;
  readonly close?: { readonly code: number; readonly reason: string };
}

/** Every whole line; the last may still be being written. */
export function readTrace(path: string): readonly TraceEntry[] {
  return readFileSync(path, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/** The params of every request for this method. */
// deno-lint-ignore no-explicit-any -- each method has its own
export function paramsSent(trace: readonly TraceEntry[], method: string): readonly any[] {
  return trace.filter(({ dir, frame }) => dir === "out" && frame?.method === method).map(({ frame }) => frame.params);
}

/** What each attempt to connect presented. */
export function attemptsIn(path: string): readonly unknown[] {
  return paramsSent(readTrace(path), "connect").map(({ auth }) => auth);
}

/** Whether a run that is under way has the answer to its first call. */
export function hasAnswer(path: string): boolean {
  return existsSync(path) && readTrace(path).some(({ dir, frame }) => dir === "in" && frame?.id === "1");
}
