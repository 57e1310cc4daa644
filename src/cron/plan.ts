/**
 * What must be done for a gateway's jobs to be those of a file: which job each definition means, and what becomes of
 * it. Pure, and made before anything is sent. Carried out by `carry_out.ts`.
 */
import { asClawError, ClawError } from "../errors.ts";
import type { CronJob, ProtocolVersion } from "../protocol/mod.ts";
import { type JobChange, patchTo, stuckError } from "./changes.ts";
import { type JobDefinition, normalOf } from "./definition.ts";
import { isBuiltIn } from "./job_status.ts";
import { whyLeftOut } from "./left_out.ts";
import { requireKnown } from "./needs.ts";

/** What becomes of one job. */
export type Step =
  | { readonly kind: "create"; readonly name: string; readonly definition: JobDefinition }
  | {
    readonly kind: "change";
    readonly name: string;
    readonly job: CronJob;
    readonly definition: JobDefinition;
    readonly change: JobChange;
  }
  /** As wanted; or a one-shot job whose time has passed, and which is gone or never was. */
  | { readonly kind: "unchanged"; readonly name: string; readonly job?: CronJob; readonly isOver?: true }
  | { readonly kind: "remove"; readonly name: string; readonly job: CronJob }
  /** Nothing may be sent for it. */
  | { readonly kind: "refused"; readonly name: string; readonly error: ClawError };

export interface Plan {
  /** In the order of the file; removals come last, by name. */
  readonly steps: readonly Step[];
  /** Jobs that the file does not name, and that stay although others of that sort go. */
  readonly kept: readonly { readonly job: CronJob; readonly why: string }[];
}

export interface PlanOptions {
  readonly protocol: ProtocolVersion;
  readonly gatewayVersion: string;
  /** By the gateway's clock. */
  readonly nowMs: number;
  /** Whether jobs that the file does not name go. */
  readonly prunes: boolean;
}

/** Both generations take a time that passed less than this ago. */
const pastToleranceMs = 60_000;

/**
 * The plan for a gateway with these jobs, of which none may be missing. A definition means the job with its
 * `declarationKey` where the gateway knows such keys, else the one with exactly its name.
 */
export function makePlan(
  jobs: readonly CronJob[],
  definitions: readonly JobDefinition[],
  options: PlanOptions,
): Plan {
  const claims = claim(jobs, definitions, options.protocol);
  const steps = definitions.map((definition) => stepFor(definition, claims.get(definition) ?? [], options));
  if (!options.prunes) return { steps, kept: [] };
  const named = new Set([...claims.values()].flat());
  const others = jobs.filter((job) => !named.has(job) && !isBuiltIn(job)).map((job) => ({
    job,
    why: strangeness(job, definitions) ?? whyLeftOut(job, options.nowMs),
  })).sort((a, b) => a.job.name < b.job.name ? -1 : 1);
  const removed = others.filter(({ why }) => why === undefined);
  return {
    steps: [...steps, ...removed.map(({ job }): Step => ({ kind: "remove", name: job.name, job }))],
    kept: others.flatMap(({ job, why }) => why === undefined ? [] : [{ job, why }]),
  };
}

/** Which jobs each definition may mean; one as a rule. A key goes before a name. */
function claim(
  jobs: readonly CronJob[],
  definitions: readonly JobDefinition[],
  protocol: ProtocolVersion,
): ReadonlyMap<JobDefinition, readonly CronJob[]> {
  const keyOf = ({ declarationKey }: JobDefinition) => protocol === 4 ? declarationKey?.trim() : undefined;
  const keys = new Set(definitions.flatMap((definition) => keyOf(definition) ?? []));
  const isFree = (job: CronJob) => job.declarationKey === undefined || !keys.has(job.declarationKey);
  return new Map(definitions.map((definition) => {
    const key = keyOf(definition);
    const declared = key === undefined ? [] : jobs.filter(({ declarationKey }) => declarationKey === key);
    if (declared.length > 0) return [definition, declared];
    const named = jobs.filter((job) => job.name === definition.name.trim() && isFree(job));
    // Another key is another job, whatever it is called.
    return [definition, key === undefined ? named : named.filter(({ declarationKey }) => declarationKey === undefined)];
  }));
}

