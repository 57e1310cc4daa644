/**
 * What is wrong with a gateway's jobs, as a judgement over data: every finding is a kind, a severity and the facts. Pure;
 * the words and the command that mends it are those of `commands/cron/doctor.ts`.
 */
import type { CronJob, CronRun, ProtocolVersion } from "../protocol/mod.ts";
import { namedZone, staggerMsOf } from "../schedule/fire_times.ts";
import { offsetAt } from "../schedule/zone.ts";
import { gatewayZoneOf, shiftOf, slotUpTo } from "./gateway_zone.ts";
import { isBuiltIn, isUndelivered, lastStatusOf, plannedAt } from "./job_status.ts";
import { firesOf } from "./timeline.ts";

/** What is judged. */
export interface Evidence {
  readonly isSchedulerOn: boolean;
  readonly jobs: readonly CronJob[];
  /** The newest runs of all jobs. */
  readonly runs: readonly CronRun[];
  /** Now by the gateway's clock (epoch ms). */
  readonly nowMs: number;
  /** The person's zone, if it is known. */
  readonly zone: string | undefined;
  readonly protocol: ProtocolVersion;
}

/** The facts of each kind of finding. */
export type Fault =
  | { readonly kind: "scheduler-off" }
  /** Its next run is in the past, and it is not running. */
  | { readonly kind: "overdue"; readonly dueAtMs: number }
  /** It was due, and neither its state nor any run knows of it. */
  | { readonly kind: "missed"; readonly dueAtMs: number }
  | { readonly kind: "overrunning"; readonly sinceMs: number; readonly timeoutMs: number }
  /** It is enabled, and will never run. */
  | { readonly kind: "no-next-run" }
  | { readonly kind: "failing"; readonly count: number; readonly error: string | undefined }
  /** The gateway itself disabled it (2026.9.6). */
  | { readonly kind: "switched-off"; readonly count: number; readonly error: string | undefined }
  | { readonly kind: "undelivered"; readonly error: string | undefined }
  /** No zone in the expression, and the gateway reads it in another than the person's. */
  | { readonly kind: "foreign-zone"; readonly gatewayZone: string; readonly nextMs: number; readonly meantMs: number }
  | { readonly kind: "ownerless" };

export type Finding = Fault & {
  readonly severity: "error" | "warning";
  /** The job it is about; undefined for the scheduler. */
  readonly job: CronJob | undefined;
};

/** A gateway that is busy comes to a job this late, and still well. */
const graceMs = 120_000;
/** What both generations allow a run that names no limit (cron/service, 2026.3.13 and 2026.9.6). */
const turnTimeoutMs = 3_600_000;
const otherTimeoutMs = 600_000;

/** Everything that is wrong, the scheduler first, then job by job in their order; errors before warnings. */
export function findFaults(evidence: Evidence): readonly Finding[] {
  const { isSchedulerOn, jobs, zone } = evidence;
  const gatewayZone = gatewayZoneOf(jobs, zone ?? "UTC");
  const findings = jobs.flatMap((job) =>
    faultsOf(job, { ...evidence, gatewayZone }).map((fault): Finding => ({
      ...fault,
      severity: severityOf(fault, job),
      job,
    }))
  );
  const off: Finding[] = isSchedulerOn ? [] : [{ kind: "scheduler-off", severity: "error", job: undefined }];
  const all = [...off, ...findings];
  return [...all.filter(({ severity }) => severity === "error"), ...all.filter(({ severity }) => severity !== "error")];
}

/** How long a run of this job may take; undefined for as long as it likes. */
export function timeoutOf({ payload }: CronJob): number | undefined {
  const { timeoutSeconds } = payload;
  if (typeof timeoutSeconds === "number") return timeoutSeconds > 0 ? timeoutSeconds * 1_000 : undefined;
  return payload.kind === "agentTurn" ? turnTimeoutMs : otherTimeoutMs;
}

type JobEvidence = Evidence & { readonly gatewayZone: string | undefined };
type Rule = (job: CronJob, evidence: JobEvidence) => Fault | undefined;

function faultsOf(job: CronJob, evidence: JobEvidence): readonly Fault[] {
  return rules.map((rule) => rule(job, evidence)).filter((fault) => fault !== undefined);
}

function severityOf(fault: Fault, { delivery }: CronJob): Finding["severity"] {
  if (fault.kind === "foreign-zone") return "warning";
  if (fault.kind === "failing") return fault.count > 1 ? "error" : "warning";
  return fault.kind === "undelivered" && delivery?.["bestEffort"] === true ? "warning" : "error";
}

const overrunning: Rule = (job, { nowMs }) => {
  const { runningAtMs } = job.state;
  const timeoutMs = timeoutOf(job);
  if (!runningAtMs || timeoutMs === undefined || nowMs - runningAtMs <= timeoutMs + graceMs) return undefined;
  return { kind: "overrunning", sinceMs: runningAtMs, timeoutMs };
};

const overdue: Rule = (job, { isSchedulerOn, nowMs }) => {
  const dueAtMs = plannedAt(job);
  if (!isSchedulerOn || !job.enabled || job.state.runningAtMs || dueAtMs === undefined) return undefined;
  return dueAtMs < nowMs - graceMs ? { kind: "overdue", dueAtMs } : undefined;
};

