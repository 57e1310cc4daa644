/**
 * What must change for a job to be as it is wanted: the differences as data, for people, and with the patch that makes
 * them. How a patch is made for each generation: `patch.ts`; what is compared: `definition.ts`.
 */
import { ClawError } from "../errors.ts";
import type { CronJob, CronPatch, ProtocolVersion } from "../protocol/mod.ts";
import { definitionOf, type JobDefinition, normalOf } from "./definition.ts";
import { isMembers } from "./members.ts";
import { makePatch } from "./patch.ts";
import { shellWord } from "./shell_word.ts";

/** One member that differs, by its path; `undefined` where it is absent. Lists are compared as a whole. */
export interface Change {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** How to get from a job to what is wanted. */
export interface JobChange {
  /** What to send with `cron.update`; without the members in `stuck`. */
  readonly patch: CronPatch;
  readonly changes: readonly Change[];
  /**
   * Paths that no patch can change on this gateway. Where there are any, nothing should be sent: the rest alone may mean
   * something that nobody asked for. See `stuckError`.
   */
  readonly stuck: readonly string[];
}

/**
 * The change from a job to a definition, or undefined when it is so already. What gateways fill in by themselves is no
 * difference, a missing `enabled` leaves the job on or off as it is, and no gateway changes a declaration key.
 */
export function patchTo(job: CronJob, wanted: JobDefinition, protocol: ProtocolVersion): JobChange | undefined {
  const { declarationKey: _given, ...after } = normalOf(wanted);
  const { declarationKey: _kept, ...before } = withAnchorOf(job, wanted, definitionOf(job));
  const complete = { ...after, enabled: wanted.enabled ?? job.enabled };
  const changes = changesBetween(before, complete);
  if (changes.length === 0) return undefined;
  return { ...makePatch({ job, before, after: complete, paths: changes.map(({ path }) => path), protocol }), changes };
}

/** A line for each side of each change, as in a diff: `- schedule.expr: "0 9 * * *"`. */
export function formatChanges(changes: readonly Change[]): readonly string[] {
  return changes.flatMap(({ path, before, after }) => [
    ...(before === undefined ? [] : [`- ${path}: ${JSON.stringify(before)}`]),
    ...(after === undefined ? [] : [`+ ${path}: ${JSON.stringify(after)}`]),
  ]);
}

/** The paths of changes, for a sentence. */
export function formatPaths(changes: readonly Change[]): string {
  return changes.map(({ path }) => path).join(", ");
}

/** What to tell about changes that the gateway cannot make in an existing job. */
export function stuckError({ name, id }: CronJob, stuck: readonly string[], gatewayVersion: string): ClawError {
  const message = `'${name}': gateway ${gatewayVersion} cannot change ${stuck.join(", ")} of a job that exists`;
  const hint = `remove it with \`claw cron rm ${shellWord(id)}\`, and add it anew`;
  return new ClawError("gateway/unsupported", message, { hint, details: { paths: stuck, gatewayVersion } });
}

/** Every member that differs between two values. */
function changesBetween(before: unknown, after: unknown, path = ""): readonly Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isMembers(before) || !isMembers(after)) return [{ path, before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => changesBetween(before[name], after[name], path === "" ? name : `${path}.${name}`));
}

/** Where the wanted definition names no anchor, the one that the job has is no difference. */
function withAnchorOf(job: CronJob, { schedule: wanted }: JobDefinition, definition: JobDefinition): JobDefinition {
  const { schedule } = definition;
  if (schedule.kind !== "every") return definition;
  const { anchorMs: _shown, ...unanchored } = schedule;
  const anchorMs = Number(job.schedule["anchorMs"]);
  const isAsked = wanted.kind === "every" && wanted.anchorMs !== undefined && !Number.isNaN(anchorMs);
  return { ...definition, schedule: isAsked ? { ...unanchored, anchorMs } : unanchored };
}
