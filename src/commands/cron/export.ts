/**
 * `claw cron export`: prints jobs as a file that `claw cron apply` reads. What it leaves out, it says.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done } from "../../cli/outcome.ts";
import { definitionOf, type JobDefinition } from "../../cron/definition.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import { isBuiltIn } from "../../cron/job_status.ts";
import { chooseJob, listJobs } from "../../cron/jobs.ts";
import { whyLeftOut, whyUndefinable } from "../../cron/left_out.ts";
import { shellWord } from "../../cron/shell_word.ts";
import { ClawError } from "../../errors.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";
import { nameList } from "./name_list.ts";

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
    const chosen = reference === undefined
      ? ownJobs(jobs, gatewayNow(connection, context.clock), context)
      : [definable(chooseJob(jobs, reference))];
    const definitions = chosen.map(definitionOf).sort(byName);
    warnOfTwins(definitions, context);
    const { formatJobs } = await import("../../cron/jobs_file.ts");
    // What a terminal would act on is escaped by the format itself.
    return done({ version: 1, jobs: definitions }, { kind: "raw", text: formatJobs(definitions, format) });
  },
});

function ownJobs(jobs: readonly CronJob[], nowMs: number, context: Context): readonly CronJob[] {
  const judged = jobs.filter((job) => !isBuiltIn(job)).map((job) => ({ job, why: whyLeftOut(job, nowMs) }));
  const leftOut = judged.filter(({ why }) => why !== undefined);
  if (leftOut.length > 0) {
    context.warn(`left out: ${nameList(leftOut.map(({ job, why }) => `'${job.name}' (${job.id}): ${why}`))}`);
  }
  return judged.filter(({ why }) => why === undefined).map(({ job }) => job);
}

function definable(job: CronJob): CronJob {
  const why = whyUndefinable(job);
  if (why === undefined) return job;
  throw new ClawError("gateway/unsupported", `no file can define '${job.name}' (${job.id}): ${why}`, {
    hint: `see it with \`claw cron show ${shellWord(job.id)}\``,
  });
}

function warnOfTwins(definitions: readonly JobDefinition[], context: Context): void {
  // They stand in the order of their names.
  const twins = new Set(definitions.map(({ name }) => name).filter((name, at) => definitions[at - 1]?.name === name));
  if (twins.size === 0) return;
  const names = nameList([...twins].map((name) => `'${name}'`));
  context.warn(`several jobs are called ${names}: \`claw cron apply\` takes each name once`);
}

function byName(a: JobDefinition, b: JobDefinition): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return (a.declarationKey ?? "") < (b.declarationKey ?? "") ? -1 : 1;
}
