/**
 * A program on a pseudo-terminal, driven as a person would: by what is typed and what is seen. Python's `pty` makes the
 * terminal, since neither runtime can.
 */
import { spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { eventually } from "./eventually.ts";

export interface Terminal {
  /** All that was shown so far, in both directions of speech. */
  readonly shown: () => string;
  /** Waits until this is shown, after what was waited for before. */
  sees(text: string | RegExp, withinMs?: number): Promise<void>;
  type(text: string): void;
  /** The exit number of the program. */
  readonly ended: Promise<number>;
  kill(): void;
}

/** Why there are no terminals here; undefined where there are. */
export const terminalObstacle = process.platform === "win32"
  ? "Windows has no such terminals"
  : spawnSync("python3", ["-c", "import pty"]).status === 0
  ? undefined
  : "python3 is not installed";

const relay = `
import os, pty, select, sys
pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
inputs = [master, 0]
while True:
    ready, _, _ = select.select(inputs, [], [])
    if 0 in ready:
        typed = os.read(0, 4096)
        if typed: os.write(master, typed)
        else: inputs.remove(0)
    if master in ready:
        try: shown = os.read(master, 4096)
        except OSError: break
        if not shown: break
        os.write(1, shown)
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
`;

/** @param env the whole environment */
export function openTerminal(argv: readonly string[], env: Readonly<Record<string, string>>): Terminal {
  const path = process.env["PATH"] ?? "/usr/bin:/bin";
  const child = spawn("python3", ["-c", relay, ...argv], {
    env: { PATH: path, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let shown = "";
  let seen = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
  child.stdin.on("error", () => {});
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
  return {
    shown: () => shown,
    async sees(text, withinMs) {
      const look = () => {
        const rest = shown.slice(seen);
        const at = typeof text === "string" ? rest.indexOf(text) : rest.search(text);
        if (at < 0) return undefined;
        seen += at + (typeof text === "string" ? text.length : 1);
        return true;
      };
      await eventually(look, `'${text}' on the terminal`, withinMs).catch((error: Error) => {
        throw new Error(`${error.message}; it shows:\n${shown.slice(seen)}`);
      });
    },
    type: (text) => void child.stdin.write(text),
    ended,
    kill: () => void child.kill("SIGKILL"),
  };
}
