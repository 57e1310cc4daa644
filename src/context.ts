/**
 * Builds what a command may reach, each thing at its first use and at most once: settings → identity → tokens →
 * connection. The one place where the floors below are joined; `login.ts` does it for credentials. Next:
 * `client/dial.ts`.
 */
import type { Context, Gateway, WhoAmI } from "./cli/context.ts";
import type { FlagValues } from "./cli/quick_parse.ts";
import { dial } from "./client/dial.ts";
import { traceTransport } from "./client/trace.ts";
import { asClawError, ClawError } from "./errors.ts";
import { loadOrCreateIdentity } from "./identity/key_file.ts";
import { createTimeLimit, type TimeLimit } from "./platform/clock.ts";
import { findDirectories } from "./platform/directories.ts";
import { openAppender } from "./platform/files.ts";
import type { World } from "./platform/world.ts";
import type { Scope } from "./protocol/mod.ts";
import { createLogin } from "./login.ts";
import { parseDuration } from "./settings/duration.ts";
import { resolveSettings, type Settings } from "./settings/resolve.ts";
import { openWebSocket } from "./transport/web_socket.ts";

/** Applies until the settings are known. */
const defaultTimeoutMs = 10_000;

/** What the composition root adds to a world. */
export interface ContextOptions {
  readonly world: World;
  readonly values: FlagValues;
  readonly say: (kind: "warning" | "note", text: string) => void;
  readonly complete: Context["complete"];
}

export class RunContext implements Context, AsyncDisposable {
  readonly clock;
  readonly ids;
  readonly complete;
  readonly #world: World;
  readonly #values: FlagValues;
  readonly #say: ContextOptions["say"];
  readonly #limit: TimeLimit;
  readonly #doors: (() => void | Promise<void>)[] = [];
  #settings: Promise<Settings> | undefined;
  #extraMs = 0;

  constructor({ world, values, say, complete }: ContextOptions) {
    this.#world = world;
    this.#values = values;
    this.#say = say;
    this.complete = complete;
    this.clock = world.clock;
    this.ids = world.ids;
    this.#limit = createTimeLimit(
      world.clock,
      () => new ClawError("net/timeout", "the time is over"),
      world.interrupted,
    );
  }

  get signal(): AbortSignal {
    return this.#limit.signal;
  }

  settings({ isThorough = false } = {}): Promise<Settings> {
    return this.#settings ??= this.#resolveSettings(isThorough);
  }

  async gateway(need: Scope): Promise<Gateway> {
    const settings = await this.settings();
    const store = this.#store();
    const { identity } = await loadOrCreateIdentity(store);
    const login = createLogin({ settings, identity, tokens: store, need });
    const { clock, ids, os } = this.#world;
    const connection = await dial(login, {
      clock,
      ids,
      os,
      signal: this.signal,
      retryMs: settings.retryMs.value,
      open: this.#opener(settings),
      onRetry: (error, delayMs) => this.note(`${error.message}: trying again in ${Math.round(delayMs)} ms`),
    }).catch((thrown: unknown) => {
      throw login.explain(asClawError(thrown));
    });
    this.#doors.push(() => connection.close(this.signal.aborted ? () => Promise.resolve() : clock.sleep));
    try {
      login.keep(connection.handshake.hello);
    } catch (thrown) {
      this.warn(`the device token could not be stored: ${asClawError(thrown).message}`);
    }
    return { connection, login: login.login() };
  }

  async whoAmI(): Promise<WhoAmI> {
    const { describeDevice } = await import("./whoami.ts");
    return await describeDevice(this.#store());
  }

  async fingerprint(secret: string): Promise<string> {
    const { createFingerprinter } = await import("./identity/fingerprint.ts");
    return (await createFingerprinter(this.#store()))(secret);
  }

  async readInput(path: string): Promise<string> {
    if (path !== "-") {
      const { readInputFile } = await import("./platform/input_file.ts");
      return readInputFile(path);
    }
    if (this.#world.stdin.isTty) this.#say("note", "reading the text from the terminal: end it with Ctrl-D");
    return await this.#world.stdin.readAll();
  }

  listenSettings(): { readonly port: number | undefined; readonly token: string | undefined } {
    const port = this.#values["port"];
    const token = this.#values["token"] ?? this.#world.env["CLAW_TOKEN"];
    return {
      port: typeof port === "string" ? portOf(port) : undefined,
      token: token === true || token === "" ? undefined : token,
    };
  }

  extendTime(ms: number): void {
    this.#extraMs += ms;
  }

  warn(text: string): void {
    this.#say("warning", text);
  }

  note(text: string): void {
    this.#say("note", text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#doors.reverse()) await close();
    this.#limit[Symbol.dispose]();
  }

  async #resolveSettings(isThorough: boolean): Promise<Settings> {
    const { env, os, stdin, userId } = this.#world;
    this.#limit.set(this.#timeoutGiven() + this.#extraMs);
    const settings = await resolveSettings({
      flags: this.#values,
      env,
      os,
      ...(userId === undefined ? {} : { userId }),
      directories: this.#directories(),
      readStdin: () => stdin.readAll(),
      runShell: this.#world.runShell,
      signal: this.signal,
      isThorough,
    });
    this.#limit.set(settings.timeoutMs.value + settings.retryMs.value + this.#extraMs);
    for (const warning of settings.warnings) this.warn(warning);
    for (const note of settings.notes) this.note(note);
    return settings;
  }

  /** The limit on resolving the settings themselves, which may run a command of the user's. */
  #timeoutGiven(): number {
    const flag = this.#values["timeout"];
    if (typeof flag === "string") return parseDuration(flag, { kind: "flag", name: "--timeout" });
    const variable = this.#world.env["CLAW_TIMEOUT"];
    return variable ? parseDuration(variable, { kind: "env", name: "CLAW_TIMEOUT" }) : defaultTimeoutMs;
  }

  #directories() {
    const { os, env } = this.#world;
    const configDir = this.#values["configDir"];
    return findDirectories(os, env, typeof configDir === "string" ? configDir : undefined);
  }

  #store() {
    const { clock, ids, os, userId } = this.#world;
    const { config, state } = this.#directories();
    return { clock, ids, os, userId, directory: config, stateDirectory: state };
  }

  #opener(settings: Settings) {
    const url = new URL(settings.endpoint.value.url);
    const { traceFile } = settings;
    if (traceFile === undefined) return (signal: AbortSignal) => openWebSocket(url, signal);
    const trace = openAppender(traceFile.value);
    this.#doors.push(() => trace[Symbol.dispose]());
    return async (signal: AbortSignal) =>
      traceTransport(await openWebSocket(url, signal), this.clock, (line) => trace.append(`${line}\n`));
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new ClawError("usage/bad-flag", "--port: this is not a port number", {
    hint: "write a number from 0 to 65535",
  });
}
