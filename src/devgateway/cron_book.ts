/**
 * The cron jobs of a gateway and what became of their runs. It decides nothing by itself: handlers change it,
 * `cron_scheduler.ts` starts and ends runs, and whoever watches it is told of each change. What can be asked of it:
 * `cron_pages.ts`.
 */
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/world.ts";
import type { CronAddParams, CronJob, CronPatch, CronRun, ParamsOf } from "../protocol/mod.ts";
import { redeclare } from "./cron_declared.ts";
import { faultOf, type JobFault, type Touched } from "./cron_faults.ts";
import { createJob, heartbeatJob, heartbeatKey, patchJob } from "./cron_jobs.ts";
import { type Page, pageOfJobs, pageOfRuns } from "./cron_pages.ts";
import { type EndedRun, rowOf, settle, withNext } from "./cron_settling.ts";
import { nextRunOf, type Timing } from "./cron_timing.ts";

/** A definition that was written down, or why it cannot be. */
export type Kept = { readonly job: CronJob } | { readonly fault: JobFault };

/** All that a book holds, as data. */
export interface CronRecords {
  readonly jobs: readonly CronJob[];
  /** Oldest first. */
  readonly runs: readonly CronRun[];
}

/** What a run left behind. */
export interface Finished {
  readonly run: CronRun;
  readonly job: CronJob;
  readonly isRemoved: boolean;
  /** The next fire time is another than before the run. */
  readonly isRescheduled: boolean;
}

/** Of each job the newest runs are kept, this many. */
export const maxRunsPerJob = 2_000;

export class CronBook {
  readonly #timing: Timing;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #jobs = new Map<string, CronJob>();
  #runs: CronRun[] = [];
  #revision = 0;
  readonly #watchers: (() => void)[] = [];

