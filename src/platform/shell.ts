/**
 * Runs a command line of the user's by the system's shell and collects what it says: for `--token-cmd` and its like.
 * Apart from `real_world.ts` because child processes load slowly and few runs need one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { CommandResult } from "./world.ts";

const maxOutputBytes = 65_536;

/**
 * The command's exit code (1 when a signal ended it) and its output, each cut at 64 KiB. Its standard input is empty.
 * @throws the signal's reason when it is aborted first; the command's whole process group is then ended
 */
export function runShell(commandLine: string, signal: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const isWindows = process.platform === "win32";
    const child = spawn(commandLine, { shell: true, stdio: ["ignore", "pipe", "pipe"], detached: !isWindows });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] = (output[name] + text).slice(0, maxOutputBytes);
      });
    }
    const stop = () => {
      reject(signal.reason);
      endGroup(child, isWindows);
    };
    signal.addEventListener("abort", stop, { once: true });
    child.once("error", (error) => {
      signal.removeEventListener("abort", stop);
      resolve({ exitCode: 127, stdout: "", stderr: error.message });
    });
    child.once("close", (code) => {
      signal.removeEventListener("abort", stop);
      resolve({ exitCode: code ?? 1, ...output });
    });
  });
}

/** The group may be gone while a process that left it still holds the output open. */
function endGroup(child: ChildProcess, isWindows: boolean): void {
  try {
    if (child.pid !== undefined && !isWindows) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch { /* see above */ }
}
