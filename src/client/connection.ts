/**
 * The client's view after hello-ok: typed calls and events over one transport. One life: it does not reconnect. A call
 * that was written and not answered is `net/unanswered`, whatever the cause: only the gateway knows what became of it.
 */
import { ClawError } from "../errors.ts";
import {
  decodeFrame,
  encodeFrame,
  type EventFrame,
  failureOf,
  hasScope,
  isLongerThan,
  type Method,
  type MethodRow,
  methods,
  newerParamsIn,
  type ParamsOf,
  type ResponseFrame,
  type ResultOf,
} from "../protocol/mod.ts";
import type { Transport } from "../transport/transport.ts";
import type { Handshake } from "./handshake.ts";

/** Milliseconds of each phase up to hello-ok. */
export interface Timings {
  readonly openMs: number;
  readonly challengeMs: number;
  readonly helloMs: number;
}

/** A call by name alone: the gateway is the only judge of the method and its params. */
export interface RawCall {
  /** `safe`: sending it twice does what sending it once does. */
  readonly resend: MethodRow["resend"];
  /**
   * Whether to wait for the last answer: `agent` first says that it is `accepted`, and later, under the same id, how it
   * ended. Told of the first one.
   */
  readonly onAccepted?: (payload: unknown) => void;
}

/** What there is to know of a request beyond its frame. */
interface Exchange extends RawCall {
  readonly id: string;
  readonly method: string;
}

interface Pending {
  readonly settle: (response: ResponseFrame) => void;
  readonly fail: (error: ClawError) => void;
}

/** Asking a gateway to close takes one round trip; a busy one is not waited for longer than this. */
const closeMs = 100;
/** Events that come before anybody listens; both generations may send some right behind hello-ok. */
const mostEarly = 64;
/** In characters of all together, beyond which no other is kept. */
const mostEarlySize = 4_194_304;

export class Connection {
  readonly handshake: Handshake;
  readonly timings: Timings;
  /** Resolves when the connection has ended, with the cause. */
  readonly ended: Promise<ClawError>;
  readonly #transport: Transport;
  readonly #pending = new Map<string, Pending>();
  readonly #listeners = new Set<(event: EventFrame) => void>();
  /** Those that came so far; undefined when somebody has taken them, or too many came. */
  #early: EventFrame[] | undefined = [];
  #earlySize = 0;
  #lastId = 0;
  #ended: ClawError | undefined;
  #tellEnd: (error: ClawError) => void = () => {};

  /** Takes over a transport whose handshake is done. */
  constructor(transport: Transport, handshake: Handshake, openMs: number) {
    this.#transport = transport;
    this.handshake = handshake;
    this.timings = { openMs, challengeMs: handshake.challengeMs, helloMs: handshake.helloMs };
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
    void this.#pump();
  }

  /** What this connection may do. 2026.3.13 sends no `auth` when nothing was granted. */
  get grantedScopes(): readonly string[] {
    return this.handshake.hello.auth?.scopes ?? [];
  }

