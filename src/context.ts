/**
 * Builds what a command may reach, each thing at its first use and at most once: settings → identity → tokens →
 * connection. The one place where the floors below are joined; `login.ts` does it for credentials, `input.ts` for what
 * the person gives. Next: `client/dial.ts`.
 */
import type {
  Context,
  Dialling,
  Edited,
  Gateway,
  GatewayCertificate,
  Kept,
  Looks,
  OwnKey,
  WhoAmI,
} from "./cli/context.ts";
import type { LongRun } from "./cli/long_run.ts";
import type { Pairs } from "./cli/outcome.ts";
import type { Progress } from "./cli/progress.ts";
import type { FlagValues } from "./cli/quick_parse.ts";
import type { Voice } from "./cli/voice.ts";
import type { Connection } from "./client/connection.ts";
import type { Need } from "./client/credentials.ts";
import { dial } from "./client/dial.ts";
import type { Knock } from "./client/knock.ts";
import type { Doctor } from "./cli/doctor.ts";
import { asClawError } from "./errors.ts";
import type { DeviceCheck } from "./identity/device_check.ts";
import { loadOrCreateIdentity } from "./identity/key_file.ts";
import { forgetLockout, noteLockout, requireUnlocked } from "./identity/lockout_file.ts";
import { limitTime } from "./platform/clock.ts";
import type { CommandResult, World } from "./platform/world.ts";
import { Input } from "./input.ts";
import { type ListenSettings, listenSettingsOf } from "./listen_settings.ts";
import { createLogin, type LoginSource } from "./login.ts";
import { createOpener, type OpenerOptions } from "./opener.ts";
import { directoriesOf, storeOf } from "./places.ts";
import { RunTime } from "./run_time.ts";
import type { ContextStore } from "./settings/context_files.ts";
import type { ToolCall } from "./settings/keychain.ts";
import { resolveSettings, type Settings } from "./settings/resolve.ts";

/** What the composition root adds to a world. */
export interface ContextOptions {
  readonly world: World;
  readonly values: FlagValues;
  readonly voice: Pick<Voice, "say" | "tell" | "ask" | "pourUntil" | "hide" | "mask" | "json" | "progress">;
  readonly complete: Context["complete"];
}

/** How long the files may take that say how long a run may take: one of them may be a pipe. */
const filesMs = 10_000;

export class RunContext implements Context, AsyncDisposable {
  readonly clock;
  readonly ids;
  readonly complete;
  readonly #world: World;
  readonly #values: FlagValues;
  readonly #voice: ContextOptions["voice"];
  readonly #time: RunTime;
  readonly #input: Input;
  readonly #doors = new Set<() => void | Promise<void>>();
  #settings: Promise<Settings> | undefined;
  #opener: ReturnType<typeof createOpener> | undefined;

  constructor({ world, values, voice, complete }: ContextOptions) {
    this.#world = world;
    this.#values = values;
    this.#voice = voice;
    this.complete = complete;
    this.clock = world.clock;
    this.ids = world.ids;
    this.#time = new RunTime(world.clock, world.interrupted);
    this.#input = new Input({ world, voice, time: this.#time });
  }

