/**
 * The cron family: jobs, runs on request, pages. Where the generations differ in how they refuse, the recordings
 * `30-cron` and `71` are followed: 2026.3.13 says UNAVAILABLE of plain mistakes, 2026.9.6 names unknown jobs by a code.
 */
import type { CronAddParams, CronJob, Method, WireError } from "../protocol/mod.ts";
import { changeEvent } from "./cron_events.ts";
import { type JobFault, timeFault } from "./cron_faults.ts";
import type { Page } from "./cron_pages.ts";
import type { Effect } from "./effects.ts";
import type { Call, Handlers, Reply } from "./handlers.ts";
import { stateDir } from "./hello.ts";
import { invalid, unavailable } from "./wire_errors.ts";

/** Measured; here a refused change is none, as with 2026.9.6. */
const halfKept = "2026.3.13 keeps what it had changed by then: look with cron.list, and undo it.";

type CronMethod = Extract<Method, `cron.${string}`>;

export const cronHandlers: Handlers<CronMethod> = {
  "cron.status": (_params, { memory, generation }) => {
    const { size: jobs, nextWakeAtMs } = memory.cron;
    if (generation.protocol === 3) {
      return { payload: { enabled: true, storePath: `${stateDir}/cron/jobs.json`, jobs, nextWakeAtMs } };
    }
    const sqlitePath = `${stateDir}/state/openclaw.sqlite`;
    const storage = { storePath: sqlitePath, storage: "sqlite", sqlitePath };
    return { payload: { enabled: true, triggersEnabled: true, ...storage, jobs, nextWakeAtMs } };
  },
  "cron.list": (params, call) => {
    const { items, ...page } = call.memory.cron.list(params);
    const jobs = items.map((job) => shown(job, call));
    const newer = call.generation.protocol === 4 && params.includeDeliveryPreviews !== false && params.compact !== true;
    return { payload: { jobs, ...page, ...(newer ? { deliveryPreviews: {} } : {}) } };
  },
  "cron.get": (params, call) => withJob(params.id, call, (job) => ({ payload: shown(job, call) })),
  "cron.runs": (params, call) => {
    const isForJob = (params.scope ?? (params.id === undefined ? "all" : "job")) === "job";
    if (isForJob && params.id === undefined) return { error: invalid("invalid cron.runs params: missing id") };
    const page = call.memory.cron.runs(params);
    const isUnknown = isForJob && page.total === 0 && call.memory.cron.find(params.id ?? "") === undefined;
    if (isUnknown && call.generation.protocol === 4) return { error: notFound(params.id ?? "", call) };
    return { payload: entries(page) };
  },
  "cron.add": (params, call) => {
    const { declarationKey: key } = params;
    const declared = key === undefined ? undefined : call.memory.cron.findDeclared(key);
    if (declared !== undefined) return declareAgain(declared, params, call);
    const result = call.memory.cron.add(params);
    if ("fault" in result) return { error: faulty(result.fault, "cron.add", call) };
    const job = shown(result.job, call);
    return {
      payload: key === undefined ? job : { created: true, job },
      before: [changeEvent(result.job, "added", call.generation.protocol)],
    };
  },
  "cron.update": (params, call) => {
    // 2026.3.13 looks at the time before it looks for the job.
    const { schedule } = params.patch;
    const isEarly = call.generation.protocol === 3 && schedule !== undefined;
    const time = isEarly ? timeFault(schedule, call.options.clock.now()) : undefined;
    if (time !== undefined) return { error: faulty(time, "cron.update", call) };
    return withJob(params.id, call, (job) => {
      const { expectedConfigRevision: expected } = params;
      if (expected !== undefined && expected !== job.configRevision) return { error: changed(expected, job) };
      const result = call.memory.cron.update(job, params.patch);
      if ("fault" in result) {
        const error = faulty(result.fault, "cron.update", call);
        return call.generation.protocol === 4 ? { error } : { error, advice: halfKept };
      }
      return {
        payload: shown(result.job, call),
        before: [changeEvent(result.job, "updated", call.generation.protocol)],
      };
    });
  },
  "cron.remove": (params, call) => {
    const job = call.memory.cron.remove(params.id);
    if (job !== undefined) {
      return { payload: { ok: true, removed: true }, before: [changeEvent(job, "removed", call.generation.protocol)] };
    }
    if (call.generation.protocol === 4) return { error: notFound(params.id, call) };
    return { payload: { ok: true, removed: false } };
  },
  "cron.run": (params, call) =>
    withJob(params.id, call, (job) => {
      const { instanceId } = call.memory;
      const { expectedProcessInstanceId: expected = instanceId, mode = "force" } = params;
      if (expected !== instanceId) {
        return { error: invalid("invalid cron.run params: Gateway process changed after preflight") };
      }
      const instance = call.generation.protocol === 4 ? { processInstanceId: instanceId } : {};
      const reason = reasonNotToRun(job, mode, call);
      if (reason !== undefined) return { payload: { ok: true, ran: false, reason, ...instance } };
      const runId = call.memory.nameRun(job.id, call.options.clock.now());
      const after: Effect = { kind: "run", jobId: job.id, runId, isForced: mode !== "due" };
      return { payload: { ok: true, enqueued: true, runId, ...instance }, after: [after] };
    }),
};

