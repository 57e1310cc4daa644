/**
 * Carries out a plan, one job after the other. What goes wrong with one leaves the others alone; a lost connection is
 * made anew, and what became of an unanswered write is looked up there. Nothing is sent twice. The plan is `plan.ts`.
 */
import type { Connection } from "../client/connection.ts";
import { asClawError, ClawError, type ErrorCode } from "../errors.ts";
import type { CronJob } from "../protocol/mod.ts";
import { formatPaths, patchTo } from "./changes.ts";
import { addParamsOf, definitionOf, type JobDefinition } from "./definition.ts";
import { listJobs } from "./jobs.ts";
import { type Patience, patiently } from "./patient_writes.ts";
import { shellWord } from "./shell_word.ts";
import { knownPart, type Plan, type Step } from "./plan.ts";

/**
 * What became of a step. `uncertain`: sent, and nobody knows; `untried`: the run ended before.
 */
export type Fate = "created" | "changed" | "unchanged" | "removed" | "failed" | "uncertain" | "untried";

export interface Result {
  readonly step: Step;
  readonly fate: Fate;
  /** The job's id, where one is known. */
  readonly id?: string;
  readonly error?: ClawError;
}

/** What carrying out needs: a connection, and another when it breaks. */
export interface Hands extends Patience {
  readonly connection: Connection;
  /** @throws ClawError when there is no other */
  reconnect(): Promise<Connection>;
}

/** Refusals of one job, after which the others may go well. */
const oneJobOnly: readonly ErrorCode[] = [
  "gateway/rejected",
  "gateway/not-found",
  "gateway/unsupported",
  "input/invalid",
];

/** What became of each step, in their order. Throws nothing: a failure is a fate. */
export async function carryOut({ steps }: Plan, hands: Hands): Promise<readonly Result[]> {
  const results: Result[] = [];
  let connection: Connection | undefined = hands.connection;
  for (const step of steps) {
    if (connection === undefined || hands.signal.aborted) {
      results.push(isWrite(step) ? { step, fate: "untried" } : settled(step));
      continue;
    }
    const { next, ...result } = await take(step, connection, hands);
    results.push(result);
    connection = next;
  }
  return results;
}

/** A step's fate, and the connection for the next; undefined when there is none. */
interface Taken extends Result {
  readonly next: Connection | undefined;
}

async function take(step: Step, connection: Connection, hands: Hands): Promise<Taken> {
  if (!isWrite(step)) return { ...settled(step), next: connection };
  try {
    return { ...await patiently(() => write(step, connection, hands.signal), hands), next: connection };
  } catch (thrown) {
    const error = asClawError(thrown);
    if (oneJobOnly.includes(error.code)) {
      return { step, fate: "failed", error: await withTraces(error, step, connection, hands), next: connection };
    }
    if (hands.signal.aborted) return { step, fate: isSent(error) ? "uncertain" : "untried", error, next: undefined };
    if (error.code === "net/unanswered") return await lookUp(step, error, hands);
    if (error.code === "net/closed") return await writeAnew(step, error, hands);
    return { step, fate: "failed", error, next: undefined };
  }
}

/** The connection was gone before anything was sent. */
async function writeAnew(step: Step, error: ClawError, hands: Hands): Promise<Taken> {
  let next: Connection;
  try {
    next = await hands.reconnect();
  } catch {
    return { step, fate: "failed", error, next: undefined };
  }
  try {
    return { ...await patiently(() => write(step, next, hands.signal), hands), next };
  } catch (thrown) {
    const again = asClawError(thrown);
    if (again.code === "net/unanswered" || isSent(again)) {
      return { step, fate: "uncertain", error: again, next: undefined };
    }
    return { step, fate: "failed", error: again, next: oneJobOnly.includes(again.code) ? next : undefined };
  }
}

/** The write was sent, and its answer is lost: a fresh connection shows what the gateway made of it, or does not. */
async function lookUp(step: Step, error: ClawError, hands: Hands): Promise<Taken> {
  try {
    const next = await hands.reconnect();
    const seen = judge(step, await listJobs(next, {}, hands.signal), next);
    if (seen === "unclear") return { step, fate: "uncertain", error, next };
    if (seen !== "undone") return { ...seen, next };
    const message = `${
      String(error.details["method"])
    }: the connection broke, and the gateway shows that nothing was done`;
    return { step, fate: "failed", error: new ClawError("net/closed", message, { hint: "run it again" }), next };
  } catch {
    return { step, fate: "uncertain", error, next: undefined };
  }
}

