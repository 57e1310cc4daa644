/**
 * `claw cron runs`: what became of runs, newest first, or as they end.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import {
  type Cell,
  type Column,
  done,
  negative,
  type Outcome,
  type Shown,
  stream,
  type View,
} from "../../cli/outcome.ts";
import { formatDuration, formatRelative, formatWallClock } from "../../cli/times.ts";
import type { Connection } from "../../client/connection.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import { findJob } from "../../cron/jobs.ts";
import { Line } from "../../cron/line.ts";
import { readRuns, readRunsIfAny, type RunFilter, type RunRange } from "../../cron/run_history.ts";
import { endOf } from "../../cron/run_verdict.ts";
import { watchRuns } from "../../cron/watch_runs.ts";
import { shellWord } from "../../cron/shell_word.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { type CronJob, type CronRun, scopes } from "../../protocol/mod.ts";
import { parseLength } from "../../schedule/length_text.ts";
import { outcomeWord, reasonOf, tellLost } from "./run_words.ts";

/** A watch ends by a signal alone. */
const foreverMs = Number.MAX_SAFE_INTEGER;
/** Nobody asks for more, and memory has an end. */
const mostRuns = 100_000;
const defaultLimit = 20;

type NamedJob = Pick<CronJob, "id" | "name">;

export const cronRuns = defineCommand({
  isReadOnly: true,
  acrossContexts: { except: ["watch"] },
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name; all jobs without it" }],
  flags: {
    status: { type: "string", value: "status", choices: ["ok", "error", "skipped"], summary: "runs that ended so" },
    limit: { type: "string", value: "count", summary: "show at most this many (default: 20)" },
    since: { type: "string", value: "length", summary: "runs that ended in the last 30m, 24h or 7d" },
    runId: { type: "string", value: "id", summary: "the run with this id (gateways of protocol 4)" },
    watch: { type: "boolean", summary: "go on showing runs as they end, until Ctrl-C" },
  },
  examples: [
    { line: "claw cron runs --status error --since 24h", does: "what failed since yesterday" },
    { line: 'claw cron runs "morning report" --limit 3', does: "the last three runs of a job" },
    { line: "claw cron runs --watch --json", does: "every run as it ends, one JSON document a line" },
  ],
  notes: [
    "A job that was removed still has its runs: give its whole id. With --watch, runs that are over already are shown\n" +
    "first when --since or --limit is given.",
    "--run-id exits with 1 when no run with this id is over; with --watch it waits for its end.",
  ],
  async run(options, [reference], context) {
    const limit = parseLimit(options.limit);
    if (options.runId === "") {
      throw new ClawError("usage/bad-flag", "--run-id is empty", { hint: "`claw cron run` prints the id of its run" });
    }
    const lengthMs = options.since === undefined ? undefined : parseLength(options.since, "--since");
    const { connection } = await context.gateway(scopes.read);
    refuseOlder(connection, options.runId);
    const job = reference === undefined ? undefined : await findJobOfRuns(connection, reference, context.signal);
    const id = job?.id;
    const filter: RunFilter = {
      ...(id === undefined ? {} : { id }),
      ...(options.status === undefined ? {} : { status: options.status }),
      ...(options.runId === undefined ? {} : { runId: options.runId }),
    };
    const sinceMs = lengthMs === undefined ? undefined : gatewayNow(connection, context.clock) - lengthMs;
    if (options.watch) {
      context.extendTime(foreverMs);
      const hasPast = [options.since, options.limit, options.runId].some((given) => given !== undefined);
      const past = { limit: hasPast ? limit ?? mostRuns : 0, ...(sinceMs === undefined ? {} : { sinceMs }) };
      return stream(watch(connection, filter, job, context, past));
    }
    const range = { limit: limit ?? defaultLimit, ...(sinceMs === undefined ? {} : { sinceMs }) };
    const runs = await readRuns(connection, filter, range, context.signal);
    return options.runId !== undefined && runs.length === 0
      ? notOver(options.runId, id)
      : listed(runs, id, context, gatewayNow(connection, context.clock));
  },
});

function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const limit = Number(text);
  if (/^\d{1,6}$/.test(text) && limit >= 1 && limit <= mostRuns) return limit;
  throw new ClawError("usage/bad-flag", `--limit: '${text}' is no number of runs`, {
    hint: `write a number from 1 to ${mostRuns}`,
  });
}

function refuseOlder({ handshake: { protocol, hello } }: Connection, runId: string | undefined): void {
  if (runId === undefined || protocol === 4) return;
  throw new ClawError(
    "gateway/unsupported",
    `--run-id needs a gateway of protocol 4 (2026.5.12 or later): ${hello.server.version} writes down no run ids`,
    { hint: "leave --run-id out, and tell the run by its time", details: { gatewayVersion: hello.server.version } },
  );
}

