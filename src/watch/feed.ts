/**
 * The events of a gateway, over as many connections as it takes, until a certain one or for a certain time. What claw
 * itself has to say of the feed stands among them, by names that begin with `claw.`: events that are missing, events
 * that were dropped because they came faster than they were read, and, if wanted, each connection. No words for people.
 */
import { Backlog } from "../client/backlog.ts";
import type { Connection } from "../client/connection.ts";
import { type LineChange, reconnect, type ReconnectOptions } from "../client/reconnect.ts";
import { createSequenceCheck } from "../client/sequence.ts";
import { watchTicks } from "../client/tick_watchdog.ts";
import { asClawError, ClawError } from "../errors.ts";
import { type EventFrame, redact } from "../protocol/mod.ts";
import { type Movement, PresenceBook } from "./presence.ts";

/** One event as it is told. */
export interface FeedItem extends Partial<Movement> {
  /** When it came, by this machine's clock (epoch ms). */
  readonly at: number;
  readonly event: string;
  readonly payload: unknown;
  readonly seq?: number;
  readonly stateVersion?: unknown;
}

export type FeedChange = LineChange | { readonly kind: "connected"; readonly connection: Connection };

export interface FeedOptions<Link extends { readonly connection: Connection }>
  extends Omit<ReconnectOptions<Link>, "onChange"> {
  /** Whether an event of the gateway is told. */
  readonly isWanted: (event: string) => boolean;
  /** Whether the feed ends with this event, which is told in any case. */
  readonly isLast: (event: string) => boolean;
  /** The feed ends after so long. */
  readonly limitMs?: number | undefined;
  /** The first connection must stand after so long. */
  readonly firstMs?: number | undefined;
  /** Whether `claw.connected`, with the state that a connection brought, or `claw.disconnected` is told. */
  readonly tellsLine: (event: string) => boolean;
  readonly onChange: (change: FeedChange) => void;
  /** Told of each item as it comes, however slow the reader is. */
  readonly onItem: (item: FeedItem) => void;
  /** Told once that nothing more will come, while some may still wait for the reader; and of the failure, if it is one. */
  readonly onEnd: (error: ClawError | undefined) => void;
}

/** What may wait for a reader: 16 Mi characters, as JSON. */
const mostWaiting = { mostItems: 10_000, mostSize: 16_777_216 };
/** What is told at once when much has come. */
const mostAtOnce = 500;

/**
 * The events, in batches of those that have come: who writes them one by one would fall behind.
 * @throws ClawError what another attempt to connect would not mend; the last failure when no connection came about
 * within the time; the signal's reason
 */
export async function* watchEvents<Link extends { readonly connection: Connection }>(
  options: FeedOptions<Link>,
): AsyncGenerator<readonly FeedItem[]> {
  const feed = new Feed(options);
  const running = feed.run();
  try {
    yield* feed.backlog.batches(mostAtOnce);
  } finally {
    feed.finish();
    await running;
  }
}

class Feed<Link extends { readonly connection: Connection }> {
  readonly backlog: Backlog<FeedItem>;
  readonly #options: FeedOptions<Link>;
  readonly #stop = new AbortController();
  readonly #book = new PresenceBook();
  #hasConnected = false;
  #hasEnded = false;
  #lastFailure: ClawError | undefined;
  /** Leaves the connection alone that stands. */
  #detach = () => {};

  constructor(options: FeedOptions<Link>) {
    this.#options = options;
    const dropped = (count: number) => this.#own("dropped", { count });
    const sizeOf = (item: FeedItem) => JSON.stringify(item).length;
    this.backlog = new Backlog({ ...mostWaiting, sizeOf, dropped });
  }

