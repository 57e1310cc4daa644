/**
 * Runs that are over, as the gateway wrote them down, newest first and whatever its pages. Next: `watch_runs.ts`.
 */
import type { Connection } from "../client/connection.ts";
import { asClawError, ClawError } from "../errors.ts";
import type { CronRun, ParamsOf } from "../protocol/mod.ts";

/** Filters of `cron.runs`; paging is this file's own concern. */
export type RunFilter = Omit<ParamsOf<"cron.runs">, "limit" | "offset" | "sortDir" | "scope">;

export interface RunRange {
  /** At most this many. */
  readonly limit: number;
  /** Runs that ended then or later, epoch ms by the gateway's clock. */
  readonly sinceMs?: number;
}

const largestPage = 200;
/** Pages beyond what a limit takes: for runs that end meanwhile, and push others onto the next page. */
const sparePages = 10;

/** What tells one run from another: no job begins two runs in one ms. */
export function runKey({ jobId, runAtMs, runId, ts }: CronRun): string {
  return [jobId, runAtMs ?? ts, runId ?? ""].join("|");
}

/**
 * Runs of one job, or of all.
 * @throws ClawError as `Connection.call`, and `protocol/bad-frame` when the pages have no end; protocol 4 says
 * `gateway/not-found` of a job without runs that it does not have
 */
export async function readRuns(
  connection: Connection,
  filter: RunFilter,
  { limit, sinceMs = -Infinity }: RunRange,
  signal: AbortSignal,
): Promise<readonly CronRun[]> {
  // A run that ends meanwhile moves the others on by one, so that one is seen twice.
  const runs = new Map<string, CronRun>();
  const scope = filter.id === undefined ? "all" : "job";
  let offset = 0;
  for (let pages = Math.ceil(limit / largestPage) + sparePages; pages > 0; pages--) {
    const params = { scope, ...filter, limit: Math.min(largestPage, limit), offset } as const;
    const { entries, hasMore, nextOffset } = await connection.call("cron.runs", params, signal);
    const recent = entries.filter(({ ts }) => ts >= sinceMs);
    for (const run of recent) runs.set(runKey(run), run);
    const isEnough = runs.size >= limit || recent.length < entries.length;
    if (isEnough || !hasMore || nextOffset === null) return [...runs.values()].slice(0, limit);
    if (!Number.isSafeInteger(nextOffset) || nextOffset <= offset) break;
    offset = nextOffset;
  }
  throw new ClawError("protocol/bad-frame", "the gateway's list of cron runs does not end", {
    details: { reason: "endless-list", method: "cron.runs" },
  });
}

/** The same, where a job that the gateway does not have has no runs. */
export async function readRunsIfAny(...given: Parameters<typeof readRuns>): Promise<readonly CronRun[]> {
  try {
    return await readRuns(...given);
  } catch (thrown) {
    if (asClawError(thrown).code === "gateway/not-found") return [];
    throw thrown;
  }
}
