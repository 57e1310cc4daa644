/**
 * `claw watch`: a gateway's events as they come, for hours or weeks, over as many connections as it takes.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context, Gateway } from "../../cli/context.ts";
import type { LongRun } from "../../cli/long_run.ts";
import { createPatience } from "../../cli/patience.ts";
import { type Shown, stream } from "../../cli/outcome.ts";
import type { Connection } from "../../client/connection.ts";
import { scopesBeyond } from "../../devices/roster.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { parseLength } from "../../schedule/length_text.ts";
import { type FeedItem, watchEvents } from "../../watch/feed.ts";
import { fitsAny, parsePatterns, type Pattern, scopesFor } from "../../watch/patterns.ts";
import {
  createHooks,
  createTeller,
  foreverMs,
  hookNote,
  serviceNotes,
  type StateChange,
  superviseItems,
} from "../../cli/service_run.ts";
import { viewEvent } from "./watch_words.ts";

interface Watch {
  /** What is told; undefined: all but ticks. */
  readonly patterns: readonly Pattern[];
  readonly last: readonly Pattern[];
  readonly limitMs: number | undefined;
  readonly firstMs: number | undefined;
  readonly tellsConnections: boolean;
  readonly exec: readonly string[];
  readonly url: string;
}

export const watch = defineCommand({
  isReadOnly: true,
  arguments: [{ name: "event", summary: "names, as for --events", isVariadic: true }],
  flags: {
    events: {
      type: "list",
      value: "names",
      summary: "these events alone, e.g. cron or 'device.*' (default: all but tick)",
    },
    sinceConnect: { type: "boolean", summary: "tell each connection, with the state that it brought, and each loss" },
    until: { type: "string", value: "event|length", summary: "end with this event, or after 30s, 15m or 1h" },
    exec: { type: "rest", value: "cmd arg...", summary: "run this for each event; all that follows is its own" },
  },
  examples: [
    { line: "claw watch", does: "everything that happens, a line each" },
    {
      line: "claw watch --events cron heartbeat --json",
      does: "what the scheduler and the agent do, a JSON document a line",
    },
    { line: "claw watch --events cron --until 1h --exec ./on-cron.sh", does: "run a program for each, for an hour" },
    { line: "claw watch --until shutdown --quiet", does: "wait until the gateway stops" },
  ],
  notes: [
    "It connects again whenever the connection is lost, at first within a second, later within thirty; it stops when the\n" +
    "gateway wants other credentials, an approval, or another protocol. Events in between are lost: gateways send none\n" +
    "again. --since-connect tells where that happened, by claw.connected and claw.disconnected. With --timeout the first\n" +
    "connection must stand in time; without it, claw waits for a gateway that is not there yet.",
    "claw.gap tells of events that were lost on the way (2026.3.13 numbers its events otherwise: there it cannot tell),\n" +
    "claw.dropped of those that came faster than they were read. presence tells who joined and who left.",
    "The program of --exec runs without a shell, has the event on its standard input (the JSON document's `data`), and\n" +
    "speaks on standard error. " + hookNote,
    ...serviceNotes,
  ],
  async run({ events, sinceConnect, until, exec }, operands, context) {
    const patterns = parsePatterns([...events, ...operands], "--events");
    const end = parseUntil(until);
    const { timeoutMs, endpoint } = await context.settings();
    context.extendTime(foreverMs);
    const plan: Watch = {
      ...end,
      patterns,
      firstMs: timeoutMs.origin.kind === "flag" ? timeoutMs.value : undefined,
      tellsConnections: sinceConnect,
      exec,
      url: endpoint.value.url,
    };
    const long = await context.longRun();
    return stream(superviseItems(show(plan, context, long), context, long));
  },
});