/** A declaration that says nothing new changes nothing, and no event tells of it. */
function declareAgain(declared: CronJob, params: CronAddParams, call: Call): Reply {
  const result = call.memory.cron.redeclare(declared, params);
  if (result === undefined) return { payload: { created: false, updated: false, job: shown(declared, call) } };
  if ("fault" in result) return { error: faulty(result.fault, "cron.add", call) };
  return {
    payload: { created: false, updated: true, job: shown(result.job, call) },
    before: [changeEvent(result.job, "updated", call.generation.protocol)],
  };
}

function reasonNotToRun(job: CronJob, mode: "due" | "force" | "if-enabled", { options }: Call): string | undefined {
  if (job.state.runningAtMs !== undefined) return "already-running";
  if (mode === "if-enabled" && !job.enabled) return "disabled";
  if (mode !== "due") return undefined;
  const isDue = job.enabled && (job.state.nextRunAtMs ?? Infinity) <= options.clock.now();
  return isDue ? undefined : "not-due";
}

/** Protocol 4 mirrors what matters of the state at top level. */
function shown(job: CronJob, { generation }: Call): CronJob {
  if (generation.protocol === 3) return job;
  const { nextRunAtMs, lastRunAtMs, lastRunStatus, lastError: lastRunError, lastDeliveryStatus } = job.state;
  const mirrored = { nextRunAtMs, lastRunAtMs, lastRunStatus, lastRunError, lastDeliveryStatus };
  const known = Object.fromEntries(Object.entries(mirrored).filter(([, value]) => value !== undefined));
  return { ...job, ...known, effectiveAgentId: job.agentId ?? "main" };
}

function entries<Item>({ items, ...page }: Page<Item>): Record<string, unknown> {
  return { entries: items, ...page };
}

function withJob(id: string, call: Call, act: (job: CronJob) => Reply): Reply {
  const job = call.memory.cron.find(id);
  return job === undefined ? { error: notFound(id, call) } : act(job);
}

function notFound(id: string, { generation }: Call): WireError {
  if (generation.protocol === 3) return unavailable(`Error: unknown cron job id: ${id}`);
  const message = `Automation not found: ${id}. List automations and retry with a current job id.`;
  return invalid(message, { code: "CRON_JOB_NOT_FOUND", jobId: id });
}

function faulty({ kind, name = "Error", message }: JobFault, method: string, { generation }: Call): WireError {
  if (kind === "schedule-time") return invalid(message);
  if (generation.protocol === 3) return unavailable(cutOlder(`${name}: ${message}`));
  return kind === "other" ? unavailable(`Error: ${message}`) : invalid(`invalid ${method} params: ${message}`);
}

/** 2026.3.13 tells no more than this of an error. */
function cutOlder(text: string): string {
  return text.length > 240 ? `${text.slice(0, 240)}...` : text;
}

function changed(expectedConfigRevision: string, job: CronJob): WireError {
  const message = "cron job definition no longer matches the loaded version; review the latest version before retrying";
  const actualConfigRevision = job.configRevision;
  return invalid(message, { code: "CRON_JOB_CHANGED", expectedConfigRevision, actualConfigRevision });
}
