/**
 * One connection on which faults are played: stands between the gateway's session and the socket, does what the rules
 * say at each moment, and is a transport like any other for the session. What a transport cannot do, its `Wire` can.
 * Next: `wire_socket.ts`.
 */
import type { Clock } from "../platform/clock.ts";
import { ConnectParams, decodeFrame, type Message, parseJson, type RequestFrame } from "../protocol/mod.ts";
import type { Closed, Transport } from "../transport/transport.ts";
import type { Deed, Ending, FaultContext, Json, Moment, Rule } from "./fault_rules.ts";

/** A server's end of an upgraded connection, down to its bytes. */
export interface Wire {
  receive(signal?: AbortSignal): Promise<Message | undefined>;
  /** A text or binary message as a frame. */
  encode(message: Message): Uint8Array;
  /** Any bytes at all. */
  write(bytes: Uint8Array): void;
  /** Resolves when not too much waits to be written, or the connection has ended. */
  ready(): Promise<void>;
  close(code: number, reason: string): void;
  reset(): void;
  /** Neither reads nor writes any more. */
  stall(): void;
  readonly closed: Promise<Closed>;
}

const pieceBytes = 64;

export class FaultPlayer implements Transport {
  readonly closed: Promise<Closed>;
  readonly #wire: Wire;
  readonly #rules: readonly Rule[];
  readonly #context: FaultContext & { readonly clock: Clock };
  readonly #over = new AbortController();
  /** All that is sent passes one after the other: a frame that waits holds back the next. */
  #work: Promise<void> = Promise.resolve();
  #held: { readonly items: readonly unknown[]; readonly cancel: () => void } | undefined;
  #connectId: string | undefined;
  /** By the id of the request. */
  readonly #methods = new Map<string, string>();
  #isEnded = false;

  constructor(wire: Wire, rules: readonly Rule[], context: FaultContext & { readonly clock: Clock }) {
    this.#wire = wire;
    this.#rules = rules;
    this.#context = context;
    this.closed = wire.closed;
    void wire.closed.then((closed) => {
      this.#isEnded = true;
      this.#held?.cancel();
      this.#over.abort(closed);
    });
  }

  send(text: string): void {
    const frame = parseJson(text) as Json;
    const moment = this.#momentOf(frame);
    const method = this.#methods.get(String(frame["id"]));
    this.#enqueue(() => this.#play(moment, frame, method));
  }

  close(code = 1000, reason = ""): void {
    this.#enqueue(() => this.#end({ kind: "close", code, reason }));
  }

  async receive(signal?: AbortSignal): Promise<Message | undefined> {
    for (;;) {
      const message = await this.#wire.receive(signal);
      const request = message === undefined ? undefined : requestIn(message);
      if (request === undefined) return message;
      const isConnect = this.#connectId === undefined && request.method === "connect";
      if (isConnect) this.#connectId = request.id;
      this.#methods.set(request.id, request.method);
      const rules = this.#rulesAt(isConnect ? "connect" : "call", false, request.method);
      if (!rules.some(({ deed }) => this.#stops(request, isConnect, deed))) return message;
    }
  }

  #momentOf(frame: Json): Moment {
    if (frame["type"] === "event") return frame["event"] === "connect.challenge" ? "challenge" : "event";
    if (frame["id"] !== this.#connectId) return "answer";
    return frame["ok"] === true ? "hello" : "refusal";
  }

  #rulesAt(at: Moment, isAfter: boolean, method: string | undefined): readonly Rule[] {
    return this.#rules.filter((rule) =>
      rule.at === at && (rule.isAfter ?? false) === isAfter && (rule.method ?? method) === method
    );
  }