  /**
   * Calls a method and waits for its answer.
   * @throws ClawError before anything is sent: `input/invalid`, `gateway/unsupported`, `auth/scope`, `net/closed`;
   * afterwards: what the gateway's refusal classifies to, or `net/unanswered` (`interrupted` after a signal)
   */
  async call<M extends Method>(method: M, params: ParamsOf<M>, signal: AbortSignal): Promise<ResultOf<M>> {
    const id = String(++this.#lastId);
    const row: MethodRow = methods[method];
    const payload = await this.#ask({ id, method, resend: row.resend }, this.#prepare(method, params, id), signal);
    if (row.result.safeParse(payload).success) return payload as ResultOf<M>;
    // Accepted is accepted: a number that means "wrong address" would invite a repetition.
    const code = row.resend === "safe" ? "protocol/bad-frame" : "net/unanswered";
    throw new ClawError(code, `${method} was accepted, but its result has an unknown shape`, {
      details: { reason: "not-a-result", method },
    });
  }

  /**
   * Calls any method by its name, with any params: neither they nor the answer are checked against the method table.
   * @throws ClawError as `call`; `gateway/unsettled` when it was accepted, but how it ended is not known
   */
  async request(method: string, params: unknown, call: RawCall, signal: AbortSignal): Promise<unknown> {
    const id = String(++this.#lastId);
    return await this.#ask({ ...call, id, method }, this.#encode(id, method, params), signal);
  }

  /**
   * Hears every event until the returned function is called.
   * @param since `start`: first those that came before, if they are few and nobody else took them; `now`: from now on
   */
  listen(listener: (event: EventFrame) => void, since: "now" | "start" = "now"): () => void {
    if (since === "start") {
      for (const event of this.#early ?? []) listener(event);
      this.#early = undefined;
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Closes with 1000 and waits briefly for the other side to agree. @param sleep leaves no timer when it is aborted */
  async close(sleep: (ms: number, signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#transport.close(1000);
    const agreed = new AbortController();
    const enough = sleep(closeMs, agreed.signal).catch(() => {});
    await Promise.race([this.#transport.closed, enough]);
    agreed.abort();
  }

  /** Ends it at once for a reason seen from this side: what waits for an answer fails with it. */
  abandon(error: ClawError, code: number, reason: string): void {
    this.#transport.close(code, reason);
    this.#end(error);
  }

  #prepare(method: Method, params: unknown, id: string): string {
    const row: MethodRow = methods[method];
    const { hello, protocol } = this.handshake;
    const parsed = row.params.safeParse(params);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new ClawError("input/invalid", `${method}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "invalid"}`);
    }
    const newer = protocol === 3 ? newerParamsIn(method, params) : [];
    if (newer.length > 0 || (protocol === 3 && row.newer)) {
      const what = newer.length > 0 ? `${newer.join(" and ")} in ${method}` : method;
      throw new ClawError("gateway/unsupported", `gateway ${hello.server.version} (protocol 3) does not know ${what}`, {
        details: { method, params: newer, gatewayVersion: hello.server.version },
      });
    }
    if (row.scope !== undefined && !hasScope(this.grantedScopes, row.scope)) {
      const granted = this.grantedScopes.join(", ") || "no scope at all";
      throw new ClawError("auth/scope", `${method} needs ${row.scope}, but this connection was granted ${granted}`, {
        details: { missingScope: row.scope, grantedScopes: this.grantedScopes },
      });
    }
    return this.#encode(id, method, params);
  }

  #encode(id: string, method: string, params: unknown): string {
    const text = encodeFrame({ type: "req", id, method, ...(params === undefined ? {} : { params }) });
    const { maxPayload } = this.handshake.hello.policy;
    if (!isLongerThan(text, maxPayload)) return text;
    throw new ClawError("input/invalid", `too long: the gateway takes at most ${maxPayload} bytes in one frame`, {
      details: { maxPayload },
    });
  }

  async #ask(exchange: Exchange, text: string, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    if (this.#ended !== undefined) throw this.#ended;
    const response = await this.#exchange(exchange, text, signal);
    if (response.ok) return response.payload;
    throw failureOf(response.error ?? { code: "", message: "no reason given" }, exchange.method);
  }

  #exchange(exchange: Exchange, text: string, signal: AbortSignal): Promise<ResponseFrame> {
    const { id, onAccepted } = exchange;
    let isAccepted = false;
    return new Promise((resolve, reject) => {
      const give = (reason: unknown) => done(() => reject(unanswered(exchange, reason, isAccepted)));
      const stop = () => give(signal.reason);
      const done = (then: () => void) => {
        this.#pending.delete(id);
        signal.removeEventListener("abort", stop);
        then();
      };
      this.#pending.set(id, {
        settle: (response) => {
          isAccepted = onAccepted !== undefined && !isAccepted && isAcceptance(response);
          if (isAccepted) onAccepted?.(response.payload);
          else done(() => resolve(response));
        },
        fail: give,
      });
      signal.addEventListener("abort", stop, { once: true });
      this.#transport.send(text);
    });
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        const message = await this.#transport.receive();
        if (message === undefined) break;
        this.#dispatch(message);
      }
      const { code, reason } = await this.#transport.closed;
      const why = reason === "" ? "" : `: ${reason}`;
      this.#end(
        new ClawError("net/closed", `the gateway closed the connection (${code}${why})`, {
          details: { closeCode: code, closeReason: reason },
        }),
      );
    } catch (thrown) {
      this.#transport.close(1000);
      this.#end(thrown as ClawError);
    }
  }

  #dispatch(message: Parameters<typeof decodeFrame>[0]): void {
    const frame = decodeFrame(message);
    if (frame.type === "event") {
      this.#keepEarly(frame, message.length);
      for (const listener of this.#listeners) listener(frame);
    } else if (frame.type === "res") {
      this.#answer(frame);
    } else {
      throw new ClawError("protocol/unexpected-frame", "the gateway sent a request", {
        details: { reason: "request" },
      });
    }
  }

  #keepEarly(frame: EventFrame, size: number): void {
    if (this.#early === undefined) return;
    this.#early.push(frame);
    this.#earlySize += size;
    if (this.#early.length > mostEarly || this.#earlySize > mostEarlySize) this.#early = undefined;
  }

  /** A second answer to a settled call is legal: `agent` answers twice under one id. Any other stranger is not. */
  #answer(response: ResponseFrame): void {
    const pending = this.#pending.get(response.id);
    if (pending !== undefined) return pending.settle(response);
    const number = Number(response.id);
    if (String(number) === response.id && number >= 1 && number <= this.#lastId) return;
    throw new ClawError("protocol/unexpected-frame", "the gateway answered a request that was never made", {
      details: { reason: "foreign-response" },
    });
  }

  #end(error: ClawError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    for (const pending of [...this.#pending.values()]) pending.fail(error);
    this.#tellEnd(error);
  }
}

/** The first of two answers under one id (recording 50). */
function isAcceptance({ ok, payload }: ResponseFrame): boolean {
  return ok && typeof payload === "object" && payload !== null && "status" in payload && payload.status === "accepted";
}

/** A call that was written: only an interruption keeps its own code, and says what is unknown. */
function unanswered({ method, resend }: Exchange, reason: unknown, isAccepted: boolean): ClawError {
  const cause = reason instanceof ClawError ? reason : undefined;
  const because = cause?.code === "net/timeout" ? "no answer came in time" : cause?.message ?? "the connection ended";
  const details = { ...cause?.details, method, because: cause?.code, isSent: true };
  const tail = resend === "safe" ? "" : ": the gateway may or may not have acted on it";
  if (cause?.code === "interrupted") {
    const ending = isAccepted ? "was accepted: it goes on" : `was sent${tail}`;
    return new ClawError("interrupted", `interrupted after ${method} ${ending}`, { details, cause });
  }
  if (isAccepted) {
    const end = because.replace("no answer", "no final answer");
    return new ClawError("gateway/unsettled", `${method} was accepted, but ${end}`, { details, cause });
  }
  // Of the call alone: what the verb did before it, the verb knows.
  const hint = resend === "safe" ? { hint: "that call does no harm twice; check the gateway with `claw status`" } : {};
  return new ClawError("net/unanswered", `${method} was sent, but ${because}${tail}`, { ...hint, details, cause });
}
