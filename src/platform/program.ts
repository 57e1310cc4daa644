/**
 * Runs another program by its arguments, without a shell: for hooks. It gets a text on its standard input; all that it
 * says goes to claw's standard error, so that standard output stays claw's. Loaded when a hook runs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { osCodeOf } from "./files.ts";
import type { ProgramEnd } from "./world.ts";

/** How long a program that was told to end may tidy up. */
const graceMs = 2_000;

/**
 * Runs it to its end. When the signal is aborted, its process group is told to end, and killed if it does not (on
 * Windows it is killed at once).
 * @param argv the program, and what it is given
 */
export function runProgram(argv: readonly string[], stdin: string, signal: AbortSignal): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ kind: "ended", by: "SIGTERM" });
    const [file = "", ...args] = argv;
    const child = spawn(file, args, { stdio: ["pipe", 2, 2], detached: process.platform !== "win32" });
    let cancel = () => {};
    const stop = () => {
      end(child, "SIGTERM");
      const timer = setTimeout(() => end(child, "SIGKILL"), graceMs);
      cancel = () => clearTimeout(timer);
    };
    const settle = (result: ProgramEnd) => {
      signal.removeEventListener("abort", stop);
      cancel();
      resolve(result);
    };
    signal.addEventListener("abort", stop, { once: true });
    child.once("error", (cause) => settle({ kind: "absent", osCode: osCodeOf(cause) }));
    child.once("exit", (code, by) => settle(code === null ? { kind: "ended", by: by ?? "SIGKILL" } : exited(code)));
    // A program that does not read its input is none the worse for it.
    child.stdin?.on("error", () => {});
    child.stdin?.end(stdin);
  });
}

function exited(exitCode: number): ProgramEnd {
  return { kind: "exited", exitCode };
}

/** The group may be gone already. */
function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    if (child.pid !== undefined && process.platform !== "win32") process.kill(-child.pid, signal);
    else child.kill("SIGKILL");
  } catch { /* see above */ }
}
