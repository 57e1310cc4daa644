/**
 * The `cron` event of both generations, and what a cron run comes to. Pure.
 */
import type { CronEvent, CronJob, CronRun, ProtocolVersion } from "../protocol/mod.ts";
import type { RunOutcome } from "./cron_settling.ts";
import type { Emit } from "./effects.ts";
import type { GatewayContext } from "./options.ts";

/** How long a run takes, unless options say otherwise. */
const runMs = 40;

/** What the run of a job comes to: what the options say, else what the heartbeat lets it. */
export function outcomeOf(job: CronJob, { options: { cronRun, heartbeat }, memory }: GatewayContext): RunOutcome {
  const known = { durationMs: runMs, deliveryStatus: "not-requested" };
  if (cronRun !== undefined) return { ...known, ...(typeof cronRun === "function" ? cronRun(job) : cronRun) };
  const needsHeartbeat = job.payload.kind === "systemEvent" && job.wakeMode === "now";
  if (needsHeartbeat && !memory.heartbeatsEnabled) return { ...known, status: "skipped", error: "disabled" };
  if (heartbeat === undefined || heartbeat === "none" || heartbeat.status !== "failed") {
    return { ...known, status: "ok" };
  }
  return { ...known, status: "error", error: heartbeat.reason ?? "agent-runner-failure" };
}

/** A change of a job; a job that is removed has no next time. */
export function changeEvent(
  job: CronJob,
  action: "added" | "updated" | "removed" | "scheduled",
  protocol: ProtocolVersion,
): Emit {
  const { nextRunAtMs } = job.state;
  return eventOf(job, action, protocol, action === "removed" || nextRunAtMs === undefined ? {} : { nextRunAtMs });
}

/** A run begins; neither generation says which. */
export function startEvent(job: CronJob, protocol: ProtocolVersion): Emit {
  return eventOf(job, "started", protocol, { runAtMs: job.state.runningAtMs });
}

/** A run has ended. Only protocol 4 names it, and only one that was asked for by hand. */
export function finishEvent(job: CronJob, run: CronRun, protocol: ProtocolVersion): Emit {
  const { jobId: _jobId, action, ts: _ts, ...facts } = run;
  return eventOf(job, action, protocol, facts);
}

/** Protocol 4 sends the whole job along. */
function eventOf(
  job: CronJob,
  action: string,
  protocol: ProtocolVersion,
  facts: Readonly<Record<string, unknown>>,
): Emit {
  const { configRevision: _revision, ...told } = job;
  const payload = { jobId: job.id, action, ...(protocol === 4 ? { job: told } : {}), ...facts } as CronEvent;
  return { kind: "emit", event: "cron", payload };
}
