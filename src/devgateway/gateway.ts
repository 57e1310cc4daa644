/**
 * The other end: a strict, inspectable gateway for tests, demos and authors of clients. This file does what
 * `session.ts` decides: sends, closes, tells others, waits. It listens nowhere: `listen.ts` does, or a test joins a
 * transport in memory.
 */
import { asClawError } from "../errors.ts";
import { encodeFrame, handshakeTimeoutMs, hasScope, tickIntervalMs } from "../protocol/mod.ts";
import type { Closed, Transport } from "../transport/transport.ts";
import type { Client } from "./admission.ts";
import { CronScheduler } from "./cron_scheduler.ts";
import { loadCron, saveCron } from "./cron_store.ts";
import type { Broadcast, Effect, Emit, LogNote } from "./effects.ts";
import { type Generation, generations } from "./generation.ts";
import { Memory } from "./memory.ts";
import type { DevGatewayOptions, StepContext } from "./options.ts";
import { judgeLocality, type PeerFacts } from "./peer.ts";
import { presenceEvent, presenceKey } from "./presence.ts";
import { challenge, type SessionState, step } from "./session.ts";

export type { CronRunOutcome, DevGatewayOptions } from "./options.ts";

/** One client, from its upgrade to its end. */
interface Session {
  readonly context: StepContext;
  readonly transport: Transport;
  readonly openedAt: number;
  state: SessionState;
  /** Counts events to this connection, on protocol 4. */
  seq: number;
  /** Why it was ended from here, for the log. */
  ending?: { readonly cause: string; readonly advice: string };
}

type Ending = Pick<Extract<Effect, { kind: "close" }>, "code" | "reason" | "cause" | "advice">;

const leftEarly = {
  cause: "client-left",
  advice: "The client closed before it was let in: wait for the answer to connect.",
};

export class DevGateway {
  readonly memory: Memory;
  readonly #options: DevGatewayOptions;
  readonly #generation: Generation;
  readonly #sessions = new Map<Session, Promise<void>>();
  readonly #timers = new Set<() => void>();
  readonly #scheduler: CronScheduler;
  #stopTicks: (() => void) | undefined;
  #seq = 0;