/** A gateway sends nothing of what was not granted, and says nothing of it: a watch that stays empty must not look well. */
function createScopeWarning(need: readonly string[], context: Context): (granted: readonly string[]) => void {
  let last = "";
  return (granted) => {
    const lacking = scopesBeyond(need, granted).join(" and ");
    if (lacking !== "" && lacking !== last) {
      context.warn(`the gateway did not grant ${lacking}, so that events are left out: see \`claw doctor\``);
    }
    last = lacking;
  };
}

/** Lengths begin with a digit, names of events with a letter. */
function parseUntil(text: string | undefined): Pick<Watch, "last" | "limitMs"> {
  if (text === undefined) return { last: [], limitMs: undefined };
  if (/^\d/.test(text)) return { last: [], limitMs: parseLength(text, "--until") };
  return { last: parsePatterns([text], "--until"), limitMs: undefined };
}

async function* show(plan: Watch, context: Context, long: LongRun): AsyncGenerator<readonly Shown[]> {
  const ended = new AbortController();
  const patience = createPatience(context.clock, long);
  const stopped = AbortSignal.any([context.signal, ended.signal]);
  const hooks = createHooks(plan.exec, context, long, stopped, (error) => ended.abort(error));
  const zone = context.zone ?? "UTC";
  try {
    const batches = watchEvents<Gateway>({
      ...feedOptions(plan, context, long),
      signal: stopped,
      onItem: (item) => hooks?.hand(item),
      onEnd: (error) => patience.begin(error && withoutRetry(error)),
    });
    for await (const items of batches) {
      patience.renew();
      yield items.map((item) => ({ data: dataOf(item), view: viewEvent(item, zone) }));
    }
    patience.cancel();
    await hooks?.settled();
    // A program that could not even be started may be found out behind the last event.
    stopped.throwIfAborted();
  } catch (thrown) {
    throw withoutRetry(asClawError(thrown));
  } finally {
    patience.cancel();
    ended.abort(new ClawError("interrupted", "nobody watches any more"));
    await hooks?.settled();
  }
}

/** It has waited for the gateway all the time. */
function withoutRetry(error: ClawError): ClawError {
  const hint = error.hint?.replace("wait for it with --retry 60s", "give it more time");
  if (hint === undefined || hint === error.hint) return error;
  return new ClawError(error.code, error.message, { hint, details: error.details, cause: error });
}

function feedOptions(plan: Watch, context: Context, long: LongRun) {
  const { patterns, last, limitMs, firstMs, tellsConnections, url } = plan;
  const { clock, ids } = context;
  const tell = createTeller(context, long, url);
  const named = [...patterns, ...last];
  const need = scopesFor(named);
  const warnOnce = createScopeWarning(need, context);
  return {
    clock,
    random: () => ids.random(),
    connect: async (attempt: AbortSignal) => {
      const gateway = await context.gateway(need, { signal: attempt, tries: "once" });
      warnOnce(gateway.connection.grantedScopes);
      return gateway;
    },
    isWanted: (name: string) => patterns.length === 0 ? name !== "tick" : fitsAny(patterns, name),
    isLast: (name: string) => fitsAny(last, name),
    limitMs,
    firstMs,
    tellsLine: (name: string) =>
      tellsConnections || named.some(({ text, fits }) => text.startsWith("claw.") && fits(name)),
    onChange(change: StateChange) {
      tell(change);
      if (change.kind === "connected") doubtNames(named, change.connection, context);
    },
  };
}

/** The members in the order in which people read them. */
function dataOf({ at, event, ...rest }: FeedItem): FeedItem {
  return { at, event, ...rest };
}

/** A name that the gateway does not list is a slip as a rule; it may also be one of the few that are not listed. */
function doubtNames(patterns: readonly Pattern[], { handshake: { hello } }: Connection, context: Context): void {
  const { events } = hello.features;
  if (events.length === 0) return;
  for (const { text, fits } of patterns) {
    if (events.some(fits) || text.startsWith("claw.")) continue;
    context.warn(`gateway ${hello.server.version} lists no event '${text}': is it spelt so?`);
  }
}
