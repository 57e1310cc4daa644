/**
 * How a patch merges into a cron job, member by member, as measured on both generations: `null` takes away on protocol
 * 4; protocol 3 takes nothing away, and forgets some of what it is given. Used by `cron_jobs.ts`.
 */
import type { CronJob, CronPatch, ProtocolVersion } from "../protocol/mod.ts";

type Members = Readonly<Record<string, unknown>>;

/** Members without parts of their own: null takes them away, and "" a description, in both generations. */
export function mergePlain(job: CronJob, patch: Members): CronJob {
  const given = compact({ ...patch, description: patch["description"] === "" ? null : patch["description"] });
  return merged(job, given) as CronJob;
}

/** A payload of the same kind is merged, one of another kind replaces; tools outlive both. */
export function mergePayload(
  before: CronJob["payload"],
  patch: NonNullable<CronPatch["payload"]>,
  protocol: ProtocolVersion,
): CronJob["payload"] {
  const { fallbacks, ...others } = patch;
  const given = protocol === 3
    ? withoutNulls(others)
    : { ...others, ...(fallbacks === undefined ? {} : { fallbacks }) };
  if (patch.kind === before.kind) {
    return { ...filledIn(patch.kind, protocol), ...merged(before, given), kind: patch.kind };
  }
  const tools = before["toolsAllow"] === undefined ? {} : { toolsAllow: before["toolsAllow"] };
  return { ...filledIn(patch.kind, protocol), ...withoutNulls({ ...tools, ...given }), kind: patch.kind };
}

/** Protocol 4 forgets the recipient when the mode becomes a webhook or ceases to be one. */
export function mergeDelivery(
  before: CronJob["delivery"],
  patch: NonNullable<CronPatch["delivery"]>,
  protocol: ProtocolVersion,
): CronJob["delivery"] {
  const { failureDestination, ...given } = patch;
  const isOther = protocol === 4 && patch.mode !== undefined && patch.mode !== before?.mode;
  const isWebhook = isOther && patch.mode === "webhook";
  const { to, channel, threadId, accountId, ...rest } = before ?? {};
  const kept = compact({
    ...(isOther && (isWebhook || before?.mode === "webhook") ? {} : { to }),
    ...(isWebhook ? {} : { channel, threadId, accountId }),
  });
  const next = merged({ ...rest, ...kept }, protocol === 3 ? withoutNulls(given) : given);
  if (failureDestination === undefined) return next;
  const { failureDestination: stored, ...others } = next;
  if (failureDestination === null) return protocol === 4 ? others : next;
  return { ...others, failureDestination: merged(membersOf(stored), failureDestination) };
}

/** `false` switches the alert off, an object is merged into the one before. */
export function mergeAlert(before: unknown, patch: CronPatch["failureAlert"], protocol: ProtocolVersion): unknown {
  if (patch === null) return protocol === 4 ? undefined : before;
  return patch === false || patch === undefined ? patch : merged(membersOf(before), patch);
}

/** What is null goes, what is given replaces. */
function merged(before: Members, given: Members): Members {
  return withoutNulls({ ...before, ...given });
}

function filledIn(kind: string, protocol: ProtocolVersion): Members {
  return protocol === 4 && kind === "agentTurn" ? { toolsAllow: ["*"] } : {};
}

function withoutNulls(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

function compact(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? value as Members : {};
}