/** 2026.3.13 changes a job in its memory before it finds the change impossible, and keeps it so. */
async function withTraces(error: ClawError, step: Step, connection: Connection, hands: Hands): Promise<ClawError> {
  if (step.kind !== "change" || connection.handshake.protocol !== 3) return error;
  const jobs = await listJobs(connection, {}, hands.signal).catch(() => []);
  const job = jobs.find(({ id }) => id === step.job.id);
  if (job === undefined || patchTo(job, definitionOf(step.job), 3) === undefined) return error;
  const { code, message, details } = error;
  const hint = `it holds some of the change all the same: see \`claw cron show ${shellWord(job.id)}\``;
  return new ClawError(code, message, { hint, details, cause: error });
}

/** What the gateway's jobs say of a write. */
function judge(step: Step, jobs: readonly CronJob[], { handshake }: Connection): Result | "undone" | "unclear" {
  const isSo = (job: CronJob, definition: JobDefinition) => patchTo(job, definition, handshake.protocol) === undefined;
  if (step.kind === "create") {
    const named = jobs.filter(({ name }) => name === step.name);
    const [job, ...others] = named.filter((candidate) => isSo(candidate, step.definition));
    if (job === undefined) return named.length === 0 ? "undone" : "unclear";
    return others.length > 0 ? "unclear" : { step, fate: "created", id: job.id };
  }
  if (step.kind !== "change" && step.kind !== "remove") return "unclear";
  const { id } = step.job;
  const job = jobs.find((candidate) => candidate.id === id);
  if (step.kind === "remove") return job === undefined ? { step, fate: "removed", id } : "undone";
  if (job === undefined) return "unclear";
  if (isSo(job, step.definition)) return { step, fate: "changed", id };
  return isSo(job, definitionOf(step.job)) ? "undone" : "unclear";
}

async function write(step: Step, connection: Connection, signal: AbortSignal): Promise<Result> {
  const { protocol } = connection.handshake;
  if (step.kind === "create") {
    const added = await connection.call("cron.add", addParamsOf(knownPart(step.definition, protocol)), signal);
    const job = "job" in added && "created" in added ? added.job as CronJob : added as CronJob;
    return checked({ step, fate: "created", id: job.id }, job, step.definition, connection);
  }
  if (step.kind === "change") {
    const { id, configRevision: expectedConfigRevision } = step.job;
    const params = { id, patch: step.change.patch };
    const guarded = expectedConfigRevision === undefined ? params : { ...params, expectedConfigRevision };
    const job = await connection.call("cron.update", guarded, signal);
    return checked({ step, fate: "changed", id }, job, step.definition, connection);
  }
  if (step.kind !== "remove") return settled(step);
  // Somebody else removed it meanwhile: the end is the same. 2026.3.13 says so without an error.
  const { id } = step.job;
  await connection.call("cron.remove", { id }, signal).catch((thrown: unknown) => {
    if (asClawError(thrown).code !== "gateway/not-found") throw thrown;
  });
  return { step, fate: "removed", id };
}

/** A gateway may say yes and keep something else. */
function checked(result: Result, job: CronJob, wanted: JobDefinition, { handshake }: Connection): Result {
  const left = patchTo(job, wanted, handshake.protocol)?.changes ?? [];
  if (left.length === 0) return result;
  const message = `it was ${result.fate}, but the gateway keeps ${formatPaths(left)} otherwise`;
  const error = new ClawError("gateway/rejected", message, {
    hint: `compare it with \`claw cron show ${shellWord(job.id)}\``,
  });
  return { ...result, fate: "failed", error };
}

function settled(step: Step): Result {
  if (step.kind === "refused") return { step, fate: "failed", error: step.error };
  const job = "job" in step ? step.job : undefined;
  return { step, fate: "unchanged", ...(job === undefined ? {} : { id: job.id }) };
}

function isWrite({ kind }: Step): boolean {
  return kind === "create" || kind === "change" || kind === "remove";
}

function isSent({ details }: ClawError): boolean {
  return details["isSent"] === true;
}
