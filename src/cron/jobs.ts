/**
 * All jobs of a gateway, whatever its pages: reading the list, and finding the one that a person means. Next:
 * `commands/cron/list.ts`.
 */
import type { Connection } from "../client/connection.ts";
import { ClawError } from "../errors.ts";
import type { CronJob, ParamsOf } from "../protocol/mod.ts";

const pageSize = 200;
/** More pages than any gateway has jobs for: one that never ends is broken. */
const maxPages = 100;

/** Filters of `cron.list`; paging is this file's own concern. */
export type JobFilter = Omit<ParamsOf<"cron.list">, "limit" | "offset">;

/**
 * Every job that the filter lets through, disabled ones too unless it says otherwise.
 * @throws ClawError as `Connection.call`
 */
export async function listJobs(
  connection: Connection,
  filter: JobFilter,
  signal: AbortSignal,
): Promise<readonly CronJob[]> {
  // A job that moves between two pages is seen twice; its newer state counts.
  const jobs = new Map<string, CronJob>();
  let offset = 0;
  for (let pages = 0; pages < maxPages; pages++) {
    const params = { includeDisabled: true, ...filter, limit: pageSize, offset };
    const page = await connection.call("cron.list", params, signal);
    for (const job of page.jobs) jobs.set(job.id, job);
    if (!page.hasMore || page.nextOffset === null || page.nextOffset <= offset) break;
    offset = page.nextOffset;
  }
  return [...jobs.values()];
}

/**
 * The job that a person means by its id, the beginning of its id, or its exact name; an id goes before a name.
 * @throws ClawError `input/invalid` when several fit (`details.candidates`), `gateway/not-found` when none does
 */
export function chooseJob(jobs: readonly CronJob[], reference: string): CronJob {
  const byId = jobs.find(({ id }) => id === reference);
  if (byId !== undefined) return byId;
  const named = jobs.filter(({ name }) => name === reference);
  const prefixed = reference.length >= shortestPrefix ? jobs.filter(({ id }) => id.startsWith(reference)) : [];
  const [only, ...others] = named.length > 0 ? named : prefixed;
  if (only === undefined) throw notFound(jobs, reference);
  if (others.length > 0) throw ambiguous([only, ...others], reference);
  return only;
}

/** Finds the job on a gateway. @throws ClawError as `chooseJob` and `Connection.call` */
export async function findJob(connection: Connection, reference: string, signal: AbortSignal): Promise<CronJob> {
  return chooseJob(await listJobs(connection, {}, signal), reference);
}

/** One character says nothing about which id is meant. */
const shortestPrefix = 2;
const shownCandidates = 10;

function ambiguous(candidates: readonly CronJob[], reference: string): ClawError {
  const shown = candidates.slice(0, shownCandidates).map(({ id, name }) => `${id} (${name})`).join(", ");
  const more = candidates.length > shownCandidates ? ` and ${candidates.length - shownCandidates} more` : "";
  return new ClawError("input/invalid", `'${reference}' fits ${candidates.length} jobs: ${shown}${more}`, {
    details: { candidates: candidates.map(({ id, name }) => ({ id, name })) },
    hint: "name one by its id, or by as much of the id as no other has",
  });
}

function notFound(jobs: readonly CronJob[], reference: string): ClawError {
  const nearest = jobs.map(({ name }) => ({ name, distance: distanceOf(name.toLowerCase(), reference.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const isNear = nearest !== undefined && nearest.distance <= Math.max(2, Math.floor(reference.length / 3));
  return new ClawError("gateway/not-found", `there is no cron job '${reference}'`, {
    details: { reference },
    hint: isNear ? `did you mean '${nearest.name}'?` : "list the jobs with `claw cron list --all`",
  });
}

/** Levenshtein's: how many characters must be put in, taken out or changed. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
