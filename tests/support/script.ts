/**
 * Runs a script of this folder in a process of its own, by the runtime that runs the tests: for what one process alone
 * cannot show, such as races between processes, sudden death, and other users.
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

export interface ScriptRun {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Script {
  /** Resolves with the number of lines that the script has written, once there are this many or it has ended. */
  lines(count: number): Promise<number>;
  /** Closes the script's standard input: its signal to begin. */
  begin(): void;
  /** Ends it at once, without a chance to tidy up. */
  kill(): void;
  readonly ended: Promise<ScriptRun>;
}

/** @param name a file of `tests/support` */
export function startScript(name: string, args: readonly string[]): Script {
  const child = spawnScript(name, args);
  const output = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  const changed = () => waiting.forEach((check) => check());
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8");
    child[stream].on("data", (text: string) => {
      output[stream] += text;
      changed();
    });
  }
  let isOver = false;
  const ended = new Promise<ScriptRun>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      isOver = true;
      changed();
      resolve({ exitCode, signal, ...output });
    });
  });
  child.stdin.on("error", () => {}); // A script that died early says so by its exit.
  return {
    lines: (count) =>
      new Promise((resolve) => {
        const check = () => {
          const written = output.stdout.split("\n").length - 1;
          if (written < count && !isOver) return;
          waiting.delete(check);
          resolve(written);
        };
        waiting.add(check);
        check();
      }),
    begin: () => void child.stdin.end(),
    kill: () => void child.kill("SIGKILL"),
    ended,
  };
}

function spawnScript(name: string, args: readonly string[]) {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const options = process.versions["bun"] === undefined ? ["run", "-A", "--no-check", "--quiet", path] : [path];
  return spawn(process.execPath, [...options, ...args], { stdio: ["pipe", "pipe", "pipe"] });
}