/** Only where the schedule alone decides, and nothing else explains that it did not run. */
const missed: Rule = (job, evidence) => {
  const { enabled, state, id } = job;
  const isPlain = job["trigger"] === undefined && job["pacing"] === undefined && !isBuiltIn(job);
  if (!evidence.isSchedulerOn || !enabled || !isPlain || state.runningAtMs || state.consecutiveErrors) return undefined;
  if (overdue(job, evidence) !== undefined) return undefined;
  const dueAtMs = lastSlotOf(job, evidence);
  if (dueAtMs === undefined || dueAtMs <= Math.max(job.createdAtMs, job.updatedAtMs ?? 0)) return undefined;
  const hasRun = (state.lastRunAtMs ?? 0) >= dueAtMs ||
    evidence.runs.some(({ jobId, runAtMs, ts }) => jobId === id && (runAtMs ?? ts) >= dueAtMs);
  return hasRun ? undefined : { kind: "missed", dueAtMs };
};

/**
 * When it was due last, long enough ago that it must have run; undefined where the plan is no slot of the schedule: then
 * the gateway is about to catch up, or to try again.
 */
function lastSlotOf(job: CronJob, { nowMs, gatewayZone }: JobEvidence): number | undefined {
  const { schedule } = job;
  const beforeMs = nowMs - graceMs - staggerMsOf(schedule);
  if (schedule.kind === "cron") {
    const zone = namedZone(schedule) ?? gatewayZone;
    return zone === undefined || shiftOf(job, zone) === undefined ? undefined : slotUpTo(schedule, beforeMs, zone);
  }
  const slotMs = schedule.kind === "at" ? Date.parse(String(schedule["at"])) : slotBefore(plannedAt(job), schedule);
  return slotMs < beforeMs ? slotMs : undefined;
}

/** The slot of an interval before the planned one; NaN for a plan that is none. */
function slotBefore(plannedMs: number | undefined, { everyMs, anchorMs }: CronJob["schedule"]): number {
  if (plannedMs === undefined || typeof everyMs !== "number" || typeof anchorMs !== "number") return NaN;
  return (plannedMs - anchorMs) % everyMs === 0 ? plannedMs - everyMs : NaN;
}

const noNextRun: Rule = (job, evidence) => {
  const { enabled, state, schedule } = job;
  const hasClock = ["at", "every", "cron"].includes(schedule.kind);
  if (!evidence.isSchedulerOn || !enabled || !hasClock || plannedAt(job) !== undefined || state.runningAtMs) {
    return undefined;
  }
  // A one-shot job that has run, or was missed, is told of otherwise.
  const isOver = lastStatusOf(state) !== undefined && schedule.kind === "at";
  return isOver || missed(job, evidence) !== undefined ? undefined : { kind: "no-next-run" };
};

const failing: Rule = ({ enabled, state }) => {
  const { consecutiveErrors = 0, lastError } = state;
  return enabled && consecutiveErrors > 0 ? { kind: "failing", count: consecutiveErrors, error: lastError } : undefined;
};

const switchedOff: Rule = ({ enabled, state }) => {
  const { autoDisabled, consecutiveErrors = 0, lastError } = state;
  if (enabled || typeof autoDisabled !== "object" || autoDisabled === null) return undefined;
  const { consecutiveErrors: count } = autoDisabled as { readonly consecutiveErrors?: unknown };
  return { kind: "switched-off", count: typeof count === "number" ? count : consecutiveErrors, error: lastError };
};

const undelivered: Rule = (job) => {
  const { lastDeliveryError } = job.state;
  if (!job.enabled || !isUndelivered(job)) return undefined;
  return { kind: "undelivered", error: typeof lastDeliveryError === "string" ? lastDeliveryError : undefined };
};

const foreignZone: Rule = (job, { gatewayZone, nowMs, zone, protocol }) => {
  const { enabled, schedule } = job;
  if (!enabled || zone === undefined || gatewayZone === undefined || gatewayZone === zone || isBuiltIn(job)) {
    return undefined;
  }
  if (schedule.kind !== "cron" || namedZone(schedule) !== undefined) return undefined;
  const [next] = firesOf({ ...job, state: {} }, nowMs, 1, { zone: gatewayZone, protocol }).fires;
  const [meant] = firesOf({ ...job, state: {} }, nowMs, 1, { zone, protocol }).fires;
  const isSame = offsetAt(nowMs, gatewayZone) === offsetAt(nowMs, zone);
  if (next === undefined || meant === undefined || isSame || next.atMs === meant.atMs) return undefined;
  return { kind: "foreign-zone", gatewayZone, nextMs: plannedAt(job) ?? next.atMs, meantMs: meant.atMs };
};

/** Null, not absent: protocol 4 could not tell which agent it is for. */
const ownerless: Rule = ({ enabled, ["effectiveAgentId"]: owner }) =>
  enabled && owner === null ? { kind: "ownerless" } : undefined;

const rules: readonly Rule[] = [
  ownerless,
  overrunning,
  overdue,
  missed,
  noNextRun,
  failing,
  switchedOff,
  undelivered,
  foreignZone,
];