/** The job; of one that is no more, its runs know the id. */
async function findJobOfRuns(connection: Connection, reference: string, signal: AbortSignal): Promise<NamedJob> {
  try {
    return await findJob(connection, reference, signal);
  } catch (thrown) {
    const error = asClawError(thrown);
    if (error.code !== "gateway/not-found" || /[/\\]/.test(reference) || reference === "") throw error;
    const runs = await readRunsIfAny(connection, { id: reference }, { limit: 1 }, signal);
    if (runs.length === 0) throw error;
    return { id: reference, name: reference };
  }
}

function notOver(runId: string, id: string | undefined): Outcome {
  const look = id === undefined ? "claw cron list --status running" : `claw cron show ${shellWord(id)}`;
  const text = `no run with the id ${runId} is over; see whether it runs with: ${look}`;
  return negative({ runs: [] }, { kind: "line", text });
}

function listed(runs: readonly CronRun[], id: string | undefined, context: Context, nowMs: number): Outcome {
  if (runs.length === 0) return done({ runs }, { kind: "line", text: "no runs" });
  const zone = context.zone ?? "UTC";
  const columns: readonly Column[] = [
    ...(id === undefined ? [{ label: "JOB", shrinks: true } as const] : []),
    { label: "ENDED" },
    { label: "", align: "right" },
    { label: "TOOK", align: "right" },
    { label: "STATUS" },
    { label: "DELIVERY" },
    { label: "DETAIL", shrinks: true },
  ];
  const rows = runs.map((run): readonly Cell[] => [
    ...(id === undefined ? [run.jobName ?? run.jobId] : []),
    withoutThisYear(formatWallClock(run.ts, zone), formatWallClock(nowMs, zone)),
    { text: formatRelative(run.ts, nowMs), tone: "dim" },
    run.durationMs === undefined ? "" : formatDuration(run.durationMs),
    statusCell(run),
    deliveryOf(run),
    detailOf(run),
  ]);
  return done({ runs }, { kind: "table", columns, rows });
}

async function* watch(
  connection: Connection,
  filter: RunFilter,
  job: NamedJob | undefined,
  context: Context,
  past: RunRange,
): AsyncGenerator<Shown> {
  const { clock, ids, signal } = context;
  const sinceMs = gatewayNow(connection, clock);
  const line = new Line(connection, {
    clock,
    ids,
    dial: async () => (await context.gateway(scopes.read)).connection,
    onLost: tellLost(context),
  });
  const names = new Map(job === undefined ? [] : [[job.id, job.name]]);
  const show = (run: CronRun): Shown => {
    if (run.jobName !== undefined) names.set(run.jobId, run.jobName);
    return { data: run, view: viewEnded(run, names.get(run.jobId) ?? run.jobId, context.zone ?? "UTC") };
  };
  const known = past.limit === 0
    ? []
    : await line.read((current, limit) => readRunsIfAny(current, filter, past, limit), signal);
  for (const run of known.toReversed()) yield show(run);
  if (filter.runId !== undefined && known.length > 0) return;
  for await (const run of watchRuns({ line, clock, filter, sinceMs, known, signal })) {
    yield show(run);
    // A run ends once.
    if (filter.runId !== undefined) return;
  }
}

function viewEnded(run: CronRun, name: string, zone: string): View {
  const took = run.durationMs === undefined ? "" : ` after ${formatDuration(run.durationMs)}`;
  const detail = detailOf(run);
  const text = `${formatWallClock(run.ts, zone)}  ${name}  ${run.status ?? "unknown"}${took}`;
  return { kind: "line", text: detail === "" ? text : `${text}: ${detail}` };
}

/** Four digits that say nothing new are room for the reason of a failure. */
function withoutThisYear(then: string, now: string): string {
  return then.slice(0, 5) === now.slice(0, 5) ? then.slice(5) : then;
}

function statusCell({ status = "unknown" }: CronRun): Cell {
  if (status === "error") return { text: status, tone: "bad" };
  return status === "skipped" ? { text: status, tone: "warn" } : status;
}

/** Most jobs deliver nothing, and a table need not say so in every line. */
function deliveryOf({ deliveryStatus }: CronRun): string {
  return deliveryStatus === undefined || deliveryStatus === "not-requested" ? "-" : deliveryStatus;
}

function detailOf(run: CronRun): string {
  const end = endOf(run);
  return (outcomeWord(end) === "succeeded" ? end.summary : reasonOf(end)) ?? "";
}
