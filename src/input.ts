/**
 * What a run takes in from the person: standard input, files, a yes or no, a text changed in an editor. Made by
 * `context.ts`; nothing here knows settings.
 */
import type { Edited } from "./cli/context.ts";
import type { Pairs } from "./cli/outcome.ts";
import type { Voice } from "./cli/voice.ts";
import { ClawError } from "./errors.ts";
import { unlessAborted } from "./platform/clock.ts";
import type { World } from "./platform/world.ts";
import type { RunTime } from "./run_time.ts";

export interface InputOptions {
  readonly world: World;
  readonly voice: Pick<Voice, "say" | "ask">;
  readonly time: RunTime;
}

export class Input {
  readonly #world: World;
  readonly #voice: InputOptions["voice"];
  readonly #time: RunTime;
  #isStdinRead = false;

  constructor({ world, voice, time }: InputOptions) {
    this.#world = world;
    this.#voice = voice;
    this.#time = time;
  }

  /**
   * All of standard input (`-`), or of a file.
   * @param takesItsTime whether nobody said how long: whoever writes the text then takes the time it takes
   * @throws ClawError `net/timeout`, `interrupted`, `input/invalid`, `usage/bad-flag` for a second look at stdin
   */
  async read(path: string, takesItsTime: boolean): Promise<string> {
    const complaint = `${path === "-" ? "standard input" : path} did not end in time`;
    const work = () => this.inTime(this.#text(path), complaint);
    return await (takesItsTime ? this.#time.pause(work) : work());
  }

  async readStdin(): Promise<string> {
    if (this.#isStdinRead) {
      throw new ClawError("usage/bad-flag", "standard input cannot be both the text and the secret", {
        hint: "give one of them by a file: --file or --token-file",
      });
    }
    this.#isStdinRead = true;
    if (this.#world.stdin.isTty) this.#voice.say("note", "reading from the terminal: end it with Ctrl-D");
    return await this.#world.stdin.readAll();
  }

  /** What reads may never end; the run does. @throws ClawError `net/timeout`, `interrupted` */
  async inTime<T>(work: Promise<T>, complaint: string): Promise<T> {
    return await unlessAborted(work, this.#time.signal).catch((thrown: unknown) => {
      const isLate = thrown instanceof ClawError && thrown.code === "net/timeout";
      throw isLate ? new ClawError("net/timeout", complaint, { hint: "give it more time with --timeout 60s" }) : thrown;
    });
  }

  /** @throws ClawError `usage/missing-argument` where nobody can be asked */
  async confirm(question: string, facts: Pairs = []): Promise<boolean> {
    const { stdin, stderr } = this.#world;
    if (!stdin.isTty || !stderr.isTty) {
      throw new ClawError("usage/missing-argument", `${question.replace(/\?$/, "")}: nobody can be asked here`, {
        hint: "say so beforehand with --yes",
      });
    }
    await this.#voice.ask(`${question} [y/N]`, facts);
    const answer = await this.#time.pause(() => stdin.readLine(this.#time.signal));
    return /^y(es)?$/i.test(answer?.trim() ?? "");
  }

  /**
   * @throws ClawError `usage/missing-argument` without a terminal and an editor, `config/invalid` when it cannot be
   * started, `input/invalid` when it fails, `store/io`
   */
  async edit(text: string, extension: string): Promise<Edited> {
    const { env, ids, os, stdin } = this.#world;
    const chosen = [env["VISUAL"], env["EDITOR"]].find((command) => command !== undefined && command.trim() !== "");
    if (chosen === undefined && !stdin.isTty) {
      throw new ClawError("usage/missing-argument", "nothing says what to change, and nobody can edit here", {
        hint: "say it by flags, or name an editor with the variable EDITOR",
      });
    }
    const editor = chosen ?? (os === "windows" ? "notepad" : "vi");
    const { createScratchFile } = await import("./platform/editor.ts");
    const { readInputFile } = await import("./platform/input_file.ts");
    const { path, discard } = createScratchFile(text, `claw-${ids.uuid()}.${extension}`);
    const exit = await this.#time.pause(() => this.#world.runEditor(editor, path));
    if (exit === 126 || exit === 127) {
      discard();
      throw new ClawError("config/invalid", `the editor '${editor}' could not be started`, {
        hint: "name another one with the variable EDITOR",
      });
    }
    if (exit !== 0) {
      // Whoever leaves vi by `:cq` has as a rule written nothing yet.
      const isUntouched = await readInputFile(path).catch(() => undefined) === text;
      if (isUntouched) discard();
      const kept = isUntouched ? {} : { hint: `what you wrote is kept in ${path}` };
      throw new ClawError("input/invalid", `the editor ended with ${exit}: nothing was changed`, kept);
    }
    return { text: await readInputFile(path), path, discard };
  }

  async #text(path: string): Promise<string> {
    if (path === "-") return await this.readStdin();
    if (this.#world.readFile !== undefined) return await this.#world.readFile(path);
    const { readInputFile } = await import("./platform/input_file.ts");
    return await readInputFile(path);
  }
}
