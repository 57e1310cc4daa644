/**
 * Words for cron runs, shared by `run.ts` and `runs.ts`: how one ended, why one is not known to have ended, and the
 * command that looks it up.
 */
import type { Candidate, Reason, RunEnd } from "../../cron/run_verdict.ts";
import { hasSucceeded } from "../../cron/run_verdict.ts";
import { shellWord } from "../../cron/shell_word.ts";
import type { Context } from "../../cli/context.ts";
import { formatDuration } from "../../cli/times.ts";
import type { View } from "../../cli/outcome.ts";
import type { ClawError } from "../../errors.ts";

/** The command that shows what became of a run. */
export function lookUp(jobId: string, runId: string | undefined): string {
  return `claw cron runs ${shellWord(jobId)}${runId === undefined ? "" : ` --run-id ${shellWord(runId)}`}`;
}

/** The command that waits for a run's end; of one without an id, it shows the last that is over and those to come. */
export function followUp(jobId: string, runId: string | undefined): string {
  return `${lookUp(jobId, runId)} --watch${runId === undefined ? " --limit 1" : ""}`;
}

/** One word for how a run ended. */
export function outcomeWord(end: RunEnd): "succeeded" | "failed" | "skipped" | "unknown" {
  if (end.status === "skipped") return "skipped";
  const isSuccess = hasSucceeded(end);
  return isSuccess === undefined ? "unknown" : isSuccess ? "succeeded" : "failed";
}

/** `failed after 106 ms: no API key`. */
export function describeEnd(end: RunEnd): string {
  const word = outcomeWord(end);
  const how = word === "skipped"
    ? "was skipped"
    : word === "unknown"
    ? "ended, with an outcome unknown even there"
    : word;
  const after = end.durationMs === undefined ? "" : ` after ${formatDuration(end.durationMs)}`;
  const why = word === "succeeded" ? undefined : reasonOf(end);
  return `${how}${after}${why === undefined ? "" : `: ${why}`}`;
}

/** The gateway's reason, in the order of how much it says. */
export function reasonOf(end: RunEnd): string | undefined {
  const { error, errorReason, summary, deliveryError, deliveryStatus, status } = end;
  const given = [error, deliveryError, errorReason].find((text) => text !== undefined && text.trim() !== "");
  if (given !== undefined) return given;
  if (status === "ok" && deliveryStatus !== undefined) return `delivery: ${deliveryStatus}`;
  return summary?.trim() === "" ? undefined : summary;
}

/** What is said of a connection that is lost, and of the attempts to make another. */
export function tellLost(context: Pick<Context, "warn" | "note">): (error: ClawError, isNew: boolean) => void {
  return ({ message }, isNew) => {
    if (isNew) context.warn(`${message}: connecting again`);
    else context.note(`${message}: trying again`);
  };
}

/** Why a run's end cannot be told. */
export const untoldWords: Readonly<Record<Reason, string>> = {
  several: "it cannot be told from other runs of the job",
  removed: "the job was removed, and the gateway keeps no word of the run",
  restarted: "the gateway was restarted, and knows nothing of the run",
};

/** Why a gateway did not run a job, and what to do about it. */
export function refusalWords(reason: string, jobId: string): readonly [why: string, next: string] {
  const id = shellWord(jobId);
  const known: Readonly<Record<string, readonly [string, string]>> = {
    "not-due": ["it is not due", `see when it is with: claw cron show ${id}`],
    "already-running": ["it is running already", `follow it with: claw cron runs ${id} --watch`],
    "disabled": ["it is disabled", `enable it with: claw cron enable ${id}`],
    "stopped": ["the gateway's scheduler has stopped: it is shutting down", "try again when it is back"],
    "invalid-spec": ["the gateway finds its definition invalid", `look at it with: claw cron show ${id}`],
    "ownerless": ["the gateway cannot tell whose job it is", "see what to do with: claw cron doctor"],
  };
  return Object.hasOwn(known, reason)
    ? known[reason] ?? [reason, ""]
    : [reason, `look at it with: claw cron show ${id}`];
}

/** Runs that may be the one, oldest first. */
export function viewCandidates(candidates: readonly Candidate[], showTime: (ms: number) => string): View {
  return {
    kind: "table",
    columns: [{ label: "BEGAN" }, { label: "OUTCOME" }, { label: "REASON", shrinks: true }],
    rows: candidates.map(({ runAtMs, end }) => [
      showTime(runAtMs),
      end === undefined ? "not over" : outcomeWord(end),
      end === undefined || outcomeWord(end) === "succeeded" ? "" : reasonOf(end) ?? "",
    ]),
  };
}
