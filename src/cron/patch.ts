/**
 * The patch of `cron.update` that makes a job what is wanted. A patch merges, and what it can take away differs, as
 * measured: 2026.9.6 takes `null`; 2026.3.13 refuses it or, worse, says yes and leaves things as they are. What cannot
 * be changed is named instead of sent. Used by `changes.ts`.
 */
import type { CronJob, CronPatch, ProtocolVersion } from "../protocol/mod.ts";
import { staggerMsOf } from "../schedule/fire_times.ts";
import { isMembers, type Members, membersOf } from "./members.ts";

/** Both definitions in normal form, and the paths at which they differ. */
export interface PatchRequest {
  readonly job: CronJob;
  readonly before: Members;
  readonly after: Members;
  readonly paths: readonly string[];
  readonly protocol: ProtocolVersion;
}

/** A part of a patch, and the paths that it must leave as they are. */
interface Part {
  readonly patch?: unknown;
  readonly stuck?: readonly string[];
}

/** The patch, and the paths that no patch can change on this gateway. */
export function makePatch(request: PatchRequest): { readonly patch: CronPatch; readonly stuck: readonly string[] } {
  const parts: Readonly<Record<string, Part>> = {
    ...plainParts(request),
    schedule: isTouched(request, "schedule") ? { patch: schedulePatch(request) } : {},
    payload: isTouched(request, "payload") ? payloadPart(request) : {},
    delivery: deliveryPart(request),
    failureAlert: isTouched(request, "failureAlert") ? alertPart(request) : {},
    deleteAfterRun: deletionPart(request),
  };
  const patch = Object.entries(parts).flatMap(([name, part]) => part.patch === undefined ? [] : [[name, part.patch]]);
  return {
    patch: Object.fromEntries(patch) as CronPatch,
    stuck: Object.values(parts).flatMap(({ stuck = [] }) => stuck),
  };
}

/** Members without parts of their own, with what takes them away: all but the last three in both generations. */
const plainMembers: Members = {
  name: "",
  description: "",
  enabled: true,
  sessionTarget: "isolated",
  wakeMode: "now",
  agentId: null,
  sessionKey: null,
  displayName: null,
  pacing: null,
  trigger: null,
};

function plainParts(request: PatchRequest): Readonly<Record<string, Part>> {
  const touched = Object.entries(plainMembers).filter(([name]) => isTouched(request, name));
  return Object.fromEntries(touched.map(([name, cleared]) => [name, { patch: request.after[name] ?? cleared }]));
}

/** Both generations keep the shift of a cron schedule that names none, 2026.3.13 even with another expression. */
function schedulePatch({ job, after }: PatchRequest): Members {
  const schedule = membersOf(after["schedule"]);
  const { kind, expr, staggerMs } = schedule;
  if (kind !== "cron" || staggerMs !== undefined || job.schedule["staggerMs"] === undefined) return schedule;
  return { ...schedule, staggerMs: staggerMsOf({ kind, expr }) };
}

/** What takes a member of a payload away where it is not null. */
const clearedPayload: Members = { allowUnsafeExternalContent: false, lightContext: false, input: "", env: {} };
const clearedScript: Members = { timeoutSeconds: 300, toolBudget: 50 };
/** What null takes away, on 2026.9.6. */
const nullable = ["model", "fallbacks", "thinking", "timeoutSeconds", "toolsAllow"];

