/**
 * What a run does to its job: facts of the last run, retries and their waits, one-shot jobs that are over. Follows
 * `applyJobResult` of both generations, as measured and read in 2026.3.13 and 2026.9.6. Pure. Next: `cron_book.ts`.
 */
import type { CronJob, CronJobState, CronRun, ProtocolVersion } from "../protocol/mod.ts";
import { nextRunOf, nextSlot, type Timing } from "./cron_timing.ts";
import type { CronRunOutcome } from "./options.ts";

/** How a run ended, with all its facts. */
export type RunOutcome = CronRunOutcome & Required<Pick<CronRunOutcome, "durationMs" | "deliveryStatus">>;

/** A run that is over. */
export interface EndedRun {
  readonly startedAt: number;
  readonly outcome: RunOutcome;
  /** Asked for by hand, whether or not it was due: it leaves the schedule as it is, as far as the generation can. */
  readonly isForced: boolean;
  /** The gateway itself ended before it: protocol 4 runs a one-shot job once more. */
  readonly wasInterrupted?: boolean;
}

export interface Settled {
  readonly job: CronJob;
  /** A one-shot job that is done and not to be kept. */
  readonly isOver: boolean;
}

/** How long a job that failed waits, by the number of failures in a row; the last for all further ones. */
const backoffMs = [30_000, 60_000, 300_000, 900_000, 3_600_000];
/** Only so many failures in a row count as passing troubles. */
const mostRetries = 3;
/** Protocol 4 switches a job off that failed so often in a row. */
const mostFailures = 10;
/** A cron expression never fires again sooner than this after a run. */
const refireMs = 2_000;

const passing =
  /rate[_ ]limit|too many requests|429|overloaded|high demand|capacity exceeded|network|econnre(set|fused)|fetch failed|socket|timeout|etimedout|\b5\d\d\b/i;

/** The job as a run leaves it. */
export function settle(job: CronJob, run: EndedRun, timing: Timing): Settled {
  const { startedAt, outcome, isForced, wasInterrupted = false } = run;
  const { protocol } = timing;
  const endedAt = startedAt + outcome.durationMs;
  const after: CronJob = { ...job, updatedAtMs: endedAt, state: factsOf(job.state, run, timing) };
  const isOnce = job.schedule.kind === "at";
  const isAhead = protocol === 4 && isForced && (job.state.nextRunAtMs ?? 0) > startedAt;
  const isDone = protocol === 4 ? completionOf(job, outcome) === "succeeded" : outcome.status === "ok";
  if (isOnce && !isAhead && job.deleteAfterRun === true && isDone) return { job: after, isOver: true };
  const isKept = isOnce && job.enabled ? isAhead || wasInterrupted : protocol === 4 && isForced;
  return { job: isKept ? after : reschedule(job, after, run, timing), isOver: false };
}

function reschedule(job: CronJob, after: CronJob, run: EndedRun, timing: Timing): CronJob {
  if (!job.enabled) return withNext(after, undefined);
  // Protocol 3 counts an interval on from the run before the one by hand.
  const counted = timing.protocol === 3 && run.isForced ? job : after;
  if (run.outcome.status === "error") return afterFailure(counted, after, run, timing);
  if (job.schedule.kind === "at") return off(after);
  const endedAt = run.startedAt + run.outcome.durationMs;
  // After a failure protocol 4 counts an interval from its anchor again.
  const isAnchored = timing.protocol === 4 && (job.state.consecutiveErrors ?? 0) > 0;
  const next = (isAnchored ? nextSlot : nextRunOf)(counted, endedAt, timing);
  if (job.schedule.kind !== "cron" || (next === undefined && timing.protocol === 4)) return withNext(after, next);
  return withNext(after, Math.max(next ?? 0, endedAt + refireMs));
}

