/**
 * A verb that goes on until it is stopped, run in this process against a dev gateway on a real socket.
 */
import { ClawError } from "../../src/errors.ts";
import { eventually } from "./eventually.ts";
import type { RunResult, TestHome, WorldChoices } from "./world.ts";

export interface Watching {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** What `--json` has told so far, without the envelopes. */
  // deno-lint-ignore no-explicit-any -- each verb has its own
  readonly data: () => readonly any[];
  /** Waits until standard output, or standard error, has this. */
  says(text: string | RegExp): Promise<void>;
  tells(text: string | RegExp): Promise<void>;
  /** Sends a signal, and waits for the end. */
  stop(signal?: "SIGINT" | "SIGTERM"): Promise<RunResult>;
  readonly ended: Promise<RunResult>;
}

export function startWatching(home: TestHome, args: readonly string[], choices: WorldChoices = {}): Watching {
  const controller = new AbortController();
  let stdout = "";
  let stderr = "";
  const write = (text: string) => void (stdout += text);
  const writeAside = (text: string) => Promise.resolve(write(text));
  const ended = home.claw(args, {
    stdout: { isTty: choices.isTty ?? false, columns: 200, write, writeAside },
    interrupted: controller.signal,
    ...choices,
    onStderr(text) {
      stderr += text;
      choices.onStderr?.(text);
    },
  }).then((result) => ({ ...result, stdout }));
  const has = (read: () => string, text: string | RegExp) => {
    const look = () => (typeof text === "string" ? read().includes(text) : text.test(read())) || undefined;
    return eventually(look, `'${text}'`, 20_000).then(() => {}, (error: Error) => {
      throw new Error(`${error.message}\n${stdout}${stderr}`);
    });
  };
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    data: () => stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line).data),
    says: (text) => has(() => stdout, text),
    tells: (text) => has(() => stderr, text),
    stop(signal = "SIGTERM") {
      controller.abort(new ClawError("interrupted", "interrupted", { details: { signal } }));
      return ended;
    },
    ended,
  };
}
