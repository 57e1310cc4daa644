/**
 * `claw cron export`: prints jobs as a file that `claw cron apply` reads. What it leaves out, it says.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done } from "../../cli/outcome.ts";
import { definitionOf, type JobDefinition } from "../../cron/definition.ts";
import { judgeDefinition } from "../../cron/definition_check.ts";
import { isBuiltIn } from "../../cron/job_status.ts";
import { chooseJob, listJobs } from "../../cron/jobs.ts";
import { ClawError } from "../../errors.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";

export const cronExport = defineCommand({
  isReadOnly: true,
  arguments: [{ name: "job", summary: "id, beginning of an id, or exact name; all jobs without it" }],
  flags: {
    format: { type: "string", value: "format", choices: ["yaml", "json"], summary: "yaml or json (default: yaml)" },
  },
  examples: [
    { line: "claw cron export > jobs.yaml", does: "all jobs of yours" },
    { line: 'claw cron export "morning report" --format json', does: "one job, as JSON" },
  ],
  notes: [
    "Jobs stand in the order of their names, without state, ids and what a gateway fills in by itself. Jobs built into the\n" +
    "gateway are left out, and one-shot jobs that are over. The addresses of webhooks stand there as they are.",
    "With --json the same jobs stand in the envelope, under data.",
  ],
  async run({ format = "yaml" }, [reference], context) {
    const { connection } = await context.gateway(scopes.read);
    const jobs = await listJobs(connection, {}, context.signal);
    const chosen = reference === undefined ? ownJobs(jobs, context) : [exportable(chooseJob(jobs, reference))];
    const definitions = chosen.flatMap((job) => definitionIn(job, context)).sort(byName);
    warnOfTwins(definitions, context);
    const { formatJobs } = await import("../../cron/jobs_file.ts");
    // What a terminal would act on is escaped by the format itself.
    return done({ version: 1, jobs: definitions }, { kind: "raw", text: formatJobs(definitions, format) });
  },
});

function ownJobs(jobs: readonly CronJob[], context: Context): readonly CronJob[] {
  const own = jobs.filter((job) => !isBuiltIn(job));
  const over = own.filter((job) => isOver(job, context.clock.now()));
  if (over.length > 0) context.warn(`left out, since they are over: ${over.map(({ name }) => `'${name}'`).join(", ")}`);
  return own.filter((job) => !over.includes(job));
}

/** A one-shot job that ran, or was off when its time came. */
function isOver({ schedule, enabled }: CronJob, nowMs: number): boolean {
  return schedule.kind === "at" && !enabled && Date.parse(String(schedule["at"])) < nowMs;
}

function exportable(job: CronJob): CronJob {
  if (!isBuiltIn(job)) return job;
  throw new ClawError("gateway/unsupported", `'${job.name}' is built into the gateway: no file can define it`, {
    hint: "see it with `claw cron show`",
  });
}

/** A newer gateway may have kinds of jobs that claw would get wrong. */
function definitionIn(job: CronJob, context: Context): readonly JobDefinition[] {
  const definition = definitionOf(job);
  const judged = judgeDefinition(definition);
  if ("definition" in judged) return [definition];
  context.warn(`left out '${job.name}' (${job.id}): ${judged.complaints[0]?.message}`);
  return [];
}

function warnOfTwins(definitions: readonly JobDefinition[], context: Context): void {
  const twins = definitions.filter(({ name }, at) => definitions.findIndex((other) => other.name === name) < at);
  for (const name of new Set(twins.map((twin) => twin.name))) {
    context.warn(`several jobs are called '${name}': \`claw cron apply\` takes each name once`);
  }
}

function byName(a: JobDefinition, b: JobDefinition): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return (a.declarationKey ?? "") < (b.declarationKey ?? "") ? -1 : 1;
}
