/**
 * Runs as they end, without an end of its own: events say when to look, and what the gateway wrote down says what
 * happened, so that a lost connection loses no run and a run is told once.
 */
import { type Clock, limitTime } from "../platform/clock.ts";
import type { CronRun } from "../protocol/mod.ts";
import { gatewayNow } from "./gateway_clock.ts";
import type { Line } from "./line.ts";
import { readRunsIfAny, type RunFilter, runKey } from "./run_history.ts";

export interface WatchOptions {
  readonly line: Line;
  readonly clock: Clock;
  readonly filter: RunFilter;
  /** Runs that ended then or later, epoch ms by the gateway's clock; those that are written down late too. */
  readonly sinceMs: number;
  /** Runs that were told already, newest first. */
  readonly known?: readonly CronRun[];
  readonly signal: AbortSignal;
}

const pollMs = 2_000;
/** A row may be written some time after the moment that it tells as the run's end. */
const latenessMs = 60_000;
/** In one look. */
const mostRuns = 10_000;

/** Each run once, in the order of their ends. @throws ClawError what connecting anew would not mend; the signal's reason */
export async function* watchRuns(options: WatchOptions): AsyncGenerator<CronRun> {
  const { line, clock, filter, sinceMs, known = [], signal } = options;
  let wake = () => {};
  let hasNews = false;
  const hush = line.listen(({ action, jobId }) => {
    if (action !== "finished" || (filter.id !== undefined && filter.id !== jobId)) return;
    hasNews = true;
    wake();
  });
  const told = new Set(known.toReversed().map(runKey));
  let isFirst = true;
  try {
    for (let newestMs = sinceMs;;) {
      hasNews = false;
      const range = { limit: mostRuns, sinceMs: newestMs - latenessMs };
      const { runs, nowMs } = await line.read(async (connection, limit) => ({
        runs: await readRunsIfAny(connection, filter, range, limit),
        nowMs: gatewayNow(connection, clock),
      }), signal);
      for (const run of runs.toSorted((a, b) => a.ts - b.ts)) {
        if (told.has(runKey(run))) continue;
        told.add(runKey(run));
        // A row that is ahead of its time must not hide all that comes after it.
        newestMs = Math.max(newestMs, Math.min(run.ts, nowMs));
        // What was over before the first look is no news.
        if (!isFirst || run.ts >= sinceMs) yield run;
      }
      isFirst = false;
      forgetOldest(told);
      if (!hasNews) await pause(clock, signal, new Promise<void>((resolve) => (wake = resolve)));
    }
  } finally {
    hush();
  }
}

/** A watch may last for weeks; what was told long before the last look is not seen again. */
function forgetOldest(told: Set<string>): void {
  for (const key of told) {
    if (told.size <= 2 * mostRuns) return;
    told.delete(key);
  }
}

async function pause(clock: Clock, signal: AbortSignal, news: Promise<void>): Promise<void> {
  using limit = limitTime(signal, clock, pollMs);
  await Promise.race([news, clock.sleep(pollMs, limit.signal).catch(() => {})]);
  signal.throwIfAborted();
}
