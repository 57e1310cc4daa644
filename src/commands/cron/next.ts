/**
 * `claw cron next`: what will run, of all jobs, on one line of time. How it is worked out: `src/cron/timeline.ts`.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { parseCount } from "../../cli/count_flag.ts";
import { done, type View } from "../../cli/outcome.ts";
import {
  formatClock,
  formatDay,
  formatDuration,
  formatExactDuration,
  formatInstant,
  formatRelative,
  formatWeekday,
} from "../../cli/times.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import { gatewayZoneOf } from "../../cron/gateway_zone.ts";
import { isBuiltIn } from "../../cron/job_status.ts";
import { listJobs } from "../../cron/jobs.ts";
import { mostFires, planTimeline, type Timeline, type TimelineEntry } from "../../cron/timeline.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";
import { offsetAt } from "../../schedule/zone.ts";
import { fireData, jobZoneOf, zoneOf } from "./job_words.ts";

const hourMs = 3_600_000;
/** Ten years: a gateway takes no time further ahead. */
const mostHours = 87_600;

/** By whose clocks times are told. */
interface Clocks {
  readonly nowMs: number;
  readonly untilMs: number;
  readonly zone: string;
  readonly gatewayZone: string;
}

export const cronNext = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {
    hours: { type: "string", value: "count", summary: "how far to look ahead (default: 24)" },
    limit: { type: "string", value: "count", summary: "show at most this many (default: 50)" },
  },
  examples: [
    { line: "claw cron next", does: "what runs within a day" },
    { line: "claw cron next --hours 8", does: "until the evening" },
  ],
  notes: [
    "Times are in your zone; the job's own clock is noted where it shows another time. The next run of each job is the\n" +
    "one that the gateway has planned; the following are worked out from its schedule.",
    `A job that runs more than ${mostFires} times within the hours is shown once, with how often it follows.`,
  ],
  async run(options, _operands, context) {
    const hours = parseCount(options.hours ?? "24", "--hours", mostHours);
    const limit = parseCount(options.limit ?? "50", "--limit");
    const { connection } = await context.gateway(scopes.read);
    const { enabled } = await connection.call("cron.status", {}, context.signal);
    if (!enabled) context.warn("the scheduler is off: no job runs by itself: see `claw cron status`");
    const jobs = await listJobs(connection, { enabled: "enabled" }, context.signal);
    const nowMs = gatewayNow(connection, context.clock);
    const zone = zoneOf(context);
    const gatewayZone = gatewayZoneOf(jobs, zone) ?? zone;
    const untilMs = nowMs + hours * hourMs;
    const reader = { zone: gatewayZone, protocol: connection.handshake.protocol };
    const timeline = planTimeline(jobs, { nowMs, untilMs, limit, reader });
    warnOfUnreadable(timeline.unreadable, context);
    const data = { ...dataOf(timeline), fromMs: nowMs, untilMs, schedulerEnabled: enabled };
    return done(data, viewOf(timeline, { nowMs, untilMs, zone, gatewayZone }));
  },
});

/** In one line, however many there are. */
function warnOfUnreadable([first, ...others]: readonly CronJob[], context: Pick<Context, "warn">): void {
  if (first === undefined) return;
  const rest = others.length === 0 ? "" : `, and those of ${others.length} more,`;
  context.warn(`the schedule of '${first.name}'${rest} cannot be read here: at most the planned run is shown`);
}

function dataOf({ entries, leftOut, unreadable }: Timeline) {
  const fires = entries.map(({ job, more, ...fire }) => ({
    ...fireData(fire),
    ...(more === undefined ? {} : { more }),
    jobId: job.id,
    name: job.name,
    builtIn: isBuiltIn(job),
  }));
  return { fires, leftOut, unreadable: unreadable.map(({ id }) => id) };
}

function viewOf({ entries, leftOut }: Timeline, clocks: Clocks): View {
  const { nowMs, untilMs, zone } = clocks;
  const end = formatInstant(untilMs, zone);
  if (entries.length === 0) return { kind: "line", text: `nothing is planned until ${end}` };
  const table: View = {
    kind: "table",
    columns: [
      { label: "DAY" },
      { label: "TIME" },
      { label: "IN" },
      { label: "NAME", shrinks: true },
      { label: "NOTE", shrinks: true },
    ],
    rows: entries.map((entry) => [
      `${formatWeekday(entry.atMs, zone)} ${formatDay(entry.atMs, zone)}`,
      formatClock(entry.atMs, zone),
      entry.atMs > nowMs ? formatRelative(entry.atMs, nowMs).replace(/^in /, "") : "due",
      entry.job.name,
      notesOf(entry, clocks).join(", "),
    ]),
  };
  const rest = `${leftOut} more until ${end}: see them with --limit ${entries.length + leftOut}`;
  return leftOut === 0 ? table : { kind: "stack", isSpaced: true, views: [table, { kind: "line", text: rest }] };
}

function notesOf({ job, atMs, laterMs, more }: TimelineEntry, { zone, gatewayZone }: Clocks): readonly string[] {
  const isCron = job.schedule.kind === "cron";
  const jobZone = jobZoneOf(job.schedule) ?? (isCron ? gatewayZone : zone);
  const isElsewhere = offsetAt(atMs, jobZone) !== offsetAt(atMs, zone);
  const day = formatDay(atMs, jobZone) === formatDay(atMs, zone) ? "" : `${formatWeekday(atMs, jobZone)} `;
  const rhythm = isCron
    ? String(job.schedule["expr"])
    : `every ${formatExactDuration(Number(job.schedule["everyMs"]))}`;
  const following = more === undefined ? "" : `then ${rhythm}, ${more.isAtLeast ? "at least " : ""}${more.count} more`;
  return [
    following,
    laterMs > 0 ? `up to ${formatDuration(laterMs)} later` : "",
    isElsewhere ? `${day}${formatClock(atMs, jobZone)} ${jobZone}` : "",
    isBuiltIn(job) ? "built-in" : "",
  ].filter((note) => note !== "");
}