/** Whether a run reached what it was for: on protocol 4 an answer that was not delivered is a failure, too. */
export function completionOf(job: CronJob, { status, deliveryStatus }: RunOutcome): "succeeded" | "failed" | "unknown" {
  if (status !== "ok") return "failed";
  const isNeeded = job.delivery?.["bestEffort"] !== true && deliveryStatus !== "not-requested";
  if (!isNeeded || deliveryStatus === "delivered") return "succeeded";
  return deliveryStatus === "not-delivered" ? "failed" : "unknown";
}

/** The run's row, and what its event tells. `job`: as the run left it. */
export function rowOf(
  job: CronJob,
  { startedAt, outcome }: EndedRun,
  ts: number,
  runId: string | undefined,
  protocol: ProtocolVersion,
): CronRun {
  const { status, error, durationMs, deliveryStatus } = outcome;
  const { nextRunAtMs } = job.state;
  const summary = job.payload["text"] ?? job.payload["message"];
  const newer = { completionStatus: completionOf(job, outcome), ...(runId === undefined ? {} : { runId }) };
  return {
    ts,
    jobId: job.id,
    action: "finished",
    status,
    ...(error === undefined ? {} : { error }),
    ...(typeof summary === "string" ? { summary } : {}),
    runAtMs: startedAt,
    durationMs,
    ...(nextRunAtMs === undefined ? {} : { nextRunAtMs }),
    deliveryStatus,
    ...(protocol === 4 ? newer : {}),
  };
}

function factsOf(state: CronJobState, { startedAt, outcome }: EndedRun, { protocol }: Timing): CronJobState {
  const { runningAtMs: _running, lastError: _error, ...kept } = state;
  const { status, error, durationMs, deliveryStatus } = outcome;
  const skipped = status === "skipped" ? Number(state["consecutiveSkipped"] ?? 0) + 1 : 0;
  return {
    ...kept,
    lastRunAtMs: startedAt,
    lastRunStatus: status,
    lastStatus: status,
    lastDurationMs: durationMs,
    ...(error === undefined ? {} : { lastError: error }),
    lastDeliveryStatus: deliveryStatus,
    consecutiveErrors: status === "error" ? (state.consecutiveErrors ?? 0) + 1 : 0,
    ...(protocol === 4 ? { consecutiveSkipped: skipped } : {}),
  };
}

function afterFailure(counted: CronJob, job: CronJob, run: EndedRun, timing: Timing): CronJob {
  const endedAt = run.startedAt + run.outcome.durationMs;
  const failures = job.state.consecutiveErrors ?? 1;
  const isPassing = failures <= mostRetries && passing.test(run.outcome.error ?? "");
  const retryAtMs = endedAt + waitAfter(failures);
  if (job.schedule.kind === "at") return isPassing ? withNext(job, retryAtMs) : off(job);
  if (timing.protocol === 3) {
    return withNext(job, Math.max(nextRunOf(counted, endedAt, timing) ?? 0, retryAtMs));
  }
  if (failures >= mostFailures) return autoDisabled(job, endedAt, failures);
  const natural = (isPassing || failures > 1 ? nextSlot : nextRunOf)(counted, endedAt, timing);
  if (natural === undefined) return withNext(job, undefined);
  return withNext(job, isPassing ? retryAtMs : Math.max(natural, retryAtMs));
}

function autoDisabled(job: CronJob, atMs: number, consecutiveErrors: number): CronJob {
  const { state, ...rest } = off(job);
  return { ...rest, state: { ...state, autoDisabled: { reason: "consecutive-failures", atMs, consecutiveErrors } } };
}

function waitAfter(failures: number): number {
  return backoffMs[Math.min(failures, backoffMs.length) - 1] ?? 0;
}

function off(job: CronJob): CronJob {
  return withNext({ ...job, enabled: false }, undefined);
}

/** The job with another next fire time, or none. */
export function withNext(job: CronJob, nextRunAtMs: number | undefined): CronJob {
  const { nextRunAtMs: _before, ...state } = job.state;
  return { ...job, state: nextRunAtMs === undefined ? state : { nextRunAtMs, ...state } };
}
