/**
 * A gateway may say yes to a definition and keep something else. Then the person is told, since the exit number says
 * that it was done.
 */
import type { Context } from "../../cli/context.ts";
import { formatPaths, patchTo } from "../../cron/changes.ts";
import type { JobDefinition } from "../../cron/definition.ts";
import { shellWord } from "../../cron/shell_word.ts";
import type { CronJob, ProtocolVersion } from "../../protocol/mod.ts";

/** Warns of what a job is not as it was wanted, right after it was written. */
export function warnOfOther(
  job: CronJob,
  wanted: JobDefinition,
  { protocol, warn }: { readonly protocol: ProtocolVersion } & Pick<Context, "warn">,
): void {
  const { changes = [] } = patchTo(job, wanted, protocol) ?? {};
  if (changes.length > 0) {
    warn(`the gateway keeps ${formatPaths(changes)} otherwise: see \`claw cron show ${shellWord(job.id)}\``);
  }
  // That is no difference in what the job does: without a session to be current, both generations make it isolated.
  if (wanted.sessionTarget === "current" && job.sessionTarget !== "current") {
    warn(`there is no current session here: the gateway made the job ${job.sessionTarget}`);
  }
}
