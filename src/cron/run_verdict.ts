/**
 * Which of a job's runs is the one that was asked for, and how it ended. Pure: from what was seen to a verdict that is
 * that run's true end, or says that it cannot be told. Never another run's.
 *
 * Protocol 4 repeats the run id in the row and in the `finished` event, save of a run that a dying gateway left behind:
 * its row has no id, and `error` as its status. Protocol 3 names no run anywhere; there its run id tells at which ms the
 * run was queued, and it is the only run that begins from then on and before the job fires by itself. What is seen is
 * gathered by `follow_run.ts`.
 */
import type { CronEvent, CronJob, CronRun } from "../protocol/mod.ts";

/** The run that was asked for, as far as it can be told from others. Times are epoch ms by the gateway's clock. */
export interface RunTarget {
  readonly jobId: string;
  /** What the gateway called it; undefined when no answer came. */
  readonly runId: string | undefined;
  /** Whether the gateway names runs in rows and events (protocol 4). */
  readonly isNamed: boolean;
  /** It began then or later. */
  readonly notBeforeMs: number;
  /** From then on the job may fire by itself; undefined when it does not. */
  readonly firesAtMs: number | undefined;
  /** When the job was changed last before that. */
  readonly changedAtMs: number;
}

/** How a run ended: what its event and its row both tell. */
export interface RunEnd {
  readonly runId: string | undefined;
  readonly runAtMs: number | undefined;
  readonly durationMs: number | undefined;
  readonly status: string | undefined;
  /** Protocol 4: succeeded, failed, unknown. */
  readonly completionStatus: string | undefined;
  readonly error: string | undefined;
  /** Protocol 4, in rows only: one word for the error. */
  readonly errorReason: string | undefined;
  readonly summary: string | undefined;
  readonly deliveryStatus: string | undefined;
  readonly deliveryError: string | undefined;
}

/** A run that may be the one. */
export interface Candidate {
  readonly runAtMs: number;
  readonly end: RunEnd | undefined;
}

/** Why nothing more can come of waiting. */
export type Reason =
  /** More than one run fits, or one that the schedule may have started. */
  | "several"
  /** The job is gone, and no word of the run's end. */
  | "removed"
  /** The gateway was started anew after the run was asked for, and knows nothing of it. */
  | "restarted";

export type Verdict =
  /** Not over. `runAtMs`: it runs since then; undefined: it has not been seen to begin. */
  | { readonly kind: "open"; readonly runAtMs: number | undefined }
  | { readonly kind: "ended"; readonly end: RunEnd }
  | { readonly kind: "untold"; readonly reason: Reason; readonly candidates: readonly Candidate[] };

/** After this long without a word, a run whose job or gateway has gone is given up: 2026.9.6 writes late, by seconds. */
export const graceMs = 10_000;

/** So many of a kind are kept, whatever a gateway sends: more tell no run from another. */
const mostSeen = 1_000;

/** What was seen of a job since before the run was asked for. */
export class Sightings {
  readonly #ends = new Map<string, RunEnd>();
  readonly #starts = new Set<number>();
  readonly #changes = new Set<number>();
  #isRunning = false;

