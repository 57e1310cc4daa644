/**
 * A stage for cron verbs: the verb itself over a real connection, at the other end a gateway that has just these jobs
 * in just these states, and answers writes as the test says, at a time that stands still. What a gateway does by itself
 * is the dev gateway's.
 */
import { grammar } from "../../src/app.ts";
import type { Context } from "../../src/cli/context.ts";
import { createStyle, renderView } from "../../src/cli/human.ts";
import { parse } from "../../src/cli/parse.ts";
import { Connection } from "../../src/client/connection.ts";
import { type CronJob, type CronRun, HelloOk, type ProtocolVersion } from "../../src/protocol/mod.ts";
import type { Settings } from "../../src/settings/resolve.ts";
import { createManualClock } from "./clock.ts";
import { noonMs } from "./cron_jobs.ts";
import { createPeer, helloOk, type Peer } from "./wire.ts";

export interface Stage {
  readonly jobs: readonly CronJob[];
  readonly runs?: readonly CronRun[];
  readonly isSchedulerOn?: boolean;
  readonly protocol?: ProtocolVersion;
  /** What the gateway answers to a write. Without it, nobody may write. */
  readonly write?: (method: string, params: unknown) => unknown;
  /** The person's zone; null: the system names none. Default: Europe/Berlin. */
  readonly zone?: string | null;
}

/** What a verb came to. */
export interface Played {
  readonly kind: string;
  /** What a person sees on a terminal of this width, or in a pipe. */
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- each verb has its own
  readonly data: any;
  readonly warnings: readonly string[];
}

/** Plays a command line, such as `cron list --all`. @param columns the terminal's width; undefined for a pipe */
export async function play(stage: Stage, args: readonly string[], columns?: number): Promise<Played> {
  const peer = createPeer();
  const serving = serve(peer, stage);
  const warnings: string[] = [];
  const { registry, globals } = grammar();
  const parsed = await parse(args, registry, globals);
  if ("help" in parsed) throw new Error("that is a help page");
  const { command, values, operands } = parsed;
  const blank = { boolean: false, list: [], rest: [], string: undefined };
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, flag]) => [name, values[name] ?? blank[flag.type]]),
  );
  const outcome = await command.run(options, operands, contextOf(stage, peer, warnings));
  peer.close();
  await serving;
  if (outcome.kind === "stream") throw new Error("that goes on");
  const text = await renderView(outcome.view, createStyle(false), columns);
  return { kind: outcome.kind, text, data: JSON.parse(JSON.stringify(outcome.data)), warnings };
}

function contextOf({ protocol = 4, zone, write }: Stage, peer: Peer, warnings: string[]): Context {
  const clock = createManualClock(0);
  const hello = HelloOk.parse({
    ...helloOk("connect", { protocol, scopes: [write === undefined ? "operator.read" : "operator.admin"] }).payload,
    snapshot: { sessionDefaults: { defaultAgentId: "main" } },
  });
  const challengedAt = { gatewayMs: noonMs, localMs: 0, elapsedMs: 0 };
  const connection = new Connection(peer.transport, { hello, protocol, challengedAt, challengeMs: 0, helloMs: 0 }, 0);
  return {
    clock,
    ids: { uuid: absent, random: absent, bytes: absent },
    signal: new AbortController().signal,
    zone: zone === null ? undefined : zone ?? "Europe/Berlin",
    gateway: () =>
      Promise.resolve({
        connection,
        login: { kind: "token", from: "CLAW_TOKEN" },
        deviceId: "",
        kept: { isStored: false, gained: [] },
        spareToken: () => {},
        keepToken: () => {},
      }),
    warn: (text) => void warnings.push(text),
    note: () => {},
    settings: () => Promise.resolve({ agent: undefined } as Settings),
    ...unneeded,
    get contextStore() {
      return absent();
    },
  };
}

const unneeded = {
  whoAmI: absent,
  verifyDevice: absent,
  ownKey: absent,
  fingerprint: absent,
  readInput: absent,
  confirm: absent,
  edit: absent,
  listenSettings: absent,
  complete: absent,
  extendTime: absent,
  progress: absent,
  longRun: absent,
  within: absent,
  knock: absent,
  isGiven: absent,
  doctor: absent,
  certificate: absent,
};

function absent(): never {
  throw new Error("a verb that only reads has no need of it");
}

async function serve(peer: Peer, stage: Stage): Promise<void> {
  for (;;) {
    const request = await peer.hear().catch(() => undefined);
    if (request === undefined) return;
    peer.say({ type: "res", id: request.id, ok: true, payload: answerTo(request.method, request.params, stage) });
  }
}

function answerTo(method: string, params: unknown, stage: Stage): unknown {
  const { jobs, runs = [], isSchedulerOn = true, write } = stage;
  if (write !== undefined && ["cron.add", "cron.update", "cron.remove"].includes(method)) return write(method, params);
  const { limit = 50, offset = 0, enabled = "all" } = params as { limit?: number; offset?: number; enabled?: string };
  const page = <T>(items: readonly T[]) => {
    const end = offset + limit;
    const hasMore = end < items.length;
    return { total: items.length, offset, limit, hasMore, nextOffset: hasMore ? end : null };
  };
  if (method === "cron.status") {
    const wakes = jobs.flatMap(({ state }) => state.nextRunAtMs ?? []);
    const nextWakeAtMs = wakes.length === 0 ? null : Math.min(...wakes);
    return { enabled: isSchedulerOn, jobs: jobs.length, nextWakeAtMs, storePath: "/home/me/.openclaw/cron/jobs.json" };
  }
  if (method === "cron.runs") return { entries: runs.slice(offset, offset + limit), ...page(runs) };
  const listed = jobs.filter((job) => enabled === "all" || job.enabled === (enabled === "enabled"));
  return { jobs: listed.slice(offset, offset + limit), ...page(listed) };
}
