/**
 * `claw cron apply`: makes the gateway's jobs what a file says, one by one, and tells what became of each. Running it
 * again finishes what did not go through. The plan is `src/cron/plan.ts`, its execution `src/cron/carry_out.ts`.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done, failed, negative, type Outcome } from "../../cli/outcome.ts";
import type { Connection } from "../../client/connection.ts";
import { carryOut, type Hands } from "../../cron/carry_out.ts";
import type { Plan } from "../../cron/plan.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { scopes } from "../../protocol/mod.ts";
import { fileNotes, planFor, readDefinitions, refusalOf } from "./jobs_plan.ts";
import { nameList } from "./name_list.ts";
import { planData, planView, resultsData, resultsView, worstOf } from "./plan_words.ts";

export const cronApply = defineCommand({
  isReadOnly: false,
  flags: {
    file: { type: "string", value: "path", short: "f", summary: "YAML or JSON with jobs (- reads stdin)" },
    prune: { type: "boolean", summary: "remove jobs that the file does not name" },
    yes: { type: "boolean", summary: "do not ask before removing" },
    dryRun: { type: "boolean", summary: "show the plan, and change nothing" },
  },
  examples: [
    { line: "claw cron apply -f jobs.yaml --dry-run", does: "what would change" },
    { line: "claw cron apply -f jobs.yaml", does: "create and change; what is so already is left alone" },
    { line: "claw cron apply -f jobs.yaml --prune --yes", does: "and remove your other jobs, without asking" },
  ],
  notes: [
    ...fileNotes,
    "--prune leaves alone what may be somebody else's: jobs that an agent made, and jobs declared under keys that begin\n" +
    "otherwise than those of the file; and what `claw cron export` leaves out, such as one-shot jobs that are over.",
    "Each job goes by itself: a failure leaves the others alone, and applying the file again finishes the work. The exit\n" +
    "number is the highest of all failures; 79 when it is not known what became of a job.",
    "2026.9.6 takes 30 cron writes of a kind a minute: claw waits and goes on. That time does not count, nor does work that\n" +
    "goes well, unless --timeout is given: that is then the limit for all of it.",
    "With --json, data has jobs: [{name, action, status, id, error}], kept: [{name, id, why}], and the summary's numbers.",
  ],
  async run({ file, prune, yes, dryRun }, _operands, context) {
    const definitions = await readDefinitions(file, context);
    if (prune && definitions.length === 0 && !yes && !dryRun) {
      throw new ClawError("usage/missing-argument", "the file names no job, and --prune would remove all of yours", {
        hint: "say that you mean it with --yes",
      });
    }
    const { connection } = await context.gateway(dryRun ? scopes.read : scopes.admin);
    const plan = await planFor(definitions, connection, prune, context);
    if (dryRun) {
      const error = refusalOf(plan);
      const [data, view] = [{ dryRun, ...planData(plan) }, planView(plan)];
      return error === undefined ? done(data, view) : failed(error, data, view);
    }
    if (!yes && !await mayRemove(plan, context)) {
      return negative({ ...planData(plan), confirmed: false }, { kind: "line", text: "nothing was changed" });
    }
    return await apply(plan, connection, context);
  },
});

async function mayRemove({ steps }: Plan, context: Context): Promise<boolean> {
  const names = steps.filter(({ kind }) => kind === "remove").map(({ name }) => `'${name}'`);
  if (names.length === 0) return true;
  const jobs = names.length === 1 ? "1 job" : `${names.length} jobs`;
  return await context.confirm(`remove ${jobs} (${nameList(names)})?`);
}

async function apply(plan: Plan, connection: Connection, context: Context): Promise<Outcome> {
  const results = await carryOut(plan, await handsFor(connection, context));
  const ended = context.signal.aborted ? asClawError(context.signal.reason) : undefined;
  const error = worstOf(results, ended);
  const [data, view] = [resultsData(results, plan), resultsView(results, plan)];
  return error === undefined ? done(data, view) : failed(error, data, view);
}

/** A handshake and a list of jobs. */
const lookMs = 10_000;

async function handsFor(connection: Connection, context: Context): Promise<Hands> {
  const { clock, signal } = context;
  // A limit that was asked for is a limit.
  const isOurs = (await context.settings()).timeoutMs.origin.kind === "default";
  const grant = (ms: number) => isOurs ? context.extendTime(ms) : undefined;
  return {
    connection,
    clock,
    signal,
    grant,
    async reconnect() {
      grant(lookMs);
      return (await context.gateway(scopes.admin)).connection;
    },
    async waiting(ms, { details: { limit } }) {
      const progress = await context.progress();
      const rate = /^(\d+) per 60s$/.exec(String(limit))?.[1];
      const why = rate === undefined ? "the gateway asks for it" : `the gateway takes ${rate} cron writes a minute`;
      progress.show(`waiting ${Math.ceil(ms / 1_000)} s: ${why}`);
      return progress;
    },
  };
}
