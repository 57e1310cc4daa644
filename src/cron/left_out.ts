/**
 * What an export of all jobs leaves out. Said in one place, because `apply --prune` must leave the same alone: a file
 * that was exported a moment ago must remove nothing.
 */
import type { CronJob } from "../protocol/mod.ts";
import { definitionOf } from "./definition.ts";
import { judgeDefinition } from "./definition_check.ts";
import { isBuiltIn } from "./job_status.ts";

/**
 * Why a file of all jobs does not hold this one; undefined when it does.
 * @param nowMs by the gateway's clock
 */
export function whyLeftOut(job: CronJob, nowMs: number): string | undefined {
  return isOver(job, nowMs) ? "it is over" : whyUndefinable(job);
}

/** Why no file can define this job; a newer gateway may have kinds of jobs that claw would get wrong. */
export function whyUndefinable(job: CronJob): string | undefined {
  if (isBuiltIn(job)) return "it is built into the gateway";
  const judged = judgeDefinition(definitionOf(job));
  return "definition" in judged ? undefined : judged.complaints[0]?.message ?? "it is no definition";
}

/** A one-shot job that ran, or was off when its time came. */
function isOver({ schedule, enabled }: CronJob, nowMs: number): boolean {
  return schedule.kind === "at" && !enabled && Date.parse(String(schedule["at"])) < nowMs;
}
