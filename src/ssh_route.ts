/**
 * The tunnel of a run that goes by ssh: opened when a connection is first wanted, used by all that follow, opened anew
 * when ssh has ended meanwhile, and closed with the run. Loaded only by runs that have one.
 */
import type { Voice } from "./cli/voice.ts";
import { asClawError, ClawError } from "./errors.ts";
import { unlessAborted } from "./platform/clock.ts";
import { type SshProcess, startSsh } from "./platform/ssh_process.ts";
import type { World } from "./platform/world.ts";
import { closeCodes } from "./protocol/mod.ts";
import type { Endpoint, SshHop } from "./settings/endpoint.ts";
import { channelFailure, sshFailure, sshTimeout } from "./transport/ssh_failure.ts";
import type { Transport } from "./transport/transport.ts";
import type { Entrance } from "./transport/way.ts";

export interface SshRouteOptions {
  readonly endpoint: Endpoint;
  readonly hop: SshHop;
  readonly connectMs: number;
  readonly world: Pick<World, "os" | "env" | "clock" | "stdin" | "stderr">;
  readonly voice: Pick<Voice, "say">;
  /** What a person does meanwhile takes none of the run's time. */
  readonly pause: <T>(work: () => Promise<T>) => Promise<T>;
  /** Closed when the run ends. */
  readonly doors: Set<() => void | Promise<void>>;
}

/** ssh's word on a channel, or its own end, may come a moment after the channel was cut. */
const lastWordMs = 50;

export class SshRoute {
  readonly #options: SshRouteOptions;
  #ssh: Promise<SshProcess> | undefined;
  /** A connection broke off: perhaps because ssh did. */
  #isCut = false;

  constructor(options: SshRouteOptions) {
    this.#options = options;
  }

  /** Opens a connection through the tunnel. @throws ClawError as `through` */
  async open(signal: AbortSignal, open: (entrance: Entrance) => Promise<Transport>): Promise<Transport> {
    const transport = await this.through(signal, open);
    // Its socket says the same, as a rule at once.
    void (await this.#ssh)?.ended.then(() => transport.close());
    void transport.closed.then(({ code }) => this.#isCut ||= code === closeCodes.abnormal);
    return transport;
  }

  /**
   * Does something through the tunnel.
   * @throws ClawError `net/ssh`, `net/unreachable` or `auth/rejected` when ssh fails; what `use` throws; the signal's
   * reason
   */
  async through<T>(signal: AbortSignal, use: (entrance: Entrance) => Promise<T>): Promise<T> {
    const { endpoint: { host, port }, hop, world } = this.#options;
    const ssh = await this.#tunnel(signal);
    const before = ssh.lineCount();
    try {
      return await use(ssh.entrance);
    } catch (thrown) {
      signal.throwIfAborted();
      await world.clock.sleep(lastWordMs, signal);
      const far = channelFailure(hop.value, `${host}:${port}`, lastOf(ssh.said, ssh.lineCount() - before));
      if (far !== undefined) throw far;
      throw ssh.isEnded() ? this.#failure(ssh, undefined) : placed(asClawError(thrown), hop.value);
    }
  }

  /** @throws ClawError as `through` */
  async #tunnel(signal: AbortSignal): Promise<SshProcess> {
    signal.throwIfAborted();
    const running = await this.#ssh?.catch(() => undefined);
    const ssh = running?.isEnded() === false ? running : await (this.#ssh = this.#start());
    const { stdin, stderr } = this.#options.world;
    const wait = () => unlessAborted(ssh.ready, signal);
    try {
      if (await (isAttended(stdin, stderr) ? this.#options.pause(wait) : wait())) return ssh;
    } catch (thrown) {
      await ssh.close();
      throw asClawError(thrown).code === "net/timeout" ? sshTimeout(this.#options.hop.value, ssh.said) : thrown;
    }
    throw this.#failure(ssh, await ssh.ended);
  }

  async #start(): Promise<SshProcess> {
    const { endpoint: { host, port }, hop, connectMs, world: { os, env, stdin, stderr, clock }, doors } = this.#options;
    const ssh = await startSsh({
      os,
      env,
      target: hop.value,
      host,
      port,
      isAttended: isAttended(stdin, stderr),
      connectMs,
    });
    let isOver = false;
    const door = async () => {
      if (this.#isCut) await Promise.race([ssh.ended, clock.sleep(lastWordMs)]);
      isOver = true;
      await ssh.close();
    };
    doors.add(door);
    void Promise.all([ssh.ready, ssh.ended]).then(([wasOpen]) => {
      doors.delete(door);
      if (wasOpen && !isOver) {
        this.#options.voice.say("warning", `ssh to ${hop.value} ended: ${ssh.said.at(-1) ?? "it said nothing"}`);
      }
    });
    return ssh;
  }

  /** The error has ssh's last word; the others are said before it. */
  #failure({ said }: SshProcess, osCode: string | undefined): ClawError {
    const before = said.slice(0, -1).filter((line) => /[^@\s]/.test(line));
    for (const line of before) this.#options.voice.say("warning", `ssh: ${line}`);
    return sshFailure({ target: this.#options.hop.value, said, osCode });
  }
}

function isAttended(...streams: readonly { readonly isTty: boolean }[]): boolean {
  return streams.some(({ isTty }) => isTty);
}

function lastOf(lines: readonly string[], count: number): readonly string[] {
  return lines.slice(Math.max(0, lines.length - count));
}

/** Host and port are as the other machine sees them, which the words must say. */
function placed(error: ClawError, target: string): ClawError {
  if (!error.code.startsWith("net/")) return error;
  return new ClawError(error.code, `${error.message} (by ssh ${target})`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: error.details,
    cause: error,
  });
}
