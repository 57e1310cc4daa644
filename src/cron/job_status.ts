/**
 * What a job is and does right now, read from the job alone: its state in one word, whose it is, what it may be called.
 * Pure. When it fires next is `timeline.ts`; what is wrong with it is `findings.ts`.
 */
import type { Connection } from "../client/connection.ts";
import type { CronJob } from "../protocol/mod.ts";

/** Beyond it the library of expressions looks no further (croner 10.0.1), nor does anybody plan. */
const endOfTimeMs = Date.UTC(3000, 0);

/** Whether a number that a gateway tells can be the time of a run. */
export function isRunTime(instantMs: number): boolean {
  return instantMs >= 0 && instantMs < endOfTimeMs;
}

/** When the gateway has planned the next run (epoch ms); undefined for never, and for a number that is no time. */
export function plannedAt({ state: { nextRunAtMs } }: Pick<CronJob, "state">): number | undefined {
  return nextRunAtMs !== undefined && isRunTime(nextRunAtMs) ? nextRunAtMs : undefined;
}

/** The states that a person may ask for. */
export const jobStatuses = ["disabled", "running", "ok", "error", "skipped", "idle"] as const;

/**
 * The state in one word, as the official command line computes it (2026.9.6): running, disabled, how the last run ended,
 * or idle before the first. Its older release calls a disabled job disabled even while a forced run of it goes on.
 */
export function statusOf({ enabled, state }: CronJob): string {
  if (state.runningAtMs) return "running";
  if (!enabled) return "disabled";
  return lastStatusOf(state) ?? "idle";
}

/** How the last run ended, undefined before the first; older jobs have it under the older name alone. */
export function lastStatusOf(state: CronJob["state"]): string | undefined {
  const { lastRunStatus, lastStatus } = state;
  return lastRunStatus ?? (typeof lastStatus === "string" ? lastStatus : undefined);
}

/**
 * Whether the last run went well, but nobody got its answer. 2026.9.6 tells what it held back on purpose, such as an
 * answer that had nothing to say.
 */
export function isUndelivered({ state, delivery }: CronJob): boolean {
  return lastStatusOf(state) === "ok" && state.lastDeliveryStatus === "not-delivered" &&
    state["deliverySuppressionReason"] === undefined && delivery?.mode !== "none";
}

/** Namespaces in which 2026.9.6 lets nobody but itself declare (`heartbeat-task:` is one too, for jobs of people). */
const reservedNamespaces = ["heartbeat:", "skill-collection-review:"];
/** What its plugins write at the beginning of the description of a job that they keep. */
const managedMark = "[managed-by=";

/** Whether the gateway keeps this job for itself: it makes it anew when it is removed, and undoes most edits. */
export function isBuiltIn({ declarationKey, description, payload }: CronJob): boolean {
  return reservedNamespaces.some((namespace) => declarationKey?.startsWith(namespace)) ||
    description?.startsWith(managedMark) === true || payload.kind === "heartbeat";
}

/**
 * The agent that runs a job: its own, else the one that protocol 4 resolves it to (null: none), else the gateway's
 * default where that is known.
 */
export function agentOf(job: CronJob, defaultAgentId?: string): string | null | undefined {
  const { agentId, effectiveAgentId } = job;
  if (typeof effectiveAgentId === "string" || effectiveAgentId === null) return effectiveAgentId;
  return agentId ?? defaultAgentId;
}

/** The gateway's default agent, of which both generations tell a client that may read. */
export function defaultAgentOf({ handshake }: Pick<Connection, "handshake">): string | undefined {
  const { sessionDefaults } = handshake.hello.snapshot as { readonly sessionDefaults?: { defaultAgentId?: unknown } };
  const id = sessionDefaults?.defaultAgentId;
  return typeof id === "string" ? id : undefined;
}

/** An id is not cut shorter than this. */
const shortestShown = 8;

/** For each job, by its id, as much of the id as no other job has or is called: enough to call it by. */
export function shortIds(jobs: readonly CronJob[]): ReadonlyMap<string, string> {
  const names = new Set(jobs.map(({ name }) => name));
  const ids = jobs.map(({ id }) => id).sort();
  return new Map(ids.map((id, at) => {
    const shared = Math.max(sharedLength(id, ids[at - 1] ?? ""), sharedLength(id, ids[at + 1] ?? ""));
    const short = id.slice(0, Math.max(shortestShown, shared + 1));
    return [id, names.has(short) ? id : short];
  }));
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