  /** Never rejects: how it ended is the backlog's to tell. */
  async run(): Promise<void> {
    const { clock, limitMs, firstMs, signal } = this.#options;
    const timers = [
      ...(limitMs === undefined ? [] : [clock.after(limitMs, () => this.#timeIsOver())]),
      ...(firstMs === undefined ? [] : [clock.after(firstMs, () => this.#hasConnected || this.#timeIsOver())]),
    ];
    try {
      const links = reconnect({
        ...this.#options,
        connect: (attempt) => this.#connect(attempt),
        signal: AbortSignal.any([signal, this.#stop.signal]),
        onChange: (change) => this.#note(change),
      });
      for await (const { connection } of links) this.#attach(connection);
    } catch (thrown) {
      const isLate = thrown === this.#stop.signal.reason;
      this.#end(asClawError(isLate ? this.#lastFailure ?? thrown : thrown));
    } finally {
      for (const cancel of timers) cancel();
      this.#detach();
    }
  }

  /** Ends it; what came so far can still be taken. */
  finish(): void {
    this.#end();
    this.#stop.abort(new ClawError("interrupted", "nobody watches any more"));
  }

  #end(error?: ClawError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.backlog.end(error);
    this.#options.onEnd(error);
  }

  /** Without a connection it ends as a failure, once the attempt that goes on has told what it met. */
  #timeIsOver(): void {
    if (this.#hasConnected) this.finish();
    else this.#stop.abort(new ClawError("net/timeout", "no connection came about in time"));
  }

  async #connect(signal: AbortSignal): Promise<Link> {
    try {
      return await this.#options.connect(signal);
    } catch (thrown) {
      // An attempt that was cut short says less than one that came to its end, but more than nothing.
      if (this.#stop.signal.aborted) this.#lastFailure ??= asClawError(thrown);
      throw thrown;
    }
  }

  #attach(connection: Connection): void {
    const { clock, tellsLine, onChange } = this.#options;
    const { protocol, hello } = connection.handshake;
    const { presence, health, stateVersion, uptimeMs } = hello.snapshot as Record<string, unknown>;
    this.#hasConnected = true;
    onChange({ kind: "connected", connection });
    const payload = { protocol, server: hello.server, uptimeMs, stateVersion, presence, health };
    if (tellsLine("claw.connected")) this.#tell(this.#own("connected", payload));
    this.#compare(presence);
    const unwatch = watchTicks(connection, clock);
    const check = createSequenceCheck(protocol);
    const hear = (frame: EventFrame) => {
      const gap = check(frame);
      if (gap !== undefined) this.#tell(this.#own("gap", gap));
      this.#hear(frame);
    };
    const hush = connection.listen(hear, "start");
    this.#detach = () => {
      unwatch();
      hush();
    };
  }

  /** Who came or left while there was no connection. */
  #compare(presence: unknown): void {
    const payload = redact({ presence });
    const movement = this.#book.update(presenceIn(payload));
    if (movement.joined.length + movement.left.length === 0 || !this.#isTold("presence")) return;
    this.#tell({ at: this.#options.clock.now(), event: "presence", payload, ...movement });
  }

  #hear({ event: name, payload, seq, stateVersion }: EventFrame): void {
    // What claw says of the feed must be claw's word.
    const event = name.startsWith("claw.") ? `gateway.${name}` : name;
    const movement = event === "presence" ? this.#book.update(redact(presenceIn(payload))) : {};
    if (!this.#isTold(event)) return;
    this.#tell({
      at: this.#options.clock.now(),
      event,
      payload: redact(payload),
      ...(seq === undefined ? {} : { seq }),
      ...(stateVersion === undefined ? {} : { stateVersion }),
      ...movement,
    });
  }

  #isTold(event: string): boolean {
    return this.#options.isWanted(event) || this.#options.isLast(event);
  }

  #tell(item: FeedItem): void {
    if (this.#stop.signal.aborted) return;
    this.backlog.put(item);
    this.#options.onItem(item);
    if (this.#options.isLast(item.event)) this.finish();
  }

  #note(change: LineChange): void {
    if (change.kind !== "waiting") this.#lastFailure = change.error;
    this.#options.onChange(change);
    if (change.kind !== "lost" || !this.#options.tellsLine("claw.disconnected")) return;
    const { code, message, details } = change.error;
    this.#tell(this.#own("disconnected", { code, message, details }));
  }

  #own(name: string, payload: unknown): FeedItem {
    return { at: this.#options.clock.now(), event: `claw.${name}`, payload: redact(payload) };
  }
}

/** The list of who is there, if a payload has one. */
function presenceIn(payload: unknown): unknown {
  return (payload as { readonly presence?: unknown } | undefined | null)?.presence;
}