  /** @throws ClawError `config/invalid`, `config/key-exposed`, `store/io` when what was kept cannot be read, or kept on */
  constructor(options: DevGatewayOptions) {
    this.#options = options;
    this.#generation = generations[options.protocol];
    const { protocol, stateDirectory } = options;
    const kept = stateDirectory === undefined ? undefined : loadCron(stateDirectory, protocol);
    this.memory = new Memory(this.#generation, options, kept);
    if (stateDirectory !== undefined) {
      // Once aloud: a directory that cannot be written is told before anybody relies on it.
      saveCron(stateDirectory, protocol, this.memory.cron.records, options.ids.uuid());
      this.memory.cron.watch(() => this.#keep(stateDirectory));
    }
    const context = { options, generation: this.#generation, memory: this.memory };
    this.#scheduler = new CronScheduler(context, (effects) => this.#broadcast(effects));
  }

  /** Lets cron jobs fire from here on, and makes up for runs that were missed. `listen()` calls it. */
  start(): void {
    void this.#scheduler.start();
  }

  /**
   * Runs one session over a transport that is open; resolves when the transport has ended.
   * @param connId what the log and hello-ok call it
   */
  accept(transport: Transport, peer: PeerFacts, connId = this.#options.ids.uuid()): Promise<void> {
    const session: Session = {
      context: this.#contextFor(peer, connId),
      transport,
      openedAt: this.#options.clock.now(),
      state: { phase: "challenged" },
      seq: 0,
    };
    const run = this.#run(session);
    this.#sessions.set(session, run);
    this.#stopTicks ??= this.#tickForever();
    return run;
  }

  /** Whether a peer may even upgrade: protocol 4 refuses forwarded headers from whom it does not trust. */
  admitsUpgrade(peer: PeerFacts): boolean {
    const { protocol, trustsProxy = false } = this.#options;
    return !judgeLocality(peer, protocol, trustsProxy).isUnattributable;
  }

  get uptimeMs(): number {
    return this.#options.clock.now() - this.memory.startedAt;
  }

  /** Ends every session, by default as a restart does, and waits up to a second for the clients to agree. */
  async close(code = 1012, reason = "service restart"): Promise<void> {
    this.#scheduler.stop();
    for (const session of this.#sessions.keys()) session.transport.close(code, reason);
    let cancel = () => {};
    const enough = new Promise<void>((resolve) => (cancel = this.#options.clock.after(1_000, resolve)));
    await Promise.race([Promise.all(this.#sessions.values()), enough]);
    for (const stop of [cancel, ...this.#timers]) stop();
    this.#timers.clear();
  }

  async #run(session: Session): Promise<void> {
    const { transport, context } = session;
    this.#do(session, [challenge(context)]);
    const disarm = this.#armHandshakeTimeout(session);
    for (let message = await transport.receive(); message !== undefined; message = await transport.receive()) {
      const next = await step(session.state, message, context);
      // While a signature was checked, the timeout may have ended the session: then nobody is let in any more.
      if (session.state.phase === "ended") continue;
      this.#do(session, next.beforehand ?? []);
      session.state = next.state;
      if (session.state.phase !== "challenged") disarm();
      this.#do(session, next.effects);
    }
    disarm();
    this.#finish(session, await transport.closed);
  }

  #armHandshakeTimeout(session: Session): () => void {
    const { clock, handshakeTimeoutMs: ms = handshakeTimeoutMs[this.#options.protocol] } = this.#options;
    return clock.after(ms, () => {
      if (session.state.phase !== "challenged") return;
      session.state = { phase: "ended" };
      this.#log({ event: "handshake timeout", text: "" }, session, true);
      const advice = `Answer the challenge with connect within ${ms} ms of the upgrade.`;
      this.#end(session, { code: 1000, reason: "", cause: "handshake-timeout", advice });
    });
  }

  #end(session: Session, { code, reason, cause, advice }: Ending): void {
    session.ending = { cause, advice };
    session.transport.close(code, reason);
  }

  #finish(session: Session, { code, reason }: Closed): void {
    const { context, state } = session;
    this.#sessions.delete(session);
    const client = state.phase === "connected" ? state.client : undefined;
    const event = client === undefined ? "closed before connect" : "closed";
    const { forwardedFor: fwd, origin, host, userAgent: ua } = context.peer;
    const { cause, advice } = session.ending ??
      (client === undefined ? leftEarly : { cause: undefined, advice: undefined });
    const facts = { cause, remote: context.peer.address, fwd, origin, host, ua, code, reason };
    this.#log({ event, text: "", facts, ...(advice === undefined ? {} : { advice }) }, session, true);
    if (client !== undefined && !this.#generation.unlistedModes.includes(client.params.client.mode)) {
      const key = presenceKey(client, this.#generation.protocol, context.connId);
      this.memory.presence.note(key, { reason: "disconnect" });
      this.#do(session, [presenceEvent(context)]);
    }
    session.state = { phase: "ended" };
    if (this.#sessions.size > 0) return;
    this.#stopTicks?.();
    this.#stopTicks = undefined;
  }

  #do(session: Session, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") session.transport.send(encodeFrame(effect.frame));
      else if (effect.kind === "close") this.#end(session, effect);
      else if (effect.kind === "evict") this.#evict(effect.deviceId, effect.role);
      else if (effect.kind === "run") this.#scheduler.runByHand(effect.jobId, effect);
      else if (effect.kind === "until") this.#until(session, effect);
      else if (effect.kind === "log") this.#log(effect.note, session);
      else this.#broadcast([effect]);
    }
  }

  #broadcast(effects: readonly Broadcast[]): void {
    for (const effect of effects) {
      if (effect.kind === "emit") this.#emit(effect);
      else this.#later(effect.afterMs, effect.decide);
    }
  }

  #later(afterMs: number, decide: () => readonly Broadcast[]): void {
    const cancel = this.#options.clock.after(afterMs, () => {
      this.#timers.delete(cancel);
      this.#broadcast(decide());
    });
    this.#timers.add(cancel);
  }

  #until(session: Session, effect: Extract<Effect, { kind: "until" }>): void {
    if (session.state.phase === "ended") return;
    const effects = effect.decide();
    if (effects !== undefined) return this.#do(session, effects);
    const cancel = this.#options.clock.after(effect.everyMs, () => {
      this.#timers.delete(cancel);
      this.#until(session, effect);
    });
    this.#timers.add(cancel);
  }

  /** A disk that is full must not end the gateway, but must not go unheard either. */
  #keep(directory: string): void {
    try {
      saveCron(directory, this.#options.protocol, this.memory.cron.records, this.#options.ids.uuid());
    } catch (thrown) {
      const { message: text, hint: advice } = asClawError(thrown);
      this.#log({ event: "cron not kept", text, ...(advice === undefined ? {} : { advice }) });
    }
  }

  /** Tells every connected client that may see the event. On protocol 3 the counter also counts what some may not see. */
  #emit({ event, payload, versioned }: Emit): void {
    this.memory.noteEmitted({ at: this.#options.clock.now(), event, payload });
    this.#seq += 1;
    for (const session of this.#sessions.keys()) {
      if (session.state.phase !== "connected" || !this.#maySee(session.state.client, event)) continue;
      session.seq += 1;
      const seq = this.#generation.seqPer === "gateway" ? this.#seq : session.seq;
      const stateVersion = versioned === true ? { stateVersion: this.memory.stateVersion } : {};
      session.transport.send(encodeFrame({ type: "event", event, payload, seq, ...stateVersion }));
    }
  }

  #maySee(client: Client, event: string): boolean {
    const needed = this.#generation.eventScopes[event] ?? this.#generation.otherEvents;
    if (needed === "none") return true;
    return needed !== "nobody" && hasScope(client.scopes, needed);
  }

  #evict(deviceId: string, role: string | undefined): void {
    for (const session of this.#sessions.keys()) {
      if (session.state.phase !== "connected") continue;
      const { client } = session.state;
      if (client.deviceId !== deviceId || (role !== undefined && client.role !== role)) continue;
      const advice = "The credential of this connection was rotated, revoked or removed: connect again with a new one.";
      this.#end(session, { code: 4001, reason: "device removed", cause: "device-removed", advice });
    }
  }

  #tickForever(): () => void {
    let cancel = () => {};
    const arm = () => {
      cancel = this.#options.clock.after(tickIntervalMs, () => {
        this.#emit({ kind: "emit", event: "tick", payload: { ts: this.#options.clock.now() } });
        arm();
      });
    };
    arm();
    return () => cancel();
  }

  #contextFor(peer: PeerFacts, connId: string): StepContext {
    const { protocol, trustsProxy = false, ids } = this.#options;
    return {
      options: this.#options,
      generation: this.#generation,
      memory: this.memory,
      connId,
      nonce: ids.uuid(),
      peer,
      locality: judgeLocality(peer, protocol, trustsProxy),
      isConnected: (deviceId) =>
        [...this.#sessions.keys()].some(({ state }) =>
          state.phase === "connected" && state.client.deviceId === deviceId
        ),
    };
  }

  #log({ event, text, advice, facts }: LogNote, session?: Session, isEnd = false): void {
    const at = this.#options.clock.now();
    const line = {
      at,
      connId: session?.context.connId ?? "",
      event,
      text,
      ...(advice === undefined ? {} : { advice }),
      ...(isEnd && session !== undefined ? { durationMs: at - session.openedAt } : {}),
      ...(facts === undefined ? {} : { facts }),
    };
    this.memory.noteLog(line);
    this.#options.log?.(line);
  }
}