  get ends(): readonly RunEnd[] {
    return [...this.#ends.values()];
  }

  get starts(): readonly number[] {
    return [...this.#starts];
  }

  /** When the job was changed (epoch ms): from then on its schedule may be another. The end of a run counts too. */
  get changes(): readonly number[] {
    return [...this.#changes];
  }

  /** Whether the job was running when it was last looked at. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  seeEvent(event: CronEvent): void {
    if (event.action === "started" && event.runAtMs !== undefined) this.#seeStart(event.runAtMs);
    if (event.action === "finished") this.#seeEnd(event);
    if (event.job !== undefined) this.#seeChange(event.job);
  }

  seeRows(rows: readonly CronRun[]): void {
    for (const row of rows) this.#seeEnd(row);
  }

  /** @param job undefined when the gateway has it no more */
  seeJob(job: CronJob | undefined): void {
    const runningAtMs = job?.state.runningAtMs;
    if (runningAtMs !== undefined) this.#seeStart(runningAtMs);
    this.#isRunning = runningAtMs !== undefined;
    if (job !== undefined) this.#seeChange(job);
  }

  #seeStart(runAtMs: number): void {
    this.#starts.add(runAtMs);
    dropOldest(this.#starts);
  }

  /** The earliest ones count. */
  #seeChange({ updatedAtMs }: CronJob): void {
    if (updatedAtMs !== undefined && this.#changes.size < mostSeen) this.#changes.add(updatedAtMs);
  }

  #seeEnd(source: CronEvent | CronRun): void {
    const end = endOf(source);
    const key = `${end.runAtMs ?? ""}|${end.runId ?? ""}`;
    // Row and event are the same end; the row knows more.
    this.#ends.set(key, { ...end, errorReason: end.errorReason ?? this.#ends.get(key)?.errorReason });
    dropOldest(this.#ends);
  }
}

function dropOldest<K>(seen: { readonly size: number; keys(): Iterable<K>; delete(key: K): boolean }): void {
  for (const oldest of seen.keys()) {
    if (seen.size <= mostSeen) return;
    seen.delete(oldest);
  }
}

/** The verdict on all that was seen. @param lostMs for how long job or gateway have been gone, and which of them */
export function judgeRun(
  target: RunTarget,
  seen: Sightings,
  lost?: { readonly reason: "removed" | "restarted"; readonly forMs: number },
): Verdict {
  const verdict = target.isNamed && target.runId !== undefined ? judgeNamed(target, seen) : judgeUnnamed(target, seen);
  if (verdict.kind !== "open" || lost === undefined || lost.forMs < graceMs || seen.isRunning) return verdict;
  return { kind: "untold", reason: lost.reason, candidates: candidatesOf(target, seen) };
}

/** Whether it did what it was to do; undefined when even the gateway does not know. */
export function hasSucceeded({ status, completionStatus }: RunEnd): boolean | undefined {
  if (completionStatus === "unknown" && status === "ok") return undefined;
  return completionStatus === undefined ? status === "ok" : completionStatus === "succeeded";
}

/** The facts that a row and an event share. */
export function endOf(source: CronEvent | CronRun): RunEnd {
  const text = (name: string) => typeof source[name] === "string" ? source[name] : undefined;
  const { runId, runAtMs, durationMs, status, error, summary } = source;
  return {
    runId,
    runAtMs,
    durationMs,
    status,
    completionStatus: text("completionStatus"),
    error,
    errorReason: text("errorReason"),
    summary,
    deliveryStatus: text("deliveryStatus"),
    deliveryError: text("deliveryError"),
  };
}

/** The ms at which a manual run was queued, from its id `manual:<job>:<ms>:<number>`. */
export function queuedAtMs(runId: string, jobId: string): number | undefined {
  const rest = runId.startsWith(`manual:${jobId}:`) ? runId.slice(`manual:${jobId}:`.length) : "";
  const ms = /^(\d{1,15}):\d+$/.exec(rest)?.[1];
  return ms === undefined ? undefined : Number(ms);
}

function judgeNamed(target: RunTarget, seen: Sightings): Verdict {
  const named = seen.ends.find(({ runId }) => runId === target.runId);
  if (named !== undefined) return { kind: "ended", end: named };
  const [only, ...others] = candidatesOf(target, seen);
  if (only === undefined || others.length > 0) return { kind: "open", runAtMs: undefined };
  return only.end === undefined ? { kind: "open", runAtMs: only.runAtMs } : { kind: "ended", end: only.end };
}

function judgeUnnamed(target: RunTarget, seen: Sightings): Verdict {
  const runs = runsOf(target, seen);
  const certain = candidatesOf(target, seen, runs);
  // Without names, a run that began when the schedule was due may be either. The end of a run changes the job too, so
  // that one which was begun by hand right after it looks like one of a new schedule.
  const doubtful = target.isNamed ? [] : runs.filter((run) => !certain.includes(run));
  const rivals = doubtful.filter(({ runAtMs }) => certain.length === 0 || runAtMs < (target.firesAtMs ?? Infinity));
  const [only, ...others] = certain;
  if (only === undefined && doubtful.length === 0) return { kind: "open", runAtMs: undefined };
  if (only === undefined || others.length + rivals.length > 0) {
    return { kind: "untold", reason: "several", candidates: [...certain, ...rivals] };
  }
  return only.end === undefined ? { kind: "open", runAtMs: only.runAtMs } : { kind: "ended", end: only.end };
}

/** Runs that began in the time in which only the one that was asked for begins. */
function candidatesOf(target: RunTarget, seen: Sightings, among = runsOf(target, seen)): readonly Candidate[] {
  const before = windowEnd(target, seen);
  return among.filter(({ runAtMs, end }) => runAtMs < before || end?.runId !== undefined);
}

/** Until then every beginning was asked for: the schedule that was known does not fire, and nobody changed it. */
function windowEnd({ firesAtMs = Infinity, changedAtMs }: RunTarget, { changes }: Sightings): number {
  return Math.min(firesAtMs, ...changes.filter((ms) => ms > changedAtMs));
}

/** Runs since the request, in the order of their beginning, but for those that bear another's name. */
function runsOf(target: RunTarget, { ends, starts }: Sightings): readonly Candidate[] {
  const runs = new Map<number, Candidate>();
  for (const runAtMs of starts) runs.set(runAtMs, { runAtMs, end: undefined });
  for (const end of ends) {
    if (end.runAtMs === undefined) continue;
    if (isAnother(end, target)) runs.delete(end.runAtMs);
    else runs.set(end.runAtMs, { runAtMs: end.runAtMs, end });
  }
  return [...runs.values()].filter(({ runAtMs }) => runAtMs >= target.notBeforeMs).sort((a, b) =>
    a.runAtMs - b.runAtMs
  );
}

function isAnother({ runId, status }: RunEnd, target: RunTarget): boolean {
  if (!target.isNamed) return false;
  // A run of the schedule has no name; neither has one that a dying gateway left behind.
  if (runId === undefined) return status !== "error";
  if (target.runId !== undefined) return runId !== target.runId;
  return (queuedAtMs(runId, target.jobId) ?? 0) < target.notBeforeMs;
}
