/**
 * Makes a job that is there what is wanted, with what differs alone, and tells what that was. Shared by both ways of
 * `claw cron edit`.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import type { Context } from "../../cli/context.ts";
import { done, type Outcome, type View } from "../../cli/outcome.ts";
import type { Connection } from "../../client/connection.ts";
import { formatChanges, type JobChange, patchTo, stuckError } from "../../cron/changes.ts";
import { definitionOf, type JobDefinition } from "../../cron/definition.ts";
import { listJobs } from "../../cron/jobs.ts";
import { requireKnown } from "../../cron/needs.ts";
import { shellWord } from "../../cron/shell_word.ts";
import { asClawError } from "../../errors.ts";
import type { CronJob } from "../../protocol/mod.ts";
import { echoData, echoOfJob, echoViews, type There, thereOf } from "./echo.ts";
import { warnOfOther } from "./kept_otherwise.ts";

/**
 * Makes a job what is wanted, or says what would be sent. `readIn` is the zone whose wall clock a time was given in.
 * @throws ClawError `gateway/unsupported` for what this gateway does not know or cannot change, before anything is sent
 */
export async function changeJob(
  job: CronJob,
  wanted: JobDefinition,
  { dryRun, readIn }: { readonly dryRun: boolean; readonly readIn?: string | undefined },
  { connection, context }: { readonly connection: Connection; readonly context: Context },
): Promise<Outcome> {
  const { protocol, hello } = connection.handshake;
  const difference = patchTo(job, wanted, protocol);
  const there = thereOf(connection, context);
  const tell = (now: CronJob, status: string, difference?: JobChange, shown = now) =>
    told(now, status, { difference, readIn, shown }, there);
  if (difference === undefined) return tell(job, "unchanged");
  requireKnown(wanted, protocol, hello.server.version);
  if (difference.stuck.length > 0) throw stuckError(job, difference.stuck, hello.server.version);
  if (dryRun) return tell(job, "would-change", difference, asWanted(job, wanted, difference, there.nowMs));
  const { id, configRevision } = job;
  const params = { id, patch: difference.patch };
  const changed = await writeOnce(context, {
    send: () =>
      connection.call(
        "cron.update",
        configRevision === undefined ? params : { ...params, expectedConfigRevision: configRevision },
        context.signal,
      ),
    look: async (again) => {
      const seen = await jobOf(again, id, context);
      return seen !== undefined && patchTo(seen, wanted, protocol) === undefined ? seen : undefined;
    },
    hint: `look at it with \`claw cron show ${shellWord(id)}\``,
  }).catch(async (thrown: unknown) => {
    const error = asClawError(thrown);
    if (error.code === "gateway/rejected" && protocol === 3) await warnOfHalf(job, connection, context);
    throw error;
  });
  warnOfOther(changed, wanted, { protocol, warn: (text) => context.warn(text) });
  return tell(changed, "changed", difference);
}

/** 2026.3.13 changes a job in its memory before it finds the change impossible, and keeps it. */
async function warnOfHalf(job: CronJob, connection: Connection, context: Context): Promise<void> {
  const seen = await jobOf(connection, job.id, context).catch(() => undefined);
  if (seen === undefined || patchTo(seen, definitionOf(job), 3) === undefined) return;
  context.warn(
    `the gateway refused the change, and holds some of it all the same: see \`claw cron show ${shellWord(job.id)}\``,
  );
}

async function jobOf(connection: Connection, id: string, context: Context): Promise<CronJob | undefined> {
  return (await listJobs(connection, {}, context.signal)).find((job) => job.id === id);
}

/** The job as an echo of the change shows it: what was planned for another schedule is no plan any more. */
function asWanted(job: CronJob, wanted: JobDefinition, { changes }: JobChange, nowMs: number): CronJob {
  const { schedule, enabled = job.enabled } = wanted;
  if (!changes.some(({ path }) => path.startsWith("schedule"))) return { ...job, enabled };
  // A gateway counts an interval from when it is told of it.
  const counted = schedule.kind === "every" ? { anchorMs: nowMs, ...schedule } : schedule;
  return { ...job, schedule: counted, enabled, state: {} };
}

/** What there is to tell beside the job and what became of it. */
interface Telling {
  readonly difference: JobChange | undefined;
  readonly readIn: string | undefined;
  /** The job as its times are told. */
  readonly shown: CronJob;
}

function told(job: CronJob, status: string, { difference, readIn, shown }: Telling, there: There): Outcome {
  const echo = echoOfJob(shown, there, readIn);
  const what = {
    unchanged: `nothing to change: '${job.name}' (${job.id}) is so already`,
    "would-change": `would change '${job.name}' (${job.id}), and sent nothing:`,
    changed: `changed '${job.name}' (${job.id})`,
  }[status] ?? status;
  const changes = difference?.changes ?? [];
  const isTimed = changes.some(({ path }) => path === "enabled" || path.startsWith("schedule"));
  const views: readonly View[] = [
    { kind: "line", text: what },
    ...formatChanges(changes).map((text): View => ({ kind: "line", text: `  ${text}` })),
    ...(isTimed ? echoViews(shown, echo, there) : []),
  ];
  return done({ status, job, changes, ...echoData(shown, echo) }, { kind: "stack", views });
}
