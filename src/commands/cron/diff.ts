/**
 * `claw cron diff`: what `claw cron apply` would do with a file; nothing is sent but questions.
 */
import { defineCommand } from "../../cli/command.ts";
import { done, failed, negative } from "../../cli/outcome.ts";
import { scopes } from "../../protocol/mod.ts";
import { fileNotes, planFor, readDefinitions, refusalOf } from "./jobs_plan.ts";
import { planData, planView } from "./plan_words.ts";

export const cronDiff = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {
    file: { type: "string", value: "path", short: "f", summary: "YAML or JSON with jobs (- reads stdin)" },
    prune: { type: "boolean", summary: "count jobs that the file does not name as to be removed" },
  },
  examples: [
    { line: "claw cron diff -f jobs.yaml", does: "what apply would change" },
    { line: "claw cron diff -f jobs.yaml --prune", does: "and which of your jobs the file does not name" },
  ],
  notes: [
    ...fileNotes,
    "Exit 0 when nothing differs, 1 when something does, 65 when a job cannot be applied as it is.",
  ],
  async run({ file, prune }, _operands, context) {
    const definitions = await readDefinitions(file, context);
    const { connection } = await context.gateway(scopes.read);
    const plan = await planFor(definitions, connection, prune, context);
    const [data, view] = [planData(plan), planView(plan)];
    const error = refusalOf(plan);
    if (error !== undefined) return failed(error, data, view);
    return plan.steps.every(({ kind }) => kind === "unchanged") ? done(data, view) : negative(data, view);
  },
});
