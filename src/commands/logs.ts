/**
 * `claw logs`: the end of the gateway's log, and with --follow what comes after it, through restarts of the gateway and
 * of its log file. It only reads, so that a lost connection loses no line.
 */
import { defineCommand } from "../cli/command.ts";
import type { Context, Gateway } from "../cli/context.ts";
import { parseCount } from "../cli/count_flag.ts";
import { type Shown, stream } from "../cli/outcome.ts";
import { createTeller, foreverMs, serviceNotes, type StateChange, superviseItems } from "../cli/service_run.ts";
import { formatWallClock } from "../cli/times.ts";
import type { Connection } from "../client/connection.ts";
import { type LogLine, parseLogLine } from "../client/log_line.ts";
import { type LogGap, mostBytes, mostLines, tailLog } from "../client/log_tail.ts";
import { Reader } from "../client/reader.ts";
import { reconnect } from "../client/reconnect.ts";
import { watchTicks } from "../client/tick_watchdog.ts";
import { ClawError } from "../errors.ts";
import { type ParamsOf, type ResultOf, scopes } from "../protocol/mod.ts";

type Ask = (connection: Connection, signal: AbortSignal) => Promise<ResultOf<"logs.tail">>;
/** Has a question answered, by whatever connection. */
type Read = (ask: Ask) => ReturnType<Ask>;

interface Wanted {
  readonly limit: number;
  readonly maxBytes: number;
  readonly isFollowed: boolean;
}

export const logs = defineCommand({
  isReadOnly: true,
  flags: {
    follow: { type: "boolean", short: "f", summary: "go on with what is logged from now on, until Ctrl-C" },
    limit: {
      type: "string",
      value: "count",
      summary: `how many lines to begin with (default: 200, at most ${mostLines})`,
    },
    maxBytes: {
      type: "string",
      value: "count",
      summary: `out of how many bytes at the end of the log (default: 250000, at most ${mostBytes})`,
    },
  },
  examples: [
    { line: "claw logs", does: "the last lines of the gateway's log" },
    { line: "claw logs -f --limit 20", does: "the last 20, and whatever comes" },
    { line: "claw logs -f --json", does: "one JSON document a line, for a program" },
  ],
  notes: [
    "The gateway masks what it takes for secrets; claw masks its own. A line with control characters shows them escaped.\n" +
    "With --json, `data.line` is the line as the gateway gave it. What this command's own looks leave in the log is not\n" +
    "shown.",
    "With --follow, claw waits for a gateway that is not there yet (with --timeout, so long), and connects again whenever\n" +
    "the connection is lost. A file that begins anew, and lines that came faster than they could be read, are told of on standard\n" +
    "error, and with --json as `data.gap`. It looks once a second at most, less often where a look takes long.",
    ...serviceNotes,
  ],
  async run({ follow, limit, maxBytes }, _operands, context) {
    const wanted = {
      limit: limit === undefined ? 200 : parseCount(limit, "--limit", mostLines),
      maxBytes: maxBytes === undefined ? 250_000 : parseCount(maxBytes, "--max-bytes", mostBytes),
      isFollowed: follow,
    };
    if (!follow) {
      const { connection } = await context.gateway(scopes.read);
      return stream(show((ask) => ask(connection, context.signal), wanted, context));
    }
    const { timeoutMs, endpoint } = await context.settings();
    context.extendTime(foreverMs);
    const firstMs = timeoutMs.origin.kind === "flag" ? timeoutMs.value : undefined;
    const long = await context.longRun();
    const first = new FirstLimit(context, firstMs);
    const reader = createReader(context, first, createTeller(context, long, endpoint.value.url));
    const items = first.over(show((ask) => reader.read(ask), wanted, context));
    return stream(superviseItems(items, context, long));
  },
});

async function* show(by: Read, wanted: Wanted, context: Context): AsyncGenerator<Shown> {
  const { clock, signal } = context;
  const zone = context.zone ?? "UTC";
  const ownTraces = new OwnTraces();
  const read = (params: ParamsOf<"logs.tail">) =>
    by((connection, limit) => {
      ownTraces.leave(connection);
      return connection.call("logs.tail", params, limit);
    });
  for await (const item of tailLog({ ...wanted, read, clock, signal })) {
    if ("gap" in item) {
      context.warn(wordsOf(item.gap));
      yield { data: item, view: { kind: "stack", views: [] } };
      continue;
    }
    const line = parseLogLine(item.line);
    if (!ownTraces.has(line)) yield shownLine(line, zone);
  }
}

/**
 * What following a log leaves in it: 2026.9.6 logs each look that takes some time, so that every look would find the
 * one before. A connection is named by the beginning and the end of its id.
 */
class OwnTraces {
  #names: readonly string[] = [];

  leave({ handshake: { hello } }: Connection): void {
    const { connId } = hello.server;
    const name = `conn=${connId.slice(0, 8)}…${connId.slice(-4)}`;
    // What the connection before this one left may still come.
    if (!this.#names.includes(name)) this.#names = [name, ...this.#names.slice(0, 1)];
  }

  has({ message }: LogLine): boolean {
    return message.startsWith("⇄ res ✓ logs.tail ") && this.#names.some((name) => message.includes(name));
  }
}

/** Ends the run with the last failure when no connection came about within a time. */
class FirstLimit {
  readonly signal: AbortSignal;
  /** Takes it off: a connection stands, or the run is over. */
  readonly lift: () => void;
  failure = new ClawError("net/timeout", "no connection came about in time");

  /** @param ms undefined: it may take any time */
  constructor({ clock, signal }: Context, ms: number | undefined) {
    const controller = new AbortController();
    this.signal = AbortSignal.any([signal, controller.signal]);
    this.lift = ms === undefined ? () => {} : clock.after(ms, () => controller.abort(this.failure));
  }

  async *over<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    try {
      yield* items;
    } finally {
      this.lift();
    }
  }
}

function createReader(context: Context, first: FirstLimit, tell: (change: StateChange) => void): Reader {
  const { clock, ids } = context;
  const { signal } = first;
  const links = reconnect<Gateway>({
    clock,
    random: () => ids.random(),
    signal,
    async connect(attempt) {
      const gateway = await context.gateway(scopes.read, { signal: attempt, tries: "once" });
      first.lift();
      tell({ kind: "connected", connection: gateway.connection });
      watchTicks(gateway.connection, clock);
      return gateway;
    },
    onChange(change) {
      if (change.kind !== "waiting") first.failure = change.error;
      tell(change);
    },
  });
  return new Reader({ links, clock, signal });
}

function shownLine({ timeMs, ...line }: LogLine, zone: string): Shown {
  const { level, subsystem, message } = line;
  const time = timeMs === undefined ? undefined : formatWallClock(timeMs, zone);
  const text = [time, level?.padEnd(5), subsystem, message].filter((part) => part !== undefined).join(" ");
  const data = timeMs === undefined ? line : { ...line, time: new Date(timeMs).toISOString() };
  return { data, view: { kind: "line", text } };
}

function wordsOf({ kind, file, skippedBytes }: LogGap): string {
  if (kind === "rotated") return `the log begins anew, in ${file}: the last lines of the old one may be missing`;
  const much = skippedBytes === undefined ? "" : ` (${skippedBytes} bytes)`;
  return `the log grew faster than it could be read: some lines are missing${much}`;
}
