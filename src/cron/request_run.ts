/**
 * Asks a gateway to run a job, once. `cron.run` has no idempotency key: it is never sent twice, and where no answer came
 * the gateway's own records are asked whether the run takes place. Next: `follow_run.ts`.
 */
import type { Connection } from "../client/connection.ts";
import { asClawError, type ClawError } from "../errors.ts";
import { type Clock, limitTime } from "../platform/clock.ts";
import type { CronJob } from "../protocol/mod.ts";
import { gatewayNow } from "./gateway_clock.ts";
import { queuedAtMs, type RunTarget } from "./run_verdict.ts";

export type RequestedRun =
  | { readonly kind: "enqueued"; readonly target: RunTarget }
  /** The gateway's word for why not: not-due, already-running, disabled, stopped, invalid-spec … */
  | { readonly kind: "refused"; readonly reason: string }
  /** It was sent, and nobody knows. */
  | { readonly kind: "unanswered"; readonly target: RunTarget; readonly error: ClawError };

export interface RequestOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long the gateway may take for its answer. */
  readonly withinMs: number;
}

/** @throws ClawError as `Connection.call`, but for `net/unanswered` */
export async function requestRun(
  connection: Connection,
  job: CronJob,
  mode: "force" | "due",
  { clock, signal: parent, withinMs }: RequestOptions,
): Promise<RequestedRun> {
  using limit = limitTime(parent, clock, withinMs);
  const { signal } = limit;
  const isNamed = connection.handshake.protocol === 4;
  // A run that is due is the same run, whoever begins it.
  const firesAtMs = mode === "due" ? undefined : await nextFire(connection, job, clock, signal);
  // The gateway's clock and this estimate are both whole ms, cut or rounded.
  const target: RunTarget = {
    jobId: job.id,
    runId: undefined,
    isNamed,
    notBeforeMs: gatewayNow(connection, clock) - 1,
    firesAtMs,
    changedAtMs: job.updatedAtMs ?? job.createdAtMs,
  };
  try {
    const result = await connection.call("cron.run", { id: job.id, mode }, signal);
    if (!result.ok || result.ran === false) return { kind: "refused", reason: result.reason ?? "no reason given" };
    const { runId } = result;
    const notBeforeMs = queuedAtMs(runId ?? "", job.id) ?? target.notBeforeMs;
    return { kind: "enqueued", target: { ...target, runId, notBeforeMs } };
  } catch (thrown) {
    const error = asClawError(thrown);
    if (error.code !== "net/unanswered") throw error;
    return { kind: "unanswered", target, error };
  }
}

/** When the job fires by itself; never while the scheduler is off, whatever is planned. */
async function nextFire(
  connection: Connection,
  { state: { nextRunAtMs } }: CronJob,
  clock: Clock,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (nextRunAtMs === undefined || nextRunAtMs > gatewayNow(connection, clock)) return nextRunAtMs;
  const { enabled } = await connection.call("cron.status", undefined, signal);
  return enabled ? nextRunAtMs : undefined;
}
