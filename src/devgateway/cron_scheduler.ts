/**
 * The clock behind the cron jobs: starts what is due, whether or not a client is connected, ends it, and tells of it.
 * Protocol 3 runs what fell due together one after another and tells of the ends when all are over; protocol 4 runs up
 * to eight at a time. What is due, and what a run does to its job, is `cron_book.ts`'s to say.
 */
import type { CronJob } from "../protocol/mod.ts";
import type { CronBook } from "./cron_book.ts";
import { planCatchUp } from "./cron_catchup.ts";
import { changeEvent, finishEvent, outcomeOf, startEvent } from "./cron_events.ts";
import type { EndedRun, RunOutcome } from "./cron_settling.ts";
import { nextRunOf } from "./cron_timing.ts";
import type { Broadcast, Effect } from "./effects.ts";
import { heartbeatSoon, runHeartbeat } from "./heartbeats.ts";
import type { GatewayContext } from "./options.ts";

/** A gateway looks again after this long, lest it trust a timer over a clock that was set. */
const longestWaitMs = 60_000;
/** What is overdue waits this long, so that nothing can spin. */
const overdueWaitMs = 2_000;
const mostAtATime = 8;
const interruption = "cron: job interrupted by gateway restart";

/** A run that is over, and the job as it began. */
interface Run extends EndedRun {
  readonly job: CronJob;
}

/** A run that is going on, on protocol 4: who switches its job off or removes it ends it (measured). */
interface Cancellable {
  isEnabled: boolean;
  cancel(why: string): void;
}

type RunRequest = Pick<Extract<Effect, { kind: "run" }>, "runId" | "isForced">;

export class CronScheduler {
  readonly #context: GatewayContext;
  readonly #book: CronBook;
  readonly #tell: (effects: readonly Broadcast[]) => void;
  readonly #timers = new Set<() => void>();
  readonly #cancellable = new Map<string, Cancellable>();
  #disarm = () => {};
  /** Until it has started, and while a round of protocol 3 lasts, nothing further is started by the clock. */
  #isBusy = true;
  #isStopped = false;
  #running = 0;
  /** Runs by hand wait for each other on protocol 3. */
  #byHand: Promise<void> = Promise.resolve();

