/**
 * What `cron.list` and `cron.runs` choose, in which order, and how much at a time. Pure; the jobs and runs themselves
 * are kept in `cron_book.ts`.
 */
import type { CronJob, CronRun, ParamsOf, ProtocolVersion } from "../protocol/mod.ts";

/** A part of a list, as both generations cut it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  readonly hasMore: boolean;
  readonly nextOffset: number | null;
}

/** The jobs that are asked for; without a limit all of them, up to 200. */
export function pageOfJobs(
  jobs: readonly CronJob[],
  params: ParamsOf<"cron.list">,
  protocol: ProtocolVersion,
): Page<CronJob> {
  const query = params.query?.trim().toLowerCase() ?? "";
  const wanted = params.enabled ?? (params.includeDisabled === true ? "all" : "enabled");
  const found = jobs.filter((job) => {
    if (wanted !== "all" && job.enabled !== (wanted === "enabled")) return false;
    if (isOther(params.scheduleKind, job.schedule.kind) || isOther(params.agentId, job.agentId ?? "main")) return false;
    if (isOther(params.lastRunStatus, job.state.lastRunStatus ?? "unknown")) return false;
    if (isOther(params.trigger, job["trigger"] === undefined ? "unconditional" : "conditional")) return false;
    const told = [job.name, job.description, job.agentId, ...(protocol === 4 ? [job.id, job["displayName"]] : [])];
    return told.join(" ").toLowerCase().includes(query);
  });
  found.sort((a, b) => compareJobs(a, b, params, protocol));
  return cut(found, params.offset, params.limit ?? Math.max(found.length, found.length === 0 ? 50 : 1));
}

/** The runs that are asked for, newest first unless told otherwise. `names`: of the jobs that still are. */
export function pageOfRuns(
  runs: readonly CronRun[],
  params: ParamsOf<"cron.runs">,
  names: ReadonlyMap<string, string>,
  protocol: ProtocolVersion,
): Page<CronRun> {
  const statuses = params.statuses ?? (params.status === undefined || params.status === "all" ? [] : [params.status]);
  const deliveries = params.deliveryStatuses ?? (params.deliveryStatus === undefined ? [] : [params.deliveryStatus]);
  const isAll = (params.scope ?? (params.id === undefined ? "all" : "job")) === "all";
  const query = params.query?.trim().toLowerCase() ?? "";
  const found = runs.filter((run) =>
    (isAll || run.jobId === params.id) && (params.runId === undefined || run.runId === params.runId) &&
    (statuses.length === 0 || statuses.some((status) => status === run.status)) &&
    (deliveries.length === 0 || deliveries.some((status) => status === (run.deliveryStatus ?? "not-requested"))) &&
    [run.jobId, run.summary, run.error, names.get(run.jobId)].join(" ").toLowerCase().includes(query)
  );
  if (params.sortDir !== "asc") found.reverse();
  const { items, ...page } = cut(found, params.offset, params.limit ?? 50);
  const isNamed = isAll || protocol === 4;
  const named = items.map((run) => {
    const jobName = names.get(run.jobId);
    return isNamed && jobName !== undefined ? { ...run, jobName } : run;
  });
  return { items: named, ...page };
}

function isOther(wanted: string | undefined, actual: string): boolean {
  return wanted !== undefined && wanted !== "all" && wanted !== actual;
}

/** Jobs without a next run come last; on the way down first on protocol 3. Equals follow their ids. */
function compareJobs(
  a: CronJob,
  b: CronJob,
  { sortBy, sortDir }: ParamsOf<"cron.list">,
  protocol: ProtocolVersion,
): number {
  const sign = sortDir === "desc" ? -1 : 1;
  const byId = a.id.localeCompare(b.id);
  if (sortBy === "name") return sign * a.name.localeCompare(b.name, undefined, { sensitivity: "base" }) || byId;
  if (sortBy === "updatedAtMs") return sign * ((a.updatedAtMs ?? 0) - (b.updatedAtMs ?? 0)) || byId;
  const [left, right] = [a.state.nextRunAtMs, b.state.nextRunAtMs];
  if (left !== undefined && right !== undefined) return sign * (left - right) || byId;
  if (left === right) return byId;
  return (protocol === 3 ? sign : 1) * (left === undefined ? 1 : -1);
}

function cut<Item>(all: readonly Item[], wantedOffset: number | undefined, wantedLimit: number): Page<Item> {
  const offset = Math.min(wantedOffset ?? 0, all.length);
  const limit = Math.min(200, wantedLimit);
  const items = all.slice(offset, offset + limit);
  const next = offset + items.length;
  const hasMore = next < all.length;
  return { items, total: all.length, offset, limit, hasMore, nextOffset: hasMore ? next : null };
}
