/**
 * Follows a run to its end: by the gateway's events, by looking at what it wrote down, over as many connections as it
 * takes. It only looks; whether what was seen is an answer is `run_verdict.ts`'s part.
 */
import type { Connection } from "../client/connection.ts";
import { asClawError, type ClawError } from "../errors.ts";
import { type Clock, limitTime } from "../platform/clock.ts";
import { listJobs } from "./jobs.ts";
import type { Line } from "./line.ts";
import { readRunsIfAny } from "./run_history.ts";
import { judgeRun, type RunEnd, type RunTarget, Sightings, type Verdict } from "./run_verdict.ts";

export interface FollowOptions {
  /** How long to wait, ms. */
  readonly waitMs: number;
  /** Wait for its end, or only until it is known that it takes place. */
  readonly until: "ended" | "begun";
  /** Aborted by a signal to the process, or when its time is over. */
  readonly signal: AbortSignal;
  /** Told of each verdict on the way. */
  readonly onVerdict?: (verdict: Verdict) => void;
}

/** How the following ended. `blind`: nothing more could be seen, for this cause. */
export interface Followed {
  readonly verdict: Verdict;
  readonly blind?: ClawError;
}

/** The first looks come soon, for runs of which no event tells; later ones are spread out. */
const pollsMs = [250, 500, 1_000] as const;
const steadyPollMs = 2_000;
/** A run that takes place begins at once, unless others are queued before it, of which nothing tells. */
const mostLooksForBeginning = 4;
/**
 * Without run ids, one more look comes after the run's end: another that was queued before it would begin now, and then
 * it cannot be told which was which.
 */
const settleMs = 400;
/**
 * Protocol 3 runs one after another what is asked for by hand (2026.3.13). A run that began later than this after the
 * request waited for its turn, as others of the same job may still do.
 */
const promptMs = 1_000;
/** How long to wait for the row of a run whose end an event told. */
const rowMs = 2_000;
/** More runs than this since the request are not needed to tell that they are several. */
const mostRuns = 500;

export class RunWatch implements Disposable {
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #jobId: string;
  readonly #seen = new Sightings();
  readonly #hush: () => void;
  #wake = () => {};
  #hasNews = false;
  #goneSince: number | undefined;
  #restartedSince: number | undefined;
  /** Whether the gateway ran any job when its jobs were looked at last; told on protocol 3 only. */
  #isBusy = false;

