/**
 * `claw cron add`: one new job, from flags, a JSON file, or both. Everything about it is read and checked here before
 * a gateway is asked, and told back: when it fires, and whether the gateway plans the same.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { blameAgent } from "../../cli/default_agent.ts";
import { done, type Outcome, type View } from "../../cli/outcome.ts";
import { formatDuration, formatInstant } from "../../cli/times.ts";
import type { Connection } from "../../client/connection.ts";
import { patchTo } from "../../cron/changes.ts";
import { addParamsOf } from "../../cron/definition.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import { listJobs } from "../../cron/jobs.ts";
import type { Members } from "../../cron/members.ts";
import { requireKnown } from "../../cron/needs.ts";
import { ClawError } from "../../errors.ts";
import { type CronAddParams, type CronJob, type ResultOf, scopes } from "../../protocol/mod.ts";
import type { Here } from "../../schedule/instant_text.ts";
import { definitionFlags, type DefinitionOptions } from "./definition_flags.ts";
import { applyFlags } from "./definition_members.ts";
import { readDefinitionInput } from "./definition_input.ts";
import { settleDefinition } from "./definition_text.ts";
import { disagreementOf, type Echo, echoData, echoOf, echoOfJob, echoViews, thereOf } from "./echo.ts";
import { warnOfOther } from "./kept_otherwise.ts";
import { memberLines } from "./member_lines.ts";

const added = {
  ...definitionFlags,
  disabled: { type: "boolean", summary: "add it switched off" },
  declarationKey: {
    type: "string",
    value: "key",
    summary: "key that makes adding idempotent (gateways of protocol 4)",
  },
} as const;

type AddOptions = DefinitionOptions & { readonly disabled: boolean; readonly declarationKey: string | undefined };

export const cronAdd = defineCommand({
  isReadOnly: false,
  flags: added,
  examples: [
    {
      line: 'claw cron add --name "morning report" --cron "0 9 * * 1-5" --message "Report on the night"',
      does: "every working day at nine, in your zone",
    },
    {
      line: 'claw cron add --name tea --at "tomorrow 16:00" --system-event "Remind me of the tea" --dry-run',
      does: "see when that is, and send nothing",
    },
    {
      line: "claw cron add --name pulse --every 15m --message ping --no-deliver",
      does: "every quarter of an hour, for nobody to hear",
    },
  ],
  notes: [
    "A clock's time in --at is one of --tz, or else of your own zone, and becomes an instant before it is sent. --cron\n" +
    "goes with the zone of --tz, or else with yours. The next three runs are told; --dry-run tells them and sends nothing.",
    "Without --no-deliver, --webhook or --channel, gateways announce the answer of an agent turn on the last channel.",
    "With --json, data has status (added, changed, unchanged, would-add), job as the gateway has it (params with\n" +
    "--dry-run), and nextFires: [{instant, isPlanned}], none of a job that is off.",
  ],
  async run(options, _operands, context) {
    const here: Here = { nowMs: context.clock.now(), zone: context.zone };
    const { params, echo, notes, byDefault } = await describe(options, here, context);
    for (const note of notes) context.warn(note);
    if (options.dryRun) return dryRun(params, echo, here);
    return await send(params, echo, context).catch((thrown: unknown) => {
      throw blameAgent(thrown, byDefault);
    });
  },
});

/** The whole definition, checked; nothing has been dialled yet. */
async function describe(given: AddOptions, here: Here, context: Context) {
  const { options, members } = await readDefinitionInput(given, context);
  const { disabled, declarationKey } = options;
  const { definition, read } = applyFlags(options, members, here);
  requireWhole(definition);
  const byDefault = definition["agentId"] === undefined ? (await context.settings()).agent : undefined;
  const complete = {
    wakeMode: "now",
    ...(byDefault === undefined ? {} : { agentId: byDefault.value }),
    ...definition,
    ...(disabled ? { enabled: false } : {}),
    ...(declarationKey === undefined ? {} : { declarationKey }),
  };
  const params = addParamsOf(settleDefinition(complete, here));
  return { params, echo: echoOf(params.schedule, here, read?.zone), notes: read?.notes ?? [], byDefault };
}