function payloadPart(request: PatchRequest): Part {
  const { job, protocol } = request;
  const [before, after] = [membersOf(request.before["payload"]), membersOf(request.after["payload"])];
  if (before["kind"] !== after["kind"]) {
    // Tools outlive a change of the kind. 2026.3.13 forgets the fallbacks of a payload that it makes from a patch.
    const { fallbacks, ...others } = after;
    const isLost = protocol === 3 && fallbacks !== undefined;
    const tools = job.payload["toolsAllow"] === undefined ? {} : { toolsAllow: null };
    return { patch: { ...tools, ...(isLost ? others : after) }, stuck: isLost ? ["payload.fallbacks"] : [] };
  }
  const patch: Record<string, unknown> = { kind: after["kind"] };
  const stuck: string[] = [];
  for (const name of touchedBelow(request, "payload")) {
    const cleared = { ...clearedPayload, ...(after["kind"] === "script" ? clearedScript : {}) }[name];
    const value = after[name] ?? cleared ?? (protocol === 4 && nullable.includes(name) ? null : undefined);
    // 2026.3.13 takes fallbacks in a patch, and forgets them.
    if (value === undefined || (protocol === 3 && name === "fallbacks")) stuck.push(`payload.${name}`);
    else patch[name] = value;
  }
  return Object.keys(patch).length === 1 ? { stuck } : { patch, stuck };
}

const routeMembers = ["channel", "to", "threadId", "accountId", "failureDestination", "completionDestination"];

function deliveryPart(request: PatchRequest): Part {
  const { job, before, after, protocol } = request;
  const isMain = after["sessionTarget"] === "main";
  // A job that leaves the main session has no delivery, which 2026.3.13 takes for none.
  const isNew = before["sessionTarget"] === "main" && !isMain;
  if (!isTouched(request, "delivery") && !isNew) return {};
  const wanted: Members = { mode: isMain ? "none" : "announce", ...membersOf(after["delivery"]) };
  const stored = membersOf(job.delivery);
  const patch: Record<string, unknown> = { mode: wanted["mode"] };
  if ((wanted["bestEffort"] ?? false) !== (stored["bestEffort"] ?? false)) {
    patch["bestEffort"] = wanted["bestEffort"] ?? false;
  }
  const stuck: string[] = [];
  for (const name of routeMembers) {
    if (wanted[name] === undefined && stored[name] === undefined) continue;
    // In the main session all but a webhook is dropped by itself, save the destination of failures.
    if (wanted[name] === undefined && isMain && wanted["mode"] === "none" && name !== "failureDestination") continue;
    const merged = mergeInto(stored[name], wanted[name], `delivery.${name}`, protocol);
    if (merged.patch !== undefined) patch[name] = merged.patch;
    stuck.push(...merged.stuck ?? []);
  }
  return { patch, stuck };
}

function alertPart({ before, after, protocol }: PatchRequest): Part {
  return mergeInto(before["failureAlert"], after["failureAlert"], "failureAlert", protocol);
}

/** What makes a stored value the wanted one, where members are merged. Only protocol 4 takes anything away. */
function mergeInto(stored: unknown, wanted: unknown, path: string, protocol: ProtocolVersion): Part {
  if (wanted === undefined) return protocol === 4 ? { patch: null } : { stuck: [path] };
  if (!isMembers(wanted) || !isMembers(stored)) return { patch: wanted };
  const gone = Object.keys(stored).filter((name) => wanted[name] === undefined);
  if (protocol === 3) return { patch: wanted, stuck: gone.map((name) => `${path}.${name}`) };
  return { patch: { ...Object.fromEntries(gone.map((name) => [name, null])), ...wanted } };
}

/** Named whenever the schedule becomes one-shot or ceases to be: 2026.9.6 then chooses by itself, 2026.3.13 does not. */
function deletionPart(request: PatchRequest): Part {
  const [before, after] = [membersOf(request.before["schedule"]), membersOf(request.after["schedule"])];
  const isOneShot = after["kind"] === "at";
  const isOther = isOneShot !== (before["kind"] === "at");
  if (!isOther && !isTouched(request, "deleteAfterRun")) return {};
  return { patch: request.after["deleteAfterRun"] ?? isOneShot };
}

function isTouched({ paths }: PatchRequest, member: string): boolean {
  return paths.some((path) => path === member || path.startsWith(`${member}.`));
}

/** Names of the members right below one that differ. */
function touchedBelow({ paths }: PatchRequest, member: string): readonly string[] {
  const below = paths.filter((path) => path.startsWith(`${member}.`)).map((path) => path.split(".")[1] ?? "");
  return [...new Set(below)];
}