  /** Begins to listen; make it before the run is asked for, so that a short one is not missed. */
  constructor(line: Line, clock: Clock, jobId: string) {
    this.#line = line;
    this.#clock = clock;
    this.#jobId = jobId;
    this.#hush = line.listen((event) => {
      if (event.jobId !== jobId) return;
      this.#seen.seeEvent(event);
      this.#hasNews = true;
      this.#wake();
    });
  }

  /** Waits for the verdict. @throws ClawError `interrupted` only */
  async follow(target: RunTarget, { waitMs, until, signal, onVerdict }: FollowOptions): Promise<Followed> {
    using limit = limitTime(signal, this.#clock, waitMs);
    const isEnough = (verdict: Verdict) =>
      verdict.kind !== "open" || (until === "begun" && verdict.runAtMs !== undefined);
    try {
      for (let looks = 0;; looks++) {
        const verdict = await this.#look(target, limit.signal);
        onVerdict?.(verdict);
        if (isEnough(verdict)) return { verdict: await this.#settle(target, verdict, limit.signal) };
        if (until === "begun" && looks === mostLooksForBeginning) return { verdict };
        await this.#pause(pollsMs[looks] ?? steadyPollMs, limit.signal);
      }
    } catch (thrown) {
      // That the time is over says nothing of the run: it is no reason to try again.
      if (signal.aborted && asClawError(signal.reason).code !== "net/timeout") throw signal.reason;
      if (limit.signal.aborted) return { verdict: this.#atLast(target) };
      return { verdict: this.#atLast(target), blind: asClawError(thrown) };
    }
  }

  [Symbol.dispose](): void {
    this.#hush();
  }

  async #look(target: RunTarget, signal: AbortSignal): Promise<Verdict> {
    this.#hasNews = false;
    if (isNameKnown(target) && this.#judge(target).kind === "ended") return await this.#enrich(target, signal);
    await this.#line.read((connection, limit) => this.#readRows(connection, target, limit), signal);
    const byRows = this.#judge(target);
    // Without names the job must be looked at too: who changed its schedule may have begun that run.
    if (byRows.kind === "ended" && isNameKnown(target)) return byRows;
    await this.#line.read(async (connection, limit) => {
      const { job, isBusy } = await readJob(connection, this.#jobId, limit);
      this.#isBusy = isBusy;
      this.#seen.seeJob(job);
      this.#goneSince = job === undefined ? this.#goneSince ?? this.#clock.elapsed() : undefined;
      if (hasRestarted(connection, target)) this.#restartedSince ??= this.#clock.elapsed();
      // What was written between the two looks.
      if (job === undefined) await this.#readRows(connection, target, limit);
    }, signal);
    return this.#judge(target);
  }

  /** The event said how it ended; the row may say more, but is not worth a long wait. */
  async #enrich(target: RunTarget, signal: AbortSignal): Promise<Verdict> {
    using limit = limitTime(signal, this.#clock, rowMs);
    const read = this.#line.read((connection, brief) => this.#readRows(connection, target, brief), limit.signal);
    await read.catch(() => signal.throwIfAborted());
    return this.#judge(target);
  }

  async #readRows(connection: Connection, { notBeforeMs }: RunTarget, signal: AbortSignal): Promise<void> {
    const range = { limit: mostRuns, sinceMs: notBeforeMs };
    this.#seen.seeRows(await readRunsIfAny(connection, { id: this.#jobId }, range, signal));
  }

  #judge(target: RunTarget): Verdict {
    const [reason, since] = this.#goneSince === undefined
      ? ["restarted", this.#restartedSince] as const
      : ["removed", this.#goneSince] as const;
    const lost = since === undefined ? undefined : { reason, forMs: this.#clock.elapsed() - since };
    return judgeRun(target, this.#seen, lost);
  }

  async #settle(target: RunTarget, verdict: Verdict, signal: AbortSignal): Promise<Verdict> {
    if (verdict.kind === "untold" || isNameKnown(target)) return verdict;
    for (let wasBusy = this.#isBusy;; wasBusy = this.#isBusy) {
      await this.#clock.sleep(settleMs, signal);
      const latest = await this.#look(target, signal);
      // Between two runs nothing runs for a moment, so that it takes two looks in a row.
      const isQueueOver = !this.#isBusy && !wasBusy;
      if (latest.kind !== "ended" || isQueueOver || isPrompt(latest.end, target)) return latest;
    }
  }

  /** Nothing more will be seen. An end that was not settled is none: it may be another run's. */
  #atLast(target: RunTarget): Verdict {
    const verdict = this.#judge(target);
    if (verdict.kind !== "ended" || isNameKnown(target)) return verdict;
    const runAtMs = verdict.end.runAtMs ?? target.notBeforeMs;
    return { kind: "untold", reason: "several", candidates: [{ runAtMs, end: verdict.end }] };
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#hasNews) return;
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    using limit = limitTime(signal, this.#clock, ms);
    const slept = this.#clock.sleep(ms, limit.signal).catch(() => {});
    await Promise.race([woken, slept]);
    signal.throwIfAborted();
  }
}

/** Whether the gateway says by name which run is over. */
function isNameKnown({ isNamed, runId }: RunTarget): boolean {
  return isNamed && runId !== undefined;
}

/** Whether it began as soon as it was asked for. */
function isPrompt({ runAtMs = Infinity }: RunEnd, { isNamed, notBeforeMs }: RunTarget): boolean {
  return isNamed || runAtMs <= notBeforeMs + promptMs;
}

/** The job as it is now, undefined when the gateway does not have it; on protocol 3, whether any job runs. */
async function readJob(connection: Connection, id: string, signal: AbortSignal) {
  if (connection.handshake.protocol === 3) {
    const jobs = await listJobs(connection, {}, signal);
    return {
      job: jobs.find((job) => job.id === id),
      isBusy: jobs.some(({ state }) => state.runningAtMs !== undefined),
    };
  }
  try {
    return { job: await connection.call("cron.get", { id }, signal), isBusy: false };
  } catch (thrown) {
    if (asClawError(thrown).code === "gateway/not-found") return { job: undefined, isBusy: false };
    throw thrown;
  }
}

/** Whether this gateway was started after the run was asked for, by its own clock. */
function hasRestarted({ handshake }: Connection, { notBeforeMs }: RunTarget): boolean {
  const { uptimeMs } = handshake.hello.snapshot;
  return typeof uptimeMs === "number" && handshake.challengedAt.gatewayMs - uptimeMs > notBeforeMs;
}
