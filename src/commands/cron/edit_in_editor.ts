/**
 * `claw cron edit` without flags: the job as YAML in the person's editor. What was typed is kept until the gateway has
 * it; a job that somebody else changes meanwhile is left alone.
 */
import type { Context, Edited } from "../../cli/context.ts";
import { done, type Outcome } from "../../cli/outcome.ts";
import { definitionOf, type JobDefinition } from "../../cron/definition.ts";
import { findJob } from "../../cron/jobs.ts";
import { formatJob, parseJob } from "../../cron/jobs_file.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { type CronJob, scopes } from "../../protocol/mod.ts";
import { changeJob } from "./change_job.ts";
import { settleDefinition } from "./definition_text.ts";

const head =
  "# Change what you like, save, and close the editor. Lines with # are comments; times are the gateway's.\n";

export async function editInEditor(
  job: CronJob,
  options: { readonly dryRun: boolean },
  context: Context,
): Promise<Outcome> {
  const before = definitionOf(job);
  const text = `${head}# ${job.id}\n${formatJob(before, "yaml")}`;
  const edited = await context.edit(text, "yaml");
  if (edited.text === text || edited.text.trim() === "") {
    edited.discard();
    const line = `nothing was changed: '${job.name}' (${job.id}) stays as it is`;
    return done({ status: "unchanged", job, changes: [] }, { kind: "line", text: line });
  }
  try {
    const outcome = await send(job, { before, edited }, options, context);
    edited.discard();
    return outcome;
  } catch (thrown) {
    throw keeping(asClawError(thrown), edited);
  }
}

async function send(
  job: CronJob,
  { before, edited }: { readonly before: JobDefinition; readonly edited: Edited },
  options: { readonly dryRun: boolean },
  context: Context,
): Promise<Outcome> {
  const here = { nowMs: context.clock.now(), zone: context.zone };
  const wanted = settleDefinition(parseJob(edited.text, edited.path), here, before.schedule);
  // An editor may be open for hours: the connection need not have lived so long, nor the job stayed as it was.
  const { connection } = await context.gateway(options.dryRun ? scopes.read : scopes.admin);
  const now = await findJob(connection, job.id, context.signal);
  const isSame = now.configRevision === job.configRevision &&
    JSON.stringify(definitionOf(now)) === JSON.stringify(before);
  if (!isSame) {
    throw new ClawError("gateway/rejected", `'${job.name}' (${job.id}) was changed by somebody else meanwhile`, {
      hint: "edit it again",
    });
  }
  return await changeJob(now, wanted, options, { connection, context });
}

/** Nothing that was typed is lost when it cannot be used. */
function keeping(error: ClawError, { path }: Edited): ClawError {
  const kept = `what you wrote is kept in ${path}`;
  const hint = error.hint === undefined ? kept : `${error.hint}; ${kept}`;
  return new ClawError(error.code, error.message, { hint, details: { ...error.details, path }, cause: error });
}
