/**
 * Runs a command of the user's, or a tool of the system's, and collects what it says: for `--token-cmd` and its like.
 * Apart from `real_world.ts` because child processes load slowly and few runs need one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { CommandResult } from "./world.ts";

const maxOutputBytes = 65_536;

/** What stands for a program that could not be started, as shells have it. */
export const notStarted = 127;

/**
 * The command's exit code (1 when a signal ended it) and its output, each cut at 64 KiB. Its standard input is empty.
 * @throws the signal's reason when it is aborted first; the command's whole process group is then ended
 */
export function runShell(commandLine: string, signal: AbortSignal): Promise<CommandResult> {
  return collect(
    () => spawn(commandLine, { shell: true, stdio: ["ignore", "pipe", "pipe"], detached: !isWindows() }),
    signal,
  );
}

/**
 * The same for a program by its arguments, without a shell.
 * @param stdin what it reads
 * @param env its variables; it is looked for in their PATH
 * @throws as `runShell`
 */
export function captureProgram(
  argv: readonly string[],
  stdin: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<CommandResult> {
  const [file = "", ...args] = argv;
  return collect(() => {
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...env }, detached: !isWindows() });
    // A program that does not read its input is none the worse for it.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
    return child;
  }, signal);
}

function collect(start: () => ChildProcess, signal: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = start();
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (text: string) => {
        output[name] = (output[name] + text).slice(0, maxOutputBytes);
      });
    }
    const stop = () => {
      reject(signal.reason);
      endGroup(child);
    };
    signal.addEventListener("abort", stop, { once: true });
    child.once("error", (error) => {
      signal.removeEventListener("abort", stop);
      resolve({ exitCode: notStarted, stdout: "", stderr: error.message });
    });
    child.once("close", (code) => {
      signal.removeEventListener("abort", stop);
      resolve({ exitCode: code ?? 1, ...output });
    });
  });
}

/** The group may be gone while a process that left it still holds the output open. */
function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && !isWindows()) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch { /* see above */ }
}

function isWindows(): boolean {
  return process.platform === "win32";
}