  /** Whether the gateway hears nothing of this request. */
  #stops(request: RequestFrame, isConnect: boolean, deed: Deed): boolean {
    if (this.#isEnded) return true;
    if (deed.kind === "refuse") {
      // What is no connect at all the gateway itself refuses better.
      if (isConnect && !ConnectParams.safeParse(request.params).success) return false;
      const refused = deed.refuse(request, this.#context);
      if (refused === undefined) return false;
      const { error, ending } = refused;
      this.#enqueue(() => this.#write([{ type: "res", id: request.id, ok: false, error }]));
      if (ending !== undefined) this.#enqueue(() => this.#end(ending));
      return true;
    }
    if (isEnding(deed)) this.#enqueue(() => this.#end(deed));
    return isEnding(deed) || deed.kind === "swallow";
  }

  #enqueue(work: () => Promise<void> | void): void {
    this.#work = this.#work.then(() => this.#isEnded ? undefined : work()).catch(() => {
      // The connection ended while a frame was waiting.
    });
  }

  async #play(moment: Moment, frame: Json, method: string | undefined): Promise<void> {
    let items: readonly unknown[] = [frame];
    let slowMs: number | undefined;
    for (const { deed } of this.#rulesAt(moment, false, method)) {
      if (isEnding(deed)) return this.#end(deed);
      if (deed.kind === "wait") await this.#context.clock.sleep(deed.ms, this.#over.signal);
      if (deed.kind === "swallow") items = [];
      if (deed.kind === "say") items = items.flatMap((item) => isFrame(item) ? [...deed.say(item)] : [item]);
      if (deed.kind === "slow") slowMs = deed.ms;
      if (deed.kind === "half") return this.#writeHalf(items);
      if (deed.kind === "hold") items = this.#swap(items, deed.ms);
    }
    await this.#write(items, slowMs);
    for (const { deed } of this.#rulesAt(moment, true, method)) {
      if (isEnding(deed)) return this.#end(deed);
      if (deed.kind === "bytes") this.#wire.write(deed.bytes);
      if (deed.kind === "say") await this.#write(deed.say(frame));
    }
  }

  async #write(items: Iterable<unknown>, slowMs?: number): Promise<void> {
    for (const item of items) {
      const bytes = this.#encode(item);
      if (slowMs === undefined) this.#wire.write(bytes);
      else await this.#writeSlowly(bytes, slowMs);
      await this.#wire.ready();
      if (this.#isEnded) return;
    }
  }

  async #writeSlowly(bytes: Uint8Array, ms: number): Promise<void> {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      if (at > 0) await this.#context.clock.sleep(ms, this.#over.signal);
      this.#wire.write(bytes.subarray(at, at + pieceBytes));
    }
  }

  #writeHalf([item]: readonly unknown[]): void {
    const bytes = this.#encode(item);
    this.#wire.write(bytes.subarray(0, Math.ceil(bytes.length / 2)));
    this.#end({ kind: "close", code: 1006 });
  }

  #encode(item: unknown): Uint8Array {
    const isMessage = typeof item === "string" || item instanceof Uint8Array;
    return this.#wire.encode(isMessage ? item : JSON.stringify(item));
  }

  /** The first of two waits for the second, which goes before it; not for ever. */
  #swap(items: readonly unknown[], ms: number): readonly unknown[] {
    const held = this.#held;
    this.#held = undefined;
    held?.cancel();
    if (held !== undefined) return [...items, ...held.items];
    const cancel = this.#context.clock.after(ms, () => {
      this.#held = undefined;
      this.#enqueue(() => this.#write(items));
    });
    this.#held = { items, cancel };
    return [];
  }

  #end(ending: Ending): void {
    this.#isEnded = true;
    this.#over.abort();
    if (ending.kind === "reset") this.#wire.reset();
    else if (ending.kind === "stall") this.#wire.stall();
    else this.#wire.close(ending.code, ending.reason ?? "");
  }
}

function isEnding(deed: Deed): deed is Ending {
  return deed.kind === "close" || deed.kind === "reset" || deed.kind === "stall";
}

function isFrame(item: unknown): item is Json {
  return typeof item === "object" && item !== null && !(item instanceof Uint8Array);
}

function requestIn(message: Message): RequestFrame | undefined {
  try {
    const frame = decodeFrame(message);
    return frame.type === "req" ? frame : undefined;
  } catch {
    return undefined;
  }
}