  constructor(context: GatewayContext, tell: (effects: readonly Broadcast[]) => void) {
    this.#context = context;
    this.#book = context.memory.cron;
    this.#tell = tell;
    this.#book.watch(() => {
      this.#cancelForsaken();
      this.#arm();
    });
  }

  /** Ends what a former gateway left running, makes up for what was missed, then goes by the clock. */
  async start(): Promise<void> {
    const { timing } = this.#book;
    const interrupted = this.#endInterrupted();
    const now = this.#context.options.clock.now();
    const { atOnce, later } = planCatchUp(this.#book.records.jobs, interrupted, now, timing);
    if (atOnce.length > 0) await this.#round(atOnce.map(({ id }) => id));
    const startedAt = this.#context.options.clock.now();
    for (const { job, afterMs } of later) this.#book.reschedule(job.id, startedAt + afterMs);
    for (const job of this.#book.due(startedAt)) {
      this.#book.reschedule(job.id, nextRunOf(job, startedAt, timing));
    }
    this.#isBusy = false;
    this.#arm();
  }

  /** From here on nothing starts or ends. */
  stop(): void {
    this.#isStopped = true;
    this.#disarm();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  /** Runs a job that was asked for. */
  runByHand(id: string, request: RunRequest): void {
    if (this.#context.generation.protocol === 4) return void this.#runToEnd(id, request);
    this.#byHand = this.#byHand.then(async () => {
      // While it waited for its turn, the clock may have started it.
      if (this.#book.find(id)?.state.runningAtMs === undefined) await this.#runToEnd(id, request);
    });
  }

  #arm(): void {
    this.#disarm();
    const next = this.#book.nextStartAtMs;
    if (this.#isBusy || this.#isStopped || next === null) return;
    const { clock } = this.#context.options;
    const waitMs = Math.min(next - clock.now(), longestWaitMs);
    this.#disarm = clock.after(waitMs > 0 ? waitMs : overdueWaitMs, () => this.#startDue());
  }

  #startDue(): void {
    const due = this.#book.due(this.#context.options.clock.now());
    if (due.length === 0) return this.#arm();
    if (this.#context.generation.protocol === 3) return void this.#roundByClock(due.map(({ id }) => id));
    for (const { id } of due.slice(0, Math.max(0, mostAtATime - this.#running))) void this.#runByClock(id);
    this.#arm();
  }

  async #roundByClock(ids: readonly string[]): Promise<void> {
    this.#isBusy = true;
    await this.#round(ids);
    this.#isBusy = false;
    this.#arm();
  }

  async #runByClock(id: string): Promise<void> {
    this.#running += 1;
    await this.#runToEnd(id);
    this.#running -= 1;
    // Others may have waited for the place.
    if (this.#running === mostAtATime - 1) this.#startDue();
  }

  /** One after another; on protocol 3 all count as running from the first start to the last end. */
  async #round(ids: readonly string[]): Promise<void> {
    if (this.#context.generation.protocol === 4) {
      for (const id of ids) await this.#runToEnd(id);
      return;
    }
    for (const id of ids) this.#book.start(id);
    const ended: { readonly id: string; readonly run: Run | undefined }[] = [];
    for (const id of ids) ended.push({ id, run: await this.#run(id, false) });
    for (const { id, run } of ended) this.#finish(id, run, undefined);
  }

  async #runToEnd(id: string, request?: RunRequest): Promise<void> {
    this.#finish(id, await this.#run(id, request?.isForced ?? false), request?.runId);
  }

  async #run(id: string, isForced: boolean): Promise<Run | undefined> {
    const job = this.#book.start(id);
    if (job === undefined) return undefined;
    const { options, generation } = this.#context;
    // A run has one beginning: a second look at the clock may be a ms later.
    const { runningAtMs: startedAt = options.clock.now() } = job.state;
    const outcome = outcomeOf(job, this.#context);
    this.#tell([startEvent(job, generation.protocol)]);
    const why = await this.#outlast(job, outcome.durationMs);
    if (why === undefined) return { job, startedAt, outcome, isForced };
    const durationMs = options.clock.now() - startedAt;
    const cancelled = { status: "error", error: why, durationMs, deliveryStatus: "not-requested" } as const;
    return { job, startedAt, outcome: cancelled, isForced };
  }

  #finish(id: string, run: Run | undefined, runId: string | undefined): void {
    if (run === undefined) return;
    const { protocol } = this.#context.generation;
    if (protocol === 4 && this.#book.find(id) === undefined) {
      return this.#tell([finishEvent(run.job, this.#book.noteRun(run.job, run, runId), protocol)]);
    }
    const before = this.#heartbeatOf(id, run.outcome, "now");
    const finished = this.#book.finish(id, run, runId);
    if (finished === undefined) return this.#tell(before);
    const { job, isRemoved, isRescheduled } = finished;
    this.#tell([
      ...before,
      finishEvent(job, finished.run, protocol),
      ...(isRemoved ? [changeEvent(job, "removed", protocol)] : []),
      ...(isRescheduled && !isRemoved && protocol === 4 ? [changeEvent(job, "scheduled", protocol)] : []),
      ...(isRemoved || protocol === 4 ? [] : this.#heartbeatOf(id, run.outcome, "next-heartbeat")),
    ]);
  }

  /** What a job for the main session makes of the heartbeat; protocol 3 wakes it soon even for `next-heartbeat`. */
  #heartbeatOf(id: string, { status }: RunOutcome, mode: "now" | "next-heartbeat"): readonly Broadcast[] {
    const job = this.#book.find(id);
    const isMeant = job?.payload.kind === "systemEvent" && job.wakeMode === mode && status !== "skipped";
    if (!isMeant || this.#context.options.heartbeat === "none") return [];
    return mode === "now" ? [runHeartbeat(this.#context)] : heartbeatSoon(this.#context);
  }

  /** Protocol 3 says nothing of a run that its end interrupted; protocol 4 counts it as a failure (measured). */
  #endInterrupted(): ReadonlySet<string> {
    const { options: { clock }, generation } = this.#context;
    const interrupted = this.#book.records.jobs.filter(({ state }) => state.runningAtMs !== undefined);
    for (const job of interrupted) {
      const { id, state: { runningAtMs: startedAt = 0 } } = job;
      const durationMs = Math.max(0, clock.now() - startedAt);
      const outcome = { status: "error", error: interruption, durationMs, deliveryStatus: "unknown" } as const;
      if (generation.protocol === 3) this.#book.forget(id);
      else this.#finish(id, { job, startedAt, outcome, isForced: false, wasInterrupted: true }, undefined);
    }
    return new Set(interrupted.map(({ id }) => id));
  }

  /** Waits for the end of a run. Never resolves once the scheduler is stopped. @returns why it was cancelled, if so */
  #outlast({ id, enabled }: CronJob, ms: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const end = (why: string | undefined) => {
        disarm();
        this.#timers.delete(disarm);
        this.#cancellable.delete(id);
        resolve(why);
      };
      const disarm = this.#context.options.clock.after(ms, () => end(undefined));
      this.#timers.add(disarm);
      if (this.#context.generation.protocol === 4) this.#cancellable.set(id, { isEnabled: enabled, cancel: end });
    });
  }

  #cancelForsaken(): void {
    for (const [id, run] of this.#cancellable) {
      const job = this.#book.find(id);
      if (job === undefined) run.cancel("Cron job removed by operator.");
      else if (run.isEnabled && !job.enabled) run.cancel("Cron job disabled by operator.");
      else run.isEnabled = job.enabled;
    }
  }
}
