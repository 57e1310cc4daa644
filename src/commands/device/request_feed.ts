/**
 * Pairing requests as they come and go, over as many connections as it takes: events say when to look, the gateway's
 * list says what there is. Used by `watch.ts`.
 */
import type { StateChange } from "../../cli/service_run.ts";
import type { Context } from "../../cli/context.ts";
import { Backlog } from "../../client/backlog.ts";
import type { Connection } from "../../client/connection.ts";
import { reconnect } from "../../client/reconnect.ts";
import { watchTicks } from "../../client/tick_watchdog.ts";
import { RequestBook, type RequestNews } from "../../devices/request_book.ts";
import { readRoster, type Roster } from "../../devices/roster.ts";
import { asClawError, ClawError, type Fault, faults } from "../../errors.ts";
import { type EventFrame, payloadOf } from "../../protocol/mod.ts";
import { type Desk, openDesk } from "./desk.ts";

export interface RequestFeedOptions {
  readonly context: Context;
  readonly signal: AbortSignal;
  readonly onChange: (change: StateChange) => void;
  /** Told of each news as it comes, however slow the reader is. */
  readonly onNews: (news: RequestNews) => void;
  /** Told that nothing more will come, while some may still wait for the reader. */
  readonly onEnd: (error: ClawError) => void;
}

/** News, with the desk where it was seen: what is decided is decided there. */
export interface SeenNews {
  readonly news: RequestNews | { readonly kind: "dropped"; readonly count: number };
  readonly desk: Desk | undefined;
}

/** Requests expire without an event, and 2026.3.13 grows them without one. */
const lookMs = 30_000;
/** Without an answer for this long, a connection counts as lost. */
const answerMs = 15_000;
const mostWaiting = { mostItems: 500, mostSize: 4_194_304 };

/** @throws ClawError what another attempt to connect would not mend; the signal's reason */
export async function* watchRequests(options: RequestFeedOptions): AsyncGenerator<SeenNews> {
  const stop = new AbortController();
  const backlog = new Backlog<SeenNews>({
    ...mostWaiting,
    sizeOf: ({ news }) => JSON.stringify(news).length,
    dropped: (count) => ({ news: { kind: "dropped", count }, desk: undefined }),
  });
  const running = follow(options, AbortSignal.any([options.signal, stop.signal]), backlog);
  try {
    yield* backlog;
  } finally {
    backlog.end();
    stop.abort(new ClawError("interrupted", "nobody watches any more"));
    await running;
  }
}

async function follow(
  { context, onChange, onNews, onEnd }: RequestFeedOptions,
  signal: AbortSignal,
  backlog: Backlog<SeenNews>,
): Promise<void> {
  const { clock, ids } = context;
  const book = new RequestBook();
  const connect = (attempt: AbortSignal) => openDesk(context, { signal: attempt, tries: "once" });
  try {
    for await (const desk of reconnect({ clock, random: () => ids.random(), signal, connect, onChange })) {
      onChange({ kind: "connected", connection: desk.connection });
      const tell = (news: RequestNews, seenAt: Desk) => {
        onNews(news);
        backlog.put({ news, desk: seenAt });
      };
      await attend(desk, { context, signal, book, tell });
    }
  } catch (thrown) {
    const error = asClawError(thrown);
    backlog.end(error);
    onEnd(error);
  }
}

interface Attendance {
  readonly context: Context;
  readonly signal: AbortSignal;
  readonly book: RequestBook;
  readonly tell: (news: RequestNews, seenAt: Desk) => void;
}

/** Looks whenever there is a reason to, until the connection has ended. */
async function attend(desk: Desk, { context, signal, book, tell }: Attendance): Promise<void> {
  const { connection } = desk;
  const { clock } = context;
  const bell = createBell();
  // What is heard by this connection may be newer than the list that it began with.
  let heard = book.heard();
  const hush = connection.listen((frame) => hear(frame, book) && bell.ring(), "start");
  const unwatch = watchTicks(connection, clock);
  let hasEnded = false;
  const ended = connection.ended.then(() => (hasEnded = true, bell.ring()));
  signal.addEventListener("abort", bell.ring, { once: true });
  try {
    for (let roster: Roster | undefined = desk.roster; !hasEnded && !signal.aborted;) {
      if (roster !== undefined) {
        for (const news of await book.look(roster, heard)) tell(news, { ...desk, roster });
      }
      const cancel = clock.after(lookMs, bell.ring);
      await bell.rung();
      cancel();
      if (hasEnded || signal.aborted) break;
      heard = book.heard();
      roster = await readAgain(connection, context, signal);
    }
  } finally {
    hush();
    unwatch();
    signal.removeEventListener("abort", bell.ring);
  }
  if (!signal.aborted) await ended;
}

/** The list, or undefined when the connection is lost. @throws ClawError what another attempt would not mend */
async function readAgain(connection: Connection, { clock }: Context, signal: AbortSignal): Promise<Roster | undefined> {
  const late = new AbortController();
  const cancel = clock.after(answerMs, () => late.abort(new ClawError("net/timeout", "no answer came in time")));
  try {
    return await readRoster(connection, AbortSignal.any([signal, late.signal]));
  } catch (thrown) {
    signal.throwIfAborted();
    const error = asClawError(thrown);
    const fault: Fault = faults[error.code];
    if (error.code !== "net/unanswered" && fault.retry === "never") throw error;
    const { message, details } = error;
    connection.abandon(new ClawError("net/closed", message, { details, cause: error }), 1000, "");
    return undefined;
  } finally {
    cancel();
  }
}

/** Whether an event is a reason to look. */
function hear(frame: EventFrame, book: RequestBook): boolean {
  const request = payloadOf("device.pair.requested", frame);
  const decision = payloadOf("device.pair.resolved", frame);
  if (request !== undefined) book.announce(request);
  if (decision !== undefined) book.decide(decision);
  return frame.event.startsWith("device.pair.");
}

/** Rings once for however often it was rung since it was last heard. */
function createBell() {
  let isRinging = false;
  let wake = () => {};
  return {
    ring: () => {
      isRinging = true;
      wake();
    },
    async rung(): Promise<void> {
      if (!isRinging) await new Promise<void>((resolve) => (wake = resolve));
      isRinging = false;
    },
  };
}
