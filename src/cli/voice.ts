/**
 * How one run speaks: data on stdout, words on stderr, as text or as JSON. Everything that is said passes through here,
 * so that a secret which a gateway echoes in its prose is masked like any other.
 */
import type { ClawError } from "../errors.ts";
import { type Clock, unlessAborted } from "../platform/clock.ts";
import type { Output, World } from "../platform/world.ts";
import { escapeLine } from "./escape.ts";
import { createStyle, renderError, renderNote, renderView, wantsColour } from "./human.ts";
import { jsonData, jsonError } from "./json.ts";
import type { Pairs, Shown } from "./outcome.ts";
import type { Progress } from "./progress.ts";
import type { FlagValues } from "./quick_parse.ts";

/** What speaking takes; without `interrupted` nothing stops it. */
type Surroundings = Pick<World, "env" | "stdout" | "stderr"> & Partial<Pick<World, "interrupted">>;

/** Shorter ones stand in too many innocent words. */
const shortestSecret = 8;

export class Voice {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly #world: Surroundings;
  readonly #values: FlagValues;
  readonly #secrets = new Set<string>();
  #progress: Progress | undefined;
  #giveUp: AbortSignal | undefined;
  /** A piece of a stream is not written yet. */
  #isPouring = false;

  constructor(world: Surroundings, values: FlagValues) {
    this.#world = world;
    this.#values = values;
    this.json = values["json"] === true;
    this.quiet = values["quiet"] === true;
  }

  /** Data, as the view or as JSON. @throws ClawError `store/io` */
  async show(shown: Shown): Promise<void> {
    this.#world.stdout.write(await this.#render(shown));
  }

  async #render({ data, view }: Shown): Promise<string> {
    const { stdout } = this.#world;
    const isTable = view.kind === "table" || view.kind === "stack";
    const columns = !this.json && isTable && stdout.isTty ? stdout.columns : undefined;
    const text = this.json ? jsonData(data) : await renderView(view, this.#styleOf(stdout), columns);
    this.#progress?.clear();
    return this.mask(text);
  }

  /**
   * One piece of data of many, or several at once: a reader that is slow stops nothing but this.
   * @throws ClawError `store/io`, `interrupted`; the reason to give up
   */
  async pour(shown: Shown | readonly Shown[]): Promise<void> {
    if (this.quiet && !this.json) return;
    const { stdout, interrupted } = this.#world;
    let text = "";
    for (const one of "view" in shown ? [shown] : shown) text += await this.#render(one);
    if (stdout.writeAside === undefined || interrupted === undefined) return stdout.write(text);
    this.#isPouring = true;
    const writing = stdout.writeAside(text);
    const patient = this.#giveUp === undefined ? writing : unlessAborted(writing, this.#giveUp);
    await unlessAborted(patient, interrupted);
    this.#isPouring = false;
  }

  /** From this signal on, no reader of a stream is waited for any more. */
  pourUntil(giveUp: AbortSignal): void {
    this.#giveUp = giveUp;
  }

  fail(error: ClawError, data?: unknown): void {
    const { stdout, stderr } = this.#world;
    // What is not written yet would stand in the middle of another line, or would never be written.
    if (!this.json || this.#isPouring) return this.#speak(renderError(error, this.#styleOf(stderr)));
    try {
      stdout.write(this.mask(jsonError(error, data)));
    } catch {
      this.#speak(renderError(error, this.#styleOf(stderr)));
    }
  }

  say(kind: "warning" | "note", text: string): void {
    const isSaid = kind === "note" ? this.#values["verbose"] === true : !this.quiet;
    if (isSaid) this.#speak(renderNote(kind, text, this.#styleOf(this.#world.stderr)));
  }

  /** A line about what is going on, for who follows for long. */
  tell(text: string): void {
    if (!this.quiet) this.#speak(`claw: ${escapeLine(text)}\n`);
  }

  /** Facts, and a question about them on stderr, without a line end. */
  async ask(question: string, facts: Pairs = []): Promise<void> {
    if (facts.length > 0) {
      this.#speak(await renderView({ kind: "pairs", pairs: facts }, this.#styleOf(this.#world.stderr)));
    }
    this.#speak(`claw: ${escapeLine(question)} `);
  }

  /** What is going on from now on, until it is disposed of; one at a time. */
  async progress(clock: Clock): Promise<Progress> {
    const { createProgress } = await import("./progress.ts");
    const { isTty, columns } = this.#world.stderr;
    const write = this.quiet ? () => {} : (text: string) => this.#write(text);
    return this.#progress = createProgress({ isTty, columns, write }, clock);
  }

  /** From now on this text is never said. */
  hide(secret: string): void {
    if (secret.length < shortestSecret) return;
    // In JSON it may be spelt otherwise, and a line of a log is JSON that holds JSON, printed as JSON.
    let form = secret;
    for (let level = 0; level <= 3; level += 1) {
      this.#secrets.add(form);
      form = JSON.stringify(form).slice(1, -1);
    }
  }

  /** A text without what must not be said. */
  mask(text: string): string {
    return [...this.#secrets].reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
  }

  #speak(text: string): void {
    this.#progress?.clear();
    this.#write(text);
  }

  #write(text: string): void {
    // Nobody is left to be told when stderr is gone.
    try {
      this.#world.stderr.write(this.mask(text));
    } catch { /* see above */ }
  }

  #styleOf(stream: Output) {
    return createStyle(wantsColour(this.#world.env, () => stream.isTty, this.#values["noColor"] === true));
  }
}