function stepFor(definition: JobDefinition, candidates: readonly CronJob[], options: PlanOptions): Step {
  const { protocol, gatewayVersion, nowMs } = options;
  const name = definition.name.trim();
  const [job, ...others] = candidates;
  if (job !== undefined && others.length > 0) return { kind: "refused", name, error: ambiguous(name, candidates) };
  if (job !== undefined && isBuiltIn(job)) return { kind: "refused", name, error: builtIn(job) };
  try {
    requireKnown(knownPart(definition, protocol), protocol, gatewayVersion);
  } catch (thrown) {
    return { kind: "refused", name, error: asClawError(thrown) };
  }
  const isOver = isPast(definition, nowMs);
  if (job === undefined) return isOver ? { kind: "unchanged", name, isOver } : { kind: "create", name, definition };
  const wanted = isOver ? unswitched(definition) : definition;
  const change = patchTo(job, wanted, protocol);
  if (change === undefined) return { kind: "unchanged", name, job };
  if (change.stuck.length > 0) return { kind: "refused", name, error: stuckError(job, change.stuck, gatewayVersion) };
  return { kind: "change", name, job, definition: wanted, change };
}

/** The definition as it is sent: without a key where the gateway knows none. */
export function knownPart(definition: JobDefinition, protocol: ProtocolVersion): JobDefinition {
  const { declarationKey, ...unkeyed } = normalOf(definition);
  return protocol === 4 && declarationKey !== undefined ? { ...unkeyed, declarationKey } : unkeyed;
}

/** A gateway switches off a one-shot job that it keeps after its run. */
function unswitched({ enabled: _, ...definition }: JobDefinition): JobDefinition {
  return definition;
}

function isPast({ schedule }: JobDefinition, nowMs: number): boolean {
  return schedule.kind === "at" && Date.parse(schedule.at) < nowMs - pastToleranceMs;
}

/** Why a job that the file does not name may be somebody else's; undefined when nothing speaks for it. */
function strangeness(job: CronJob, definitions: readonly JobDefinition[]): string | undefined {
  const { declarationKey, sessionKey, configRevision } = job;
  if (job["owner"] !== undefined) return "an agent made it";
  // 2026.3.13 names no owner; a session is what its agents' own jobs have, and few others.
  if (configRevision === undefined && typeof sessionKey === "string") return "an agent may have made it, in a session";
  if (declarationKey === undefined) return undefined;
  const spaces = new Set(definitions.flatMap(({ declarationKey: key }) => key === undefined ? [] : [spaceOf(key)]));
  return spaces.has(spaceOf(declarationKey)) ? undefined : `declared elsewhere, as ${declarationKey}`;
}

/** Keys with the same beginning are declared by the same hand: `ops` of `ops:backup`. */
function spaceOf(declarationKey: string): string {
  const end = declarationKey.indexOf(":");
  return end < 0 ? "" : declarationKey.slice(0, end);
}

function ambiguous(name: string, jobs: readonly CronJob[]): ClawError {
  const ids = jobs.map(({ id }) => id);
  const message = `${jobs.length} jobs on the gateway are called '${name}': ${ids.join(", ")}`;
  const hint = "give each a name of its own with `claw cron edit`, or remove one with `claw cron rm`";
  return new ClawError("input/invalid", message, { hint, details: { candidates: ids } });
}

function builtIn({ name, id }: CronJob): ClawError {
  return new ClawError("gateway/unsupported", `'${name}' is built into the gateway: a file cannot define it`, {
    hint: "leave it out of the file",
    details: { id },
  });
}
