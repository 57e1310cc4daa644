/**
 * `claw logs`: the end of the gateway's log, and with --follow what comes after it, through restarts of the gateway and
 * of its log file. It only reads, so that a lost connection loses no line.
 */
import { defineCommand } from "../cli/command.ts";
import type { Context, Gateway } from "../cli/context.ts";
import { parseCount } from "../cli/count_flag.ts";
import { type Shown, stream } from "../cli/outcome.ts";
import { formatWallClock } from "../cli/times.ts";
import type { Connection } from "../client/connection.ts";
import { type LogLine, parseLogLine } from "../client/log_line.ts";
import { type LogGap, mostBytes, mostLines, tailLog } from "../client/log_tail.ts";
import { Reader } from "../client/reader.ts";
import { type LineChange, reconnect } from "../client/reconnect.ts";
import { watchTicks } from "../client/tick_watchdog.ts";
import { type ParamsOf, scopes } from "../protocol/mod.ts";

/** Following ends by a signal alone. */
const foreverMs = Number.MAX_SAFE_INTEGER;

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
    "With --follow, a file that begins anew, and lines that came faster than they could be read, are told of on standard\n" +
    "error, and with --json as `data.gap`. It looks once a second at most, less often where a look takes long.",
  ],
  async run({ follow, limit, maxBytes }, _operands, context) {
    const wanted = {
      limit: limit === undefined ? 200 : parseCount(limit, "--limit", mostLines),
      maxBytes: maxBytes === undefined ? 250_000 : parseCount(maxBytes, "--max-bytes", mostBytes),
      isFollowed: follow,
    };
    const gateway = await context.gateway(scopes.read);
    if (follow) context.extendTime(foreverMs);
    return stream(show(gateway, wanted, context));
  },
});

async function* show(gateway: Gateway, wanted: Wanted, context: Context): AsyncGenerator<Shown> {
  const { clock, signal } = context;
  const zone = context.zone ?? "UTC";
  const ownTraces = new OwnTraces();
  const reader = wanted.isFollowed ? createReader(gateway, context) : undefined;
  const ask = (params: ParamsOf<"logs.tail">) => (connection: Connection, limit: AbortSignal) => {
    ownTraces.leave(connection);
    return connection.call("logs.tail", params, limit);
  };
  const read = (params: ParamsOf<"logs.tail">) => reader?.read(ask(params)) ?? ask(params)(gateway.connection, signal);
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

/** The first connection is there already: without one, following has nothing to go on from. */
function createReader(first: Gateway, context: Context): Reader {
  const { clock, ids, signal } = context;
  let ready: Gateway | undefined = first;
  const connect = async () => {
    const gateway = ready ?? await context.gateway(scopes.read);
    ready = undefined;
    watchTicks(gateway.connection, clock);
    return gateway;
  };
  const onChange = (change: LineChange) => {
    if (change.kind === "lost") context.warn(`${change.error.message}: connecting again`);
    if (change.kind === "failed") context.note(`${change.error.message}: trying again`);
  };
  const links = reconnect({ clock, random: () => ids.random(), signal, connect, onChange });
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
