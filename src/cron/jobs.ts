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
/** How often a list is read that changed while it was read. */
const maxAttempts = 3;

/** Filters of `cron.list`; paging is this file's own concern. */
export type JobFilter = Omit<ParamsOf<"cron.list">, "limit" | "offset">;

/**
 * Every job that the filter lets through, disabled ones too unless it says otherwise.
 * @throws ClawError as `Connection.call`, and `protocol/bad-frame` when the pages have no end
 */
export async function listJobs(
  connection: Connection,
  filter: JobFilter,
  signal: AbortSignal,
): Promise<readonly CronJob[]> {
  for (let attempt = 1;; attempt++) {
    const { jobs, isWhole } = await readPages(connection, filter, signal);
    if (isWhole || attempt === maxAttempts) return jobs;
  }
}

async function readPages(connection: Connection, filter: JobFilter, signal: AbortSignal) {
  // A job that moves between two pages is seen twice; its newer state counts.
  const jobs = new Map<string, CronJob>();
  // A job that is removed between two pages moves another one to the page that was read already.
  const totals = new Set<number>();
  // Where each answer would go makes up to two fifths of what 2026.9.6 sends, and nobody here is shown it.
  const newer = connection.handshake.protocol === 4 ? { includeDeliveryPreviews: false } : {};
  let offset = 0;
  for (let pages = 0; pages < maxPages; pages++) {
    // By name, because the default order changes whenever a job runs.
    const params = { includeDisabled: true, sortBy: "name" as const, ...newer, ...filter, limit: pageSize, offset };
    const page = await connection.call("cron.list", params, signal);
    for (const job of page.jobs) jobs.set(job.id, job);
    totals.add(page.total);
    if (!page.hasMore || page.nextOffset === null) {
      return { jobs: [...jobs.values()], isWhole: totals.size === 1 && jobs.size >= page.total };
    }
    if (!Number.isSafeInteger(page.nextOffset) || page.nextOffset <= offset) break;
    offset = page.nextOffset;
  }
  throw new ClawError("protocol/bad-frame", "the gateway's list of cron jobs does not end", {
    details: { reason: "endless-list", method: "cron.list" },
  });
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
  const nearest = nearestName(jobs.map(({ name }) => name), reference);
  return new ClawError("gateway/not-found", `there is no cron job '${reference}'`, {
    details: { reference },
    hint: nearest === undefined ? "list the jobs with `claw cron list --all`" : `did you mean '${nearest}'?`,
  });
}

/** The one name that has the reference in it, else the one that is the fewest slips of a key away. */
export function nearestName(names: readonly string[], reference: string): string | undefined {
  const wanted = reference.trim().toLowerCase();
  if (wanted === "") return undefined;
  const [only, ...others] = new Set(names.filter((name) => name.toLowerCase().includes(wanted)));
  if (only !== undefined && others.length === 0) return only;
  const mostSlips = Math.min(Math.max(2, Math.floor(wanted.length / 3)), wanted.length - 1);
  const near = names.filter((name) => Math.abs(name.length - wanted.length) <= mostSlips)
    .map((name) => ({ name, distance: distanceOf(name.toLowerCase(), wanted) }));
  const nearest = near.sort((a, b) => a.distance - b.distance)[0];
  return nearest !== undefined && nearest.distance <= mostSlips ? nearest.name : undefined;
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
