/**
 * `claw cron show`: all that a gateway tells of one job, and when it runs next. Found by the list on both generations:
 * one way, and an id prefix or a name needs it anyway.
 */
import { defineCommand } from "../../cli/command.ts";
import { done, type View } from "../../cli/outcome.ts";
import { formatDuration, formatInstant, formatRelative } from "../../cli/times.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import { gatewayZoneOf } from "../../cron/gateway_zone.ts";
import { agentOf, defaultAgentOf, isBuiltIn, lastStatusOf, statusOf } from "../../cron/job_status.ts";
import { chooseJob, listJobs } from "../../cron/jobs.ts";
import { type Fire, firesOf } from "../../cron/timeline.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";
import { namedZone } from "../../schedule/fire_times.ts";
import { fireData, firesView, jobZoneOf, scheduleWords, zoneOf } from "./job_words.ts";

type Pair = readonly [label: string, value: string];

/** What the view needs beside the job. */
interface Surroundings {
  readonly agent: string | null | undefined;
  /** The person's zone. */
  readonly zone: string;
  /** Where the gateway seems to be. */
  readonly gatewayZone: string;
  readonly nowMs: number;
}

const shownFires = 3;

export const cronShow = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name", isRequired: true }],
  flags: {},
  examples: [
    { line: 'claw cron show "morning report"', does: "by its exact name" },
    { line: "claw cron show 27fc2ee8 --json", does: "by the beginning of its id, for a program" },
  ],
  notes: [
    "The first of the next runs is the one that the gateway has planned; the following are worked out from the schedule,\n" +
    "shifted as the first one is. They are shown in the job's zone, in yours and in UTC.",
  ],
  async run(_options, [reference = ""], context) {
    const { connection } = await context.gateway(scopes.read);
    const jobs = await listJobs(connection, {}, context.signal);
    const job = chooseJob(jobs, reference);
    const zone = zoneOf(context);
    const nowMs = gatewayNow(connection, context.clock);
    const gatewayZone = gatewayZoneOf(jobs, zone) ?? zone;
    const reader = { zone: gatewayZone, protocol: connection.handshake.protocol };
    const { fires } = job.enabled ? firesOf(job, nowMs, shownFires, reader) : { fires: [] };
    const agent = agentOf(job, defaultAgentOf(connection));
    const status = statusOf(job);
    const data = { job: { ...job, ...(agent === undefined ? {} : { effectiveAgentId: agent }) }, status };
    return done(
      { ...data, builtIn: isBuiltIn(job), nextFires: fires.map(fireData) },
      viewOf(job, fires, { agent, zone, gatewayZone, nowMs }),
    );
  },
});

function viewOf(job: CronJob, fires: readonly Fire[], surroundings: Surroundings): View {
  const { zone, gatewayZone, nowMs } = surroundings;
  const jobZone = jobZoneOf(job.schedule) ?? (job.schedule.kind === "cron" ? gatewayZone : zone);
  const pairs = [
    ...identityPairs(job, surroundings),
    ["schedule", scheduleText(job.schedule, zone)] as const,
    ...textPairs("trigger", plain(job["trigger"])),
    ...textPairs("pacing", plain(job["pacing"])),
    ...payloadPairs(job.payload),
    ...sessionPairs(job),
    ...statePairs(job, surroundings),
  ];
  const table: View[] = fires.length === 0 ? [] : [firesView(fires, { zones: [jobZone, zone], nowMs })];
  return { kind: "stack", isSpaced: true, views: [{ kind: "pairs", pairs }, ...table] };
}

function identityPairs(job: CronJob, { agent }: Surroundings): readonly Pair[] {
  const { id, name, displayName, description, declarationKey, enabled } = job;
  const status = statusOf(job);
  const mark = isBuiltIn(job) ? ["built-in"] : [];
  return [
    ["id", id],
    ["name", name],
    ...textPairs("label", displayName),
    ...textPairs("description", description),
    ["state", [status, ...(enabled || status === "disabled" ? [] : ["disabled"]), ...mark].join(", ")],
    ["agent", agent ?? (agent === null ? "none: nobody owns this job" : "the gateway's default")],
    ...textPairs("key", declarationKey),
  ];
}

function scheduleText(schedule: CronJob["schedule"], zone: string): string {
  const { kind, staggerMs } = schedule;
  const words = scheduleWords(schedule, zone);
  if (kind !== "cron") return words;
  const where = namedZone(schedule) === undefined ? ", in the gateway's own zone" : "";
  const shift = typeof staggerMs !== "number"
    ? ""
    : staggerMs === 0
    ? ", exact"
    : `, spread over ${formatDuration(staggerMs)}`;
  return `${words}${where}${shift}`;
}

/** Every member of the payload, so that a kind of tomorrow is shown too. */
function payloadPairs(payload: CronJob["payload"]): readonly Pair[] {
  const { kind, text, message, ...others } = payload;
  const rest = Object.entries(others).flatMap(([name, value]) => textPairs(spaced(name), plain(value)));
  return [["payload", kind], ...textPairs("text", text), ...textPairs("message", message), ...rest];
}

function sessionPairs(job: CronJob): readonly Pair[] {
  const { sessionTarget, sessionKey, wakeMode, delivery, failureAlert, deleteAfterRun } = job;
  const { mode, ...route } = delivery ?? {};
  const details = Object.entries(route).map(([name, value]) => `${spaced(name)} ${plain(value)}`);
  return [
    ["session", sessionTarget],
    ...textPairs("session key", sessionKey),
    ["wake", wakeMode],
    ["delivery", delivery === undefined ? "none" : [mode ?? "announce", ...details].join(", ")],
    ...textPairs("failure alert", failureAlert === false ? "off" : plain(failureAlert)),
    ...(deleteAfterRun === undefined ? [] : [["after its run", deleteAfterRun ? "removed" : "kept"] as const]),
  ];
}

function statePairs(job: CronJob, { zone, nowMs }: Surroundings): readonly Pair[] {
  const { state, createdAtMs, updatedAtMs } = job;
  const { runningAtMs, lastRunAtMs, lastDurationMs, lastDeliveryStatus, lastDeliveryError, lastError } = state;
  const moment = (atMs: number) => `${formatInstant(atMs, zone)} (${formatRelative(atMs, nowMs)})`;
  const took = lastDurationMs === undefined ? "" : `, took ${formatDuration(lastDurationMs)}`;
  const isRepeated = typeof lastDeliveryError === "string" && lastDeliveryError !== lastError;
  return [
    ...(runningAtMs ? [["running since", moment(runningAtMs)] as const] : []),
    ["last run", lastRunAtMs === undefined ? "never" : `${lastStatusOf(state)}, ${moment(lastRunAtMs)}${took}`],
    ...textPairs("last delivery", lastDeliveryStatus),
    ...(isRepeated ? textPairs("delivery error", lastDeliveryError) : []),
    ...(state.consecutiveErrors ? [["errors in a row", String(state.consecutiveErrors)] as const] : []),
    ...textPairs("last error", lastError),
    ["created", moment(createdAtMs)],
    ...(updatedAtMs === undefined || updatedAtMs === createdAtMs ? [] : [["updated", moment(updatedAtMs)] as const]),
  ];
}

/** A pair for each line of a text, the first with the label; none for what is no text. */
function textPairs(label: string, text: unknown): readonly Pair[] {
  if (typeof text !== "string" || text === "") return [];
  return text.split("\n").map((line, at) => [at === 0 ? label : "", line] as const);
}

function plain(value: unknown): string | undefined {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `timeoutSeconds` as people write it. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
