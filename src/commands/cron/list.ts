/**
 * `claw cron list`: the jobs of a gateway, narrowed down and sorted here, so that both generations answer alike. What a
 * single job is: `show.ts`.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { parseCount } from "../../cli/count_flag.ts";
import { type Column, done, type View } from "../../cli/outcome.ts";
import { formatMinute, formatRelative } from "../../cli/times.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import {
  agentOf,
  defaultAgentOf,
  isBuiltIn,
  jobStatuses,
  plannedAt,
  shortIds,
  statusOf,
} from "../../cron/job_status.ts";
import { listJobs } from "../../cron/jobs.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";
import { nextWords, scheduleWords, statusCell, zoneOf } from "./job_words.ts";

interface ListOptions {
  readonly all: boolean;
  readonly agent: string | undefined;
  readonly query: string | undefined;
  readonly status: string | undefined;
  readonly kind: string | undefined;
  readonly sort: "next" | "name" | "updated" | undefined;
}

/** A job with what is worked out from it. */
interface ListedJob {
  readonly job: CronJob;
  readonly status: string;
  readonly agent: string | null | undefined;
}

export const cronList = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {
    all: { type: "boolean", summary: "disabled jobs too" },
    agent: { type: "string", value: "id", summary: "jobs of this agent" },
    query: { type: "string", value: "text", summary: "jobs with this text in name, description or agent" },
    status: { type: "string", value: "status", choices: jobStatuses, summary: "jobs in this state" },
    kind: {
      type: "string",
      value: "kind",
      choices: ["at", "every", "cron", "on-exit", "stream"],
      summary: "jobs with this kind of schedule",
    },
    sort: { type: "string", value: "key", choices: ["next", "name", "updated"], summary: "order (default: next)" },
    limit: { type: "string", value: "count", summary: "show at most this many" },
  },
  examples: [
    { line: "claw cron list", does: "the enabled jobs, the one that runs next first" },
    { line: "claw cron list --all --status error", does: "which jobs failed, disabled ones included" },
    { line: "claw cron list --all --json", does: "every job with all that the gateway tells of it" },
  ],
  notes: [
    "Times are in your zone. An ID is as much of the job's id as no other job has: enough for every cron verb.\n" +
    "--status disabled looks at disabled jobs without --all.",
    "Jobs marked built-in are the gateway's own (2026.9.6), and well: it makes them anew when they are removed. A narrow\n" +
    "terminal shows fewer columns and cuts long names; a pipe gets everything.",
  ],
  async run(options, _operands, context) {
    const limit = options.limit === undefined ? Infinity : parseCount(options.limit, "--limit");
    const { connection } = await context.gateway(scopes.read);
    const { enabled } = await connection.call("cron.status", {}, context.signal);
    const jobs = await listJobs(connection, {}, context.signal);
    if (!enabled) context.warn("the scheduler is off: no job runs by itself: see `claw cron status`");
    const defaultAgent = defaultAgentOf(connection);
    const listed = jobs.map((job): ListedJob => ({ job, status: statusOf(job), agent: agentOf(job, defaultAgent) }));
    const fitting = listed.filter((entry) => fits(entry, options)).sort(orderOf(options.sort ?? "next"));
    const shown = fitting.slice(0, limit);
    const data = { jobs: shown.map(dataOf), total: fitting.length };
    if (shown.length === 0) return done(data, { kind: "line", text: whyNone(jobs, options) });
    return done(data, viewOf(shown, jobs, gatewayNow(connection, context.clock), context));
  },
});

function fits({ job, status, agent }: ListedJob, options: ListOptions): boolean {
  const wanted = options.query?.toLowerCase();
  const texts = [job.name, job.description, job["displayName"], agent];
  return (options.all || options.status === "disabled" || job.enabled || status === "running") &&
    (options.agent === undefined || agent === options.agent) &&
    (options.status === undefined || status === options.status) &&
    (options.kind === undefined || job.schedule.kind === options.kind) &&
    (wanted === undefined || texts.some((text) => typeof text === "string" && text.toLowerCase().includes(wanted)));
}

function orderOf(key: "next" | "name" | "updated"): (a: ListedJob, b: ListedJob) => number {
  const byName = (a: ListedJob, b: ListedJob) => a.job.name < b.job.name ? -1 : a.job.name > b.job.name ? 1 : 0;
  if (key === "name") return byName;
  const numberOf = key === "next"
    ? ({ job }: ListedJob) => (job.enabled ? plannedAt(job) : undefined) ?? Infinity
    : ({ job }: ListedJob) => -(job.updatedAtMs ?? job.createdAtMs);
  // Not by subtraction: infinity minus infinity is no number.
  return (a, b) => {
    const [first, second] = [numberOf(a), numberOf(b)];
    return first < second ? -1 : first > second ? 1 : byName(a, b);
  };
}

function dataOf({ job, status, agent }: ListedJob) {
  return { ...job, status, ...(agent === undefined ? {} : { effectiveAgentId: agent }), builtIn: isBuiltIn(job) };
}

function whyNone(jobs: readonly CronJob[], { all, agent, query, status, kind }: ListOptions): string {
  if (jobs.length === 0) return "the gateway has no cron jobs";
  const disabled = jobs.filter(({ enabled }) => !enabled).length;
  const isNarrowed = [agent, query, status, kind].some((filter) => filter !== undefined);
  const what = isNarrowed ? "no cron job fits" : "no cron job is enabled";
  return all || disabled === 0 ? what : `${what}; ${disabled} disabled: see \`claw cron list --all\``;
}

function nextAtCell(job: CronJob, zone: string): string {
  const plannedMs = job.enabled ? plannedAt(job) : undefined;
  return plannedMs === undefined ? "-" : formatMinute(plannedMs, zone);
}

function viewOf(shown: readonly ListedJob[], all: readonly CronJob[], nowMs: number, context: Context): View {
  const zone = zoneOf(context);
  const ids = shortIds(all);
  const hasAgents = new Set(shown.map(({ agent }) => agent)).size > 1;
  const columns: Column[] = [
    { label: "NAME", shrinks: true },
    { label: "ID" },
    { label: "SCHEDULE", shrinks: true },
    { label: "NEXT" },
    { label: "NEXT AT", isExtra: true },
    { label: "LAST" },
    { label: "STATUS" },
    ...(hasAgents ? [{ label: "AGENT", isExtra: true } as const] : []),
  ];
  const rows = shown.map(({ job, agent }) => [
    job.name,
    ids.get(job.id) ?? job.id,
    scheduleWords(job.schedule, zone),
    nextWords(job, nowMs),
    nextAtCell(job, zone),
    job.state.lastRunAtMs === undefined ? "-" : formatRelative(job.state.lastRunAtMs, nowMs),
    statusCell(job),
    ...(hasAgents ? [agent ?? "-"] : []),
  ]);
  return { kind: "table", columns, rows };
}