  constructor(timing: Timing, clock: Clock, ids: Ids, records: CronRecords = { jobs: [], runs: [] }) {
    this.#timing = timing;
    this.#clock = clock;
    this.#ids = ids;
    for (const job of records.jobs) this.#jobs.set(job.id, job);
    this.#runs = [...records.runs];
    this.#revision = Math.max(
      0,
      ...records.jobs.map(({ configRevision = "" }) => Number(configRevision.slice(4)) || 0),
    );
    if (timing.protocol === 3 || this.findDeclared(heartbeatKey) !== undefined) return;
    const job = heartbeatJob(ids.uuid(), clock.now());
    this.#jobs.set(job.id, withNext(job, nextRunOf(job, clock.now(), timing)));
  }

  get timing(): Timing {
    return this.#timing;
  }

  get records(): CronRecords {
    return { jobs: [...this.#jobs.values()], runs: this.#runs };
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** The soonest fire time of all jobs, epoch ms. */
  get nextWakeAtMs(): number | null {
    return soonest(this.records.jobs);
  }

  /** The soonest fire time of the jobs that are not running. */
  get nextStartAtMs(): number | null {
    return soonest(this.records.jobs.filter(({ state }) => state.runningAtMs === undefined));
  }

  /** Has an action done after every change. */
  watch(action: () => void): void {
    this.#watchers.push(action);
  }

  find(id: string): CronJob | undefined {
    return this.#jobs.get(id);
  }

  /** The job that was declared under a key (protocol 4). */
  findDeclared(declarationKey: string): CronJob | undefined {
    return this.records.jobs.find((job) => job.declarationKey === declarationKey);
  }

  /** Jobs whose time has come and that are not running. */
  due(now: number): CronJob[] {
    return this.records.jobs.filter(({ enabled, state }) =>
      enabled && state.runningAtMs === undefined && (state.nextRunAtMs ?? Infinity) <= now
    );
  }

  add(params: CronAddParams): Kept {
    const now = this.#clock.now();
    const job = createJob(params, this.#ids.uuid(), now, this.#timing.protocol);
    return this.#keepIfSound(job, now, "schedule");
  }

  update(job: CronJob, patch: CronPatch): Kept {
    const now = this.#clock.now();
    const touched = patch.schedule !== undefined ? "schedule" : patch.enabled !== undefined ? "enabled" : "neither";
    return this.#change(job, patchJob(job, patch, now, this.#timing.protocol), now, touched);
  }

  /** Declares a job again under its key (protocol 4); undefined when that says nothing new. */
  redeclare(job: CronJob, params: CronAddParams): Kept | undefined {
    const now = this.#clock.now();
    const after = redeclare(job, params, now);
    return after === undefined ? undefined : this.#change(job, after, now, "schedule");
  }

  remove(id: string): CronJob | undefined {
    const job = this.#jobs.get(id);
    if (this.#jobs.delete(id)) this.#changed();
    return job;
  }

  list(params: ParamsOf<"cron.list">): Page<CronJob> {
    return pageOfJobs(this.records.jobs, params, this.#timing.protocol);
  }

  runs(params: ParamsOf<"cron.runs">): Page<CronRun> {
    const names = new Map(this.records.jobs.map(({ id, name }) => [id, name]));
    return pageOfRuns(this.#runs, params, names, this.#timing.protocol);
  }

  /** Marks a job as running from now on, unless it is gone. */
  start(id: string): CronJob | undefined {
    const job = this.#jobs.get(id);
    if (job === undefined) return undefined;
    const { lastError: _before, ...state } = job.state;
    return this.#put({ ...job, state: { ...state, runningAtMs: this.#clock.now() } });
  }

  /** Takes the mark of a run away that ended unseen. */
  forget(id: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    const { runningAtMs: _running, ...state } = job.state;
    this.#put({ ...job, state });
  }

  /** Gives a job another next fire time. */
  reschedule(id: string, nextRunAtMs: number | undefined): void {
    const job = this.#jobs.get(id);
    if (job !== undefined) this.#put(withNext(job, nextRunAtMs));
  }

  /** Writes down how a run ended, with its id where the generation keeps one. Undefined when the job is gone. */
  finish(id: string, ended: EndedRun, runId: string | undefined): Finished | undefined {
    const before = this.#jobs.get(id);
    if (before === undefined) return undefined;
    const { job, isOver } = settle(before, ended, this.#timing);
    const run = this.noteRun(job, ended, runId);
    if (isOver) this.#jobs.delete(id);
    else this.#jobs.set(id, job);
    this.#changed();
    return { run, job, isRemoved: isOver, isRescheduled: job.state.nextRunAtMs !== before.state.nextRunAtMs };
  }

  /** Writes down a run alone. `job`: as the run left it, or as it was when it was removed. */
  noteRun(job: CronJob, ended: EndedRun, runId: string | undefined): CronRun {
    const run = rowOf(job, ended, this.#clock.now(), runId, this.#timing.protocol);
    this.#runs.push(run);
    this.#dropOldRuns(job.id);
    this.#changed();
    return run;
  }

  #dropOldRuns(jobId: string): void {
    const extra = this.#runs.filter((run) => run.jobId === jobId).length - maxRunsPerJob;
    if (extra > 0) this.#runs.splice(this.#runs.findIndex((run) => run.jobId === jobId), 1);
  }

  #change(job: CronJob, after: CronJob, now: number, touched: Touched): Kept {
    const isOther = JSON.stringify([job.schedule, job.enabled]) !== JSON.stringify([after.schedule, after.enabled]);
    if (this.#timing.protocol === 3) return this.#keepIfSound(after, now, touched);
    if (!isOther) return this.#keepIfSound(after, now, "neither");
    return this.#keepIfSound({ ...after, state: { ...after.state, scheduleActivatedAtMs: now } }, now, touched);
  }

  #keepIfSound(job: CronJob, now: number, touched: Touched): Kept {
    const { protocol } = this.#timing;
    const fault = faultOf(job, now, this.#timing, touched);
    if (fault !== undefined) return { fault };
    const isTimed = touched !== "neither" || job.state.nextRunAtMs === undefined;
    const timed = isTimed ? withNext(job, nextRunOf(job, now, this.#timing)) : job;
    const { runningAtMs: _running, ...state } = timed.state;
    // Protocol 3 forgets that a job runs when it is switched off.
    const kept = protocol === 3 && !job.enabled ? { ...timed, state } : timed;
    this.#revision += 1;
    return { job: this.#put(protocol === 4 ? { ...kept, configRevision: `dev:${this.#revision}` } : kept) };
  }

  #put(job: CronJob): CronJob {
    this.#jobs.set(job.id, job);
    this.#changed();
    return job;
  }

  #changed(): void {
    for (const action of this.#watchers) action();
  }
}

function soonest(jobs: readonly CronJob[]): number | null {
  const times = jobs.flatMap(({ enabled, state }) => enabled ? state.nextRunAtMs ?? [] : []);
  return times.length === 0 ? null : Math.min(...times);
}