  within(values: FlagValues): RunContext {
    const inner = new RunContext({
      world: this.#world,
      values: { ...this.#values, ...values },
      voice: this.#voice,
      complete: this.complete,
    });
    const door = () => inner[Symbol.asyncDispose]();
    this.#doors.add(door);
    inner.#doors.add(() => void this.#doors.delete(door));
    return inner;
  }

  isGiven(key: string): boolean {
    return this.#values[key] !== undefined;
  }

  get contextStore(): ContextStore {
    return { ...this.#store(), runTool: (call) => this.#runTool(call, this.signal) };
  }

  get signal(): AbortSignal {
    return this.#time.signal;
  }

  settings(looks: Looks = {}): Promise<Settings> {
    return this.#settings ??= this.#resolveSettings(looks);
  }

  async gateway(need: Need, { by, displayName, signal = this.signal, tries }: Dialling = {}): Promise<Gateway> {
    const settings = await this.settings();
    const store = this.#store();
    const { origin } = settings.endpoint.value;
    const wasLocked = requireUnlocked(store, origin);
    const { identity } = await loadOrCreateIdentity(store);
    const hide = (text: string) => this.#voice.hide(text);
    const login = createLogin({ settings, identity, tokens: store, need, by, displayName, hide });
    const { clock, ids, os } = this.#world;
    const connection = await dial(login, {
      clock,
      ids,
      os,
      signal,
      retryMs: settings.retryMs.value,
      tries,
      open: this.#opener ??= createOpener(this.#openerOptions(settings)),
      onRetry: (error, delayMs) => this.note(`${error.message}: trying again in ${Math.round(delayMs)} ms`),
    }).catch((thrown: unknown) => {
      const error = asClawError(thrown);
      this.#keep("the gateway's lockout could not be stored", () => noteLockout(store, origin, error));
      throw login.explain(error);
    });
    const door = () => connection.close(this.signal.aborted ? () => Promise.resolve() : clock.sleep);
    this.#doors.add(door);
    // A run may last for weeks, over many connections.
    void connection.ended.then(() => this.#doors.delete(door));
    const kept = this.#keepToken(login, connection);
    if (wasLocked) this.#keep("the gateway's lockout could not be removed", () => forgetLockout(store, origin));
    const { spareToken, keepToken } = login;
    return { connection, login: login.login(), deviceId: identity.deviceId, kept, spareToken, keepToken };
  }

  async knock(limitMs: number): Promise<Knock> {
    const settings = await this.settings();
    const { knock } = await import("./client/knock.ts");
    using limit = limitTime(this.signal, this.clock, limitMs);
    return await knock(this.#opener ??= createOpener(this.#openerOptions(settings)), this.clock, limit.signal);
  }

  async certificate(): Promise<GatewayCertificate> {
    const { lookAtGateway } = await import("./certificate_look.ts");
    return await lookAtGateway(this.#openerOptions(await this.settings()), this.signal);
  }

  async whoAmI(): Promise<WhoAmI> {
    const { describeDevice } = await import("./whoami.ts");
    return await describeDevice(this.#store());
  }

  async doctor(): Promise<Doctor> {
    const { createDoctor } = await import("./examination/probe.ts");
    return createDoctor({
      world: this.#world,
      values: this.#values,
      hide: (secret) => this.#voice.hide(secret),
      open: (settings, onStep) => createOpener({ ...this.#openerOptions(settings), onStep }),
      settings: () => this.settings({ isThorough: true }),
      signal: () => this.signal,
      extendTime: (ms) => this.extendTime(ms),
    });
  }

  async ownKey(): Promise<OwnKey> {
    const { createOwnKey } = await import("./own_key.ts");
    return createOwnKey(this.#store(), this.#world.env["OPENCLAW_STATE_DIR"]);
  }

  async verifyDevice(): Promise<readonly DeviceCheck[]> {
    const { checkDevice } = await import("./identity/device_check.ts");
    return await checkDevice(this.#store());
  }

  async fingerprint(secret: string): Promise<string> {
    const { createFingerprinter } = await import("./identity/fingerprint.ts");
    return (await createFingerprinter(this.#store()))(secret);
  }

  async readInput(path: string): Promise<string> {
    const { timeoutMs } = await this.settings();
    return await this.#input.read(path, timeoutMs.origin.kind === "default");
  }

  confirm(question: string, facts?: Pairs): Promise<boolean> {
    return this.#input.confirm(question, facts);
  }

  edit(text: string, extension: string): Promise<Edited> {
    return this.#input.edit(text, extension);
  }

  listenSettings(): ListenSettings {
    return listenSettingsOf(this.#values, this.#world.env);
  }

  get zone(): string | undefined {
    return this.#world.zone;
  }

  extendTime(ms: number): void {
    this.#time.extend(ms);
  }

  progress(): Promise<Progress> {
    return this.#voice.progress(this.clock);
  }

  async longRun(): Promise<LongRun> {
    const { createLongRun } = await import("./long_run.ts");
    return createLongRun(this.#world, this.#voice);
  }

  warn(text: string): void {
    this.#voice.say("warning", text);
  }

  note(text: string): void {
    this.#voice.say("note", text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of [...this.#doors].reverse()) await close();
    this.#time[Symbol.dispose]();
  }

  #keepToken(login: LoginSource, { handshake }: Connection): Kept {
    try {
      return login.keep(handshake.hello);
    } catch (thrown) {
      this.warn(`the device token could not be stored: ${asClawError(thrown).message}`);
      return { isStored: false, gained: [] };
    }
  }

  async #resolveSettings(looks: Looks): Promise<Settings> {
    const { env, os, userId } = this.#world;
    this.#time.know(filesMs);
    const settings = await this.#input.inTime(
      resolveSettings({
        flags: this.#values,
        env,
        os,
        ...(userId === undefined ? {} : { userId }),
        directories: directoriesOf(this.#world, this.#values),
        readStdin: () => this.#input.readStdin(),
        runShell: this.#world.runShell,
        runTool: (call, signal) => this.#runTool(call, signal),
        signal: this.signal,
        onTimeKnown: (ms) => this.#time.know(ms),
        ...looks,
      }),
      "the settings did not come in time, or the credential, from its command, file or standard input",
    );
    for (const warning of settings.warnings) this.warn(warning);
    for (const note of settings.notes) this.note(note);
    return settings;
  }

  async #runTool({ argv, stdin }: ToolCall, signal: AbortSignal): Promise<CommandResult> {
    const { captureProgram } = await import("./platform/shell.ts");
    return await captureProgram(argv, stdin, this.#world.env, signal);
  }

  #openerOptions(settings: Settings): OpenerOptions {
    const pause = <T>(work: () => Promise<T>) => this.#time.pause(work);
    return { settings, world: this.#world, voice: this.#voice, doors: this.#doors, pause };
  }

  /** What the state directory cannot take is worth a word, and no reason to fail. */
  #keep(failure: string, act: () => void): void {
    try {
      act();
    } catch (thrown) {
      this.warn(`${failure}: ${asClawError(thrown).message}`);
    }
  }

  #store() {
    return storeOf(this.#world, this.#values);
  }
}
