/**
 * Deciding on requests by a key, one at a time, in the order in which they came. What is asked about stands in full
 * right above the question, a key that was pressed before that counts for nothing, and what is approved is looked at
 * once more. Used by `watch.ts`.
 */
import type { Context } from "../../cli/context.ts";
import type { LongRun } from "../../cli/long_run.ts";
import type { RequestFacts } from "../../devices/request_facts.ts";
import { shortId } from "../../devices/roster.ts";
import { asClawError, ClawError, type Fault, faults } from "../../errors.ts";
import { approveShown, tellApproved } from "./approve_shown.ts";
import { type Desk, openDesk } from "./desk.ts";
import { requestPairs } from "./device_words.ts";
import { rejectShown } from "./reject_shown.ts";
import type { SeenNews } from "./request_feed.ts";

type ReadKey = NonNullable<LongRun["readKey"]>;

/** A key that comes sooner was meant for what stood there before. */
const readingMs = 500;
/** A decision takes two connections at most. */
const decisionMs = 60_000;

const keys = "[a]pprove, [r]eject, [s]kip, [q]uit";

export class Decider {
  readonly #context: Context;
  readonly #long: LongRun;
  readonly #readKey: ReadKey;
  readonly #waiting = new Map<string, { readonly facts: RequestFacts; readonly desk: Desk }>();

  constructor(context: Context, long: LongRun, readKey: ReadKey) {
    this.#context = context;
    this.#long = long;
    this.#readKey = readKey;
  }

  /** Takes note of what is to be decided, and what is no longer. */
  hear({ news, desk }: SeenNews): void {
    if (news.kind === "dropped") return;
    if ((news.kind === "requested" || news.kind === "changed") && desk !== undefined) {
      this.#waiting.set(news.request.requestId, { facts: news.request, desk });
    } else if (news.kind === "resolved" || news.kind === "gone") {
      this.#waiting.delete(news.requestId);
    }
  }

  /** Whether there is something to ask about. */
  get hasMore(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Asks about the oldest request until it is decided, or the signal is aborted: something new has come.
   * @returns whether to go on
   */
  async ask(news: AbortSignal): Promise<boolean> {
    const [next] = this.#waiting.values();
    if (next === undefined) return true;
    const { facts, desk } = next;
    const { requestId, deviceId } = facts;
    await this.#long.ask(`request ${requestId} of device ${shortId(deviceId)}: ${keys}`, requestPairs(facts));
    const key = await this.#choose(news);
    if (key === undefined) return true;
    if (key === "q") return false;
    this.#waiting.delete(requestId);
    if (key !== "s") await this.#decide(key, facts, desk);
    return true;
  }

  /** The first key that means something; undefined when something new has come. */
  async #choose(news: AbortSignal): Promise<"a" | "r" | "s" | "q" | undefined> {
    const { clock, signal } = this.#context;
    const askedAt = clock.elapsed();
    try {
      for (;;) {
        const key = await this.#readKey(news);
        if (key === undefined || key === "\x04") return "q";
        if (clock.elapsed() - askedAt < readingMs) continue;
        const choice = (["a", "r", "s", "q"] as const).find((letter) => letter === key.toLowerCase());
        if (choice !== undefined) return choice;
      }
    } catch (thrown) {
      signal.throwIfAborted();
      if (news.aborted) return undefined;
      throw thrown;
    } finally {
      // The question has no line end.
      this.#long.endLine();
    }
  }

  /** By a connection of its own: the one where it was seen may have been lost since. */
  async #reject(facts: RequestFacts, signal: AbortSignal): Promise<void> {
    const desk = await openDesk(this.#context, { signal });
    try {
      await rejectShown(facts, desk, this.#context, signal);
    } finally {
      await desk.connection.close(this.#context.clock.sleep);
    }
  }

  /** What goes wrong is told: the request can be looked at again. */
  async #decide(key: "a" | "r", facts: RequestFacts, desk: Desk): Promise<void> {
    const context = this.#context;
    const late = new AbortController();
    const cancel = context.clock.after(decisionMs, () => late.abort(new ClawError("net/timeout", "no answer in time")));
    const signal = AbortSignal.any([context.signal, late.signal]);
    try {
      if (key === "r") {
        await this.#reject(facts, signal);
        this.#long.tell(`rejected request ${facts.requestId} of device ${shortId(facts.deviceId)}`);
      } else {
        const device = await approveShown(facts, desk, context, signal);
        this.#long.tell(tellApproved(facts, device, desk.roster, context));
      }
    } catch (thrown) {
      context.signal.throwIfAborted();
      const { code, message, hint } = asClawError(thrown);
      context.warn(hint === undefined ? message : `${message} (${hint})`);
      const fault: Fault = faults[code];
      // It was not done: the person is asked again, behind the others.
      if (fault.retry === "reconnect") this.#waiting.set(facts.requestId, { facts, desk });
    } finally {
      cancel();
    }
  }
}
