/**
 * Runs as they end, without an end of its own: events say when to look, and what the gateway wrote down says what
 * happened, so that a lost connection loses no run and a run is told once.
 */
import type { Connection } from "../client/connection.ts";
import type { Clock } from "../platform/clock.ts";
import type { CronRun } from "../protocol/mod.ts";
import type { Line } from "./line.ts";
import { readRunsIfAny, type RunFilter, runKey } from "./run_history.ts";
import { limitTime } from "./time_limit.ts";

export interface WatchOptions {
  readonly line: Line;
  readonly clock: Clock;
  readonly filter: RunFilter;
  /** Runs that ended then or later, epoch ms by the gateway's clock. */
  readonly sinceMs: number;
  readonly signal: AbortSignal;
}

const pollMs = 2_000;
/** A row may be written some time after the moment that it tells as the run's end. */
const latenessMs = 60_000;
const mostRuns = 10_000;

/** Each run once, in the order of their ends. @throws ClawError what connecting anew would not mend; the signal's reason */
export async function* watchRuns({ line, clock, filter, sinceMs, signal }: WatchOptions): AsyncGenerator<CronRun> {
  let wake = () => {};
  let hasNews = false;
  const hush = line.listen(({ action, jobId }) => {
    if (action !== "finished" || (filter.id !== undefined && filter.id !== jobId)) return;
    hasNews = true;
    wake();
  });
  const told = new Map<string, number>();
  try {
    for (let newestMs = sinceMs;;) {
      hasNews = false;
      const range = { limit: mostRuns, sinceMs: Math.max(sinceMs, newestMs - latenessMs) };
      const read = (connection: Connection, limit: AbortSignal) => readRunsIfAny(connection, filter, range, limit);
      for (const run of (await line.read(read, signal)).toSorted((a, b) => a.ts - b.ts)) {
        if (told.has(runKey(run))) continue;
        told.set(runKey(run), run.ts);
        newestMs = Math.max(newestMs, run.ts);
        yield run;
      }
      for (const [key, ts] of told) if (ts < newestMs - latenessMs) told.delete(key);
      if (!hasNews) await pause(clock, signal, new Promise<void>((resolve) => (wake = resolve)));
    }
  } finally {
    hush();
  }
}

async function pause(clock: Clock, signal: AbortSignal, news: Promise<void>): Promise<void> {
  using limit = limitTime(signal, clock, pollMs);
  await Promise.race([news, clock.sleep(pollMs, limit.signal).catch(() => {})]);
  signal.throwIfAborted();
}