/** @throws ClawError `usage/missing-argument` for what every job needs, by its flag */
function requireWhole(definition: Members): void {
  const missing = definition["name"] === undefined
    ? "--name: how the job is called"
    : definition["schedule"] === undefined
    ? "--at, --every or --cron: when it runs"
    : definition["payload"] === undefined
    ? "--message or --system-event: what it does"
    : undefined;
  if (missing === undefined) return;
  throw new ClawError("usage/missing-argument", `a job needs ${missing}`, {
    hint: 'write it like `claw cron add --name tea --at "tomorrow 16:00" --system-event "Time for tea"`',
  });
}

function dryRun(params: CronAddParams, echo: Echo, here: Here): Outcome {
  const views: readonly View[] = [
    { kind: "line", text: "would add, and sent nothing:" },
    ...memberLines(params),
    ...echoViews(params, echo, here),
  ];
  return done({ status: "would-add", params, ...echoData(params, echo) }, { kind: "stack", views });
}

async function send(params: CronAddParams, echo: Echo, context: Context): Promise<Outcome> {
  const { connection } = await context.gateway(scopes.admin);
  const { protocol, hello } = connection.handshake;
  requireKnown(params, protocol, hello.server.version);
  const sinceMs = gatewayNow(connection, context.clock);
  const result = await writeOnce(context, {
    send: () => connection.call("cron.add", params, context.signal),
    look: (again) => findAdded(again, params, sinceMs, context.signal),
    hint: "look whether it is there before you add it again: `claw cron list --all`",
  });
  const { job, status } = becomeOf(result);
  warnOfOther(job, params, { protocol, warn: (text) => context.warn(text) });
  warnOfDisagreement(job, params, echo, context);
  warnOfSkew(params, connection, context);
  const there = thereOf(connection, context);
  const shown = echoOfJob(job, there, echo.readIn);
  const word = { added: "added", changed: "changed", unchanged: "unchanged, as its declaration key says:" }[status];
  const off = job.enabled ? "" : ", switched off";
  const views: readonly View[] = [
    { kind: "line", text: `${word} '${job.name}' (${job.id})${off}` },
    ...echoViews(job, shown, there),
  ];
  return done({ status, job, ...echoData(job, shown) }, { kind: "stack", views });
}

/** What protocol 4 answers when a declaration key was given. */
interface Declared {
  readonly created: boolean;
  readonly updated?: unknown;
  readonly job: CronJob;
}

function becomeOf(result: ResultOf<"cron.add">) {
  if (!isDeclared(result)) return { job: result as CronJob, status: "added" } as const;
  const { created, job, updated } = result;
  return { job, status: created ? "added" : updated === true ? "changed" : "unchanged" } as const;
}

function isDeclared(result: object): result is Declared {
  return "created" in result && "job" in result;
}

/** The one job of this very definition that came to be since, or that has its key. */
async function findAdded(
  connection: Connection,
  params: CronAddParams,
  sinceMs: number,
  signal: AbortSignal,
): Promise<CronJob | undefined> {
  const { declarationKey } = params;
  const isNew = (job: CronJob) =>
    declarationKey === undefined ? job.createdAtMs >= sinceMs : job.declarationKey === declarationKey;
  const same = (await listJobs(connection, {}, signal)).filter((job) =>
    isNew(job) && patchTo(job, params, connection.handshake.protocol) === undefined
  );
  return same.length === 1 ? same[0] : undefined;
}

function warnOfDisagreement(job: CronJob, { schedule }: CronAddParams, { zone }: Echo, context: Context): void {
  const differing = disagreementOf(job, schedule, zone);
  if (differing === undefined) return;
  const { plannedMs, expectedMs } = differing;
  const tell = (ms: number) => formatInstant(ms, zone ?? "UTC");
  const planned = plannedMs === undefined ? "no run at all" : `its first run at ${tell(plannedMs)}`;
  context.warn(`the gateway plans ${planned}, where ${tell(expectedMs)} was expected`);
}

/** A one-shot time is an instant; which one `+20m` is was read off the clock here, and the gateway goes by its own. */
function warnOfSkew({ schedule }: CronAddParams, { handshake }: Connection, context: Context): void {
  const { localMs, gatewayMs } = handshake.challengedAt;
  const skewMs = localMs - gatewayMs;
  if (schedule.kind !== "at" || Math.abs(skewMs) < tolerableSkewMs) return;
  const side = skewMs > 0 ? "ahead of" : "behind";
  context.warn(
    `the clock here is ${formatDuration(Math.abs(skewMs))} ${side} the gateway's, which decides when the job runs`,
  );
}

/** Nobody plans a job more finely, and the way to the gateway takes its time. */
const tolerableSkewMs = 30_000;
