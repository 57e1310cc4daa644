/**
 * The cron jobs of a gateway and what became of their runs, with the paging that clients meet. Nothing fires by itself
 * yet: a run takes place when `cron.run` asks for it. Next: `cron_handlers.ts`.
 */
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/world.ts";
import type { CronAddParams, CronJob, CronPatch, CronRun, ParamsOf, ProtocolVersion } from "../protocol/mod.ts";
import { createJob, faultOf, type JobFault, patchJob, withNextRun } from "./cron_jobs.ts";
import type { CronRunOutcome } from "./options.ts";

/** A part of a list, as both generations cut it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  readonly hasMore: boolean;
  readonly nextOffset: number | null;
}

/** A definition that was written down, or why it cannot be. */
export type Kept = { readonly job: CronJob } | { readonly fault: JobFault };

/** How a run ended, with all its facts. */
export type RunOutcome = CronRunOutcome & Required<Pick<CronRunOutcome, "durationMs" | "deliveryStatus">>;

export class CronBook {
  readonly #protocol: ProtocolVersion;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #jobs = new Map<string, CronJob>();
  readonly #runs: CronRun[] = [];
  #runCount = 0;
  #revision = 0;

  constructor(protocol: ProtocolVersion, clock: Clock, ids: Ids) {
    this.#protocol = protocol;
    this.#clock = clock;
    this.#ids = ids;
    if (protocol === 4) this.#addBuiltIn();
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** The soonest fire time of all jobs, epoch ms. */
  get nextWakeAtMs(): number | null {
    const times = [...this.#jobs.values()].flatMap(({ state }) => state.nextRunAtMs ?? []);
    return times.length === 0 ? null : Math.min(...times);
  }

  find(id: string): CronJob | undefined {
    return this.#jobs.get(id);
  }

  /** The job that was declared under a key (protocol 4). */
  findDeclared(declarationKey: string): CronJob | undefined {
    return [...this.#jobs.values()].find((job) => job.declarationKey === declarationKey);
  }

  add(params: CronAddParams): Kept {
    const now = this.#clock.now();
    return this.#keepIfSound(createJob(params, this.#ids.uuid(), now, this.#protocol), true);
  }

  update(job: CronJob, patch: CronPatch): Kept {
    return this.#keepIfSound(patchJob(job, patch, this.#clock.now()), patch.schedule !== undefined);
  }

  remove(id: string): CronJob | undefined {
    const job = this.#jobs.get(id);
    this.#jobs.delete(id);
    return job;
  }

  list(params: ParamsOf<"cron.list">): Page<CronJob> {
    const query = params.query?.trim().toLowerCase() ?? "";
    const wanted = params.enabled ?? (params.includeDisabled === true ? "all" : "enabled");
    const found = [...this.#jobs.values()].filter((job) => {
      if (wanted !== "all" && job.enabled !== (wanted === "enabled")) return false;
      if (isOther(params.scheduleKind, job.schedule.kind) || isOther(params.agentId, job.agentId ?? "main")) {
        return false;
      }
      if (isOther(params.lastRunStatus, job.state.lastRunStatus ?? "unknown")) return false;
      return [job.name, job.description, job.agentId].join(" ").toLowerCase().includes(query);
    });
    const sign = params.sortDir === "desc" ? -1 : 1;
    found.sort((a, b) => sign * compareJobs(a, b, params.sortBy ?? "nextRunAtMs"));
    return cut(found, params.offset, params.limit ?? Math.max(found.length, found.length === 0 ? 50 : 1));
  }

  runs(params: ParamsOf<"cron.runs">): Page<CronRun> {
    const statuses = params.statuses ?? (params.status === undefined || params.status === "all" ? [] : [params.status]);
    const deliveries = params.deliveryStatuses ?? (params.deliveryStatus === undefined ? [] : [params.deliveryStatus]);
    const isAll = (params.scope ?? (params.id === undefined ? "all" : "job")) === "all";
    const query = params.query?.trim().toLowerCase() ?? "";
    const found = this.#runs.filter((run) =>
      (isAll || run.jobId === params.id) && (params.runId === undefined || run.runId === params.runId) &&
      (statuses.length === 0 || statuses.some((status) => status === run.status)) &&
      (deliveries.length === 0 || deliveries.some((status) => status === run.deliveryStatus)) &&
      [run.jobId, run.summary, run.error, run.jobName].join(" ").toLowerCase().includes(query)
    );
    const shown = found.map(({ jobName, runId, completionStatus, ...run }): CronRun => {
      const named = isAll || this.#protocol === 4 ? { jobName } : {};
      return { ...run, ...named, ...(this.#protocol === 4 ? { runId, completionStatus } : {}) };
    });
    if (params.sortDir !== "asc") shown.reverse();
    return cut(shown, params.offset, params.limit ?? 50);
  }

  /** Marks a job as running. @returns the run's id */
  start(job: CronJob): string {
    const now = this.#clock.now();
    this.#runCount += 1;
    this.#jobs.set(job.id, { ...job, state: { ...job.state, runningAtMs: now } });
    return `manual:${job.id}:${now}:${this.#runCount}`;
  }

  /**
   * Writes down how a run ended; a one-shot job is then removed or switched off.
   * @returns the run, and the job as it was left; undefined when the job is gone
   */
  finish(id: string, runId: string, outcome: RunOutcome): { run: CronRun; job: CronJob } | undefined {
    const job = this.#jobs.get(id);
    if (job === undefined) return undefined;
    const now = this.#clock.now();
    const runAtMs = job.state.runningAtMs ?? now;
    const left = withNextRun(settleJob(job, runAtMs, outcome), now);
    const { status, error, durationMs, deliveryStatus } = outcome;
    const run: CronRun = {
      ts: now,
      jobId: id,
      action: "finished",
      status,
      ...(error === undefined ? {} : { error }),
      summary: String(job.payload["text"] ?? job.payload["message"] ?? ""),
      runAtMs,
      durationMs,
      ...(left.state.nextRunAtMs === undefined ? {} : { nextRunAtMs: left.state.nextRunAtMs }),
      deliveryStatus,
      jobName: job.name,
      runId,
      completionStatus: status === "ok" ? "succeeded" : "failed",
    };
    this.#runs.push(run);
    if (job.enabled && !left.enabled && job.deleteAfterRun === true) this.#jobs.delete(id);
    else this.#jobs.set(id, left);
    return { run, job: left };
  }

  #keepIfSound(job: CronJob, isTimed: boolean): Kept {
    const fault = faultOf(job, this.#clock.now(), this.#protocol);
    // A one-shot job whose time is over may still be renamed.
    if (fault !== undefined && (isTimed || fault.kind !== "schedule-time")) return { fault };
    this.#revision += 1;
    const kept = this.#protocol === 4 ? { ...job, configRevision: `dev:${this.#revision}` } : job;
    this.#jobs.set(job.id, kept);
    return { job: kept };
  }

  /** Protocol 4 lists jobs of its own, which a client tells by their declaration key. */
  #addBuiltIn(): void {
    const now = this.#clock.now();
    const job: CronJob = {
      id: this.#ids.uuid(),
      declarationKey: "heartbeat:main",
      displayName: "Heartbeat (main)",
      agentId: "main",
      name: "heartbeat-main",
      enabled: true,
      createdAtMs: now,
      updatedAtMs: now,
      schedule: { kind: "every", everyMs: 1_800_000, anchorMs: now },
      sessionTarget: "main",
      wakeMode: "next-heartbeat",
      payload: { kind: "heartbeat" },
      state: {},
      configRevision: "dev:0",
    };
    this.#jobs.set(job.id, withNextRun(job, now));
  }
}

/** The job after a run: a one-shot job that succeeded is over. */
function settleJob(job: CronJob, runAtMs: number, { status, error, durationMs, deliveryStatus }: RunOutcome): CronJob {
  const { runningAtMs: _running, lastError: _lastError, ...state } = job.state;
  return {
    ...job,
    enabled: job.enabled && !(job.schedule.kind === "at" && status === "ok"),
    state: {
      ...state,
      lastRunAtMs: runAtMs,
      lastRunStatus: status,
      lastStatus: status,
      lastDurationMs: durationMs,
      ...(error === undefined ? {} : { lastError: error }),
      lastDeliveryStatus: deliveryStatus,
      consecutiveErrors: status === "error" ? (state.consecutiveErrors ?? 0) + 1 : 0,
    },
  };
}

function isOther(wanted: string | undefined, actual: string): boolean {
  return wanted !== undefined && wanted !== "all" && wanted !== actual;
}

/** Jobs without a next run come last. */
function compareJobs(a: CronJob, b: CronJob, by: "nextRunAtMs" | "updatedAtMs" | "name"): number {
  if (by === "name") return a.name.localeCompare(b.name);
  const [left, right] = by === "updatedAtMs"
    ? [a.updatedAtMs ?? 0, b.updatedAtMs ?? 0]
    : [a.state.nextRunAtMs ?? Infinity, b.state.nextRunAtMs ?? Infinity];
  return left === right ? 0 : left - right;
}

function cut<Item>(all: readonly Item[], wantedOffset: number | undefined, wantedLimit: number): Page<Item> {
  const offset = Math.min(wantedOffset ?? 0, all.length);
  const limit = Math.min(200, wantedLimit);
  const items = all.slice(offset, offset + limit);
  const next = offset + items.length;
  const hasMore = next < all.length;
  return { items, total: all.length, offset, limit, hasMore, nextOffset: hasMore ? next : null };
}
