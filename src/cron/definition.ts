/**
 * A job as a person writes it, taken out of a job as a gateway shows it: without state, ids, times, and what gateways
 * fill in by themselves, so that two texts of one job are equal. What differs between two of them: `changes.ts`.
 */
import type { CronAddParams, CronJob } from "../protocol/mod.ts";
import { staggerMsOf } from "../schedule/fire_times.ts";
import { type Members, membersOf } from "./members.ts";

/** What `cron.add` takes; a `wakeMode` that is left out is `now`. */
export type JobDefinition = Omit<CronAddParams, "wakeMode"> & Partial<Pick<CronAddParams, "wakeMode">>;

/** 2026.9.6 fills these in for a script. */
const scriptDefaults = { timeoutSeconds: 300, toolBudget: 50 };

/**
 * The definition of a job, in normal form. `enabled` is always named; an anchor of `every` only when it is not the
 * time of creation, which gateways fill in.
 */
export function definitionOf(job: CronJob): JobDefinition {
  const { schedule, createdAtMs, deleteAfterRun = false, delivery = implied(job) } = job;
  const { anchorMs, ...unanchored } = schedule;
  const written = anchorMs === createdAtMs ? unanchored : schedule;
  return normalize({ ...job, schedule: written, deleteAfterRun, delivery });
}

/** The params of `cron.add`, complete. */
export function addParamsOf(definition: JobDefinition): CronAddParams {
  return { ...definition, wakeMode: definition.wakeMode ?? "now" };
}

/**
 * The definition in normal form: members in a fixed order, texts as gateways trim them, and nothing that a gateway
 * would fill in anyway. Two definitions mean the same job when their normal forms are equal.
 */
export function normalOf(definition: JobDefinition): JobDefinition {
  return normalize(definition);
}

/** Members that are no part of a definition are dropped. */
function normalize(given: Members): JobDefinition {
  const { enabled, wakeMode, failureAlert } = given;
  const [schedule, payload, delivery] = [membersOf(given["schedule"]), membersOf(given["payload"]), given["delivery"]];
  const { min, max } = membersOf(given["pacing"]);
  const { script, once } = membersOf(given["trigger"]);
  const sessionKey = trimmed(given["sessionKey"]);
  // Without a session to be current, both generations make it isolated.
  const isHomeless = given["sessionTarget"] === "current" && sessionKey === undefined;
  const sessionTarget = isHomeless ? "isolated" : given["sessionTarget"];
  const normal = compact({
    name: trimmed(given["name"]) ?? "",
    declarationKey: trimmed(given["declarationKey"]),
    displayName: trimmed(given["displayName"]),
    description: trimmed(given["description"]),
    enabled,
    schedule: normalSchedule(schedule),
    pacing: unlessEmpty(compact({ min: trimmed(min), max: trimmed(max) })),
    trigger: unlessEmpty(compact({ script: trimmed(script), once: once === true || undefined })),
    sessionTarget,
    sessionKey,
    agentId: trimmed(given["agentId"])?.toLowerCase(),
    wakeMode: wakeMode === "now" ? undefined : wakeMode,
    payload: normalPayload(payload),
    delivery: delivery ? normalDelivery(membersOf(delivery), sessionTarget === "main") : undefined,
    deleteAfterRun: normalDeletion(schedule["kind"], given["deleteAfterRun"]),
    failureAlert: failureAlert ? normalAlert(membersOf(failureAlert)) : failureAlert,
  });
  return normal as JobDefinition;
}

/** A one-shot job is removed after its run unless told otherwise, any other is not. */
function normalDeletion(kind: unknown, deleteAfterRun: unknown): unknown {
  const byDefault = kind === "at";
  return (deleteAfterRun ?? byDefault) === byDefault ? undefined : deleteAfterRun;
}

/** 2026.3.13 sends nothing anywhere for a turn whose job has no delivery; 2026.9.6 announces it. */
function implied({ sessionTarget, payload, configRevision }: CronJob): CronJob["delivery"] {
  const isOld = configRevision === undefined;
  return isOld && sessionTarget !== "main" && payload.kind === "agentTurn" ? { mode: "none" } : undefined;
}

function normalSchedule(schedule: Members): Members {
  const { kind, at, everyMs, anchorMs, expr, tz, staggerMs, command, cwd, mode, match, batchMs, maxBatchBytes } =
    schedule;
  if (kind === "at") return { kind, at: normalInstant(String(at)) };
  if (kind === "every") return compact({ kind, everyMs, anchorMs });
  if (kind === "on-exit") return compact({ kind, command: trimmed(command), cwd: trimmed(cwd) });
  if (kind === "stream") return compact({ kind, command, cwd: trimmed(cwd), mode, match, batchMs, maxBatchBytes });
  const stagger = staggerMsOf({ kind: "cron", expr }) === staggerMs ? undefined : staggerMs;
  return compact({ kind, expr: trimmed(expr), tz: trimmed(tz), staggerMs: stagger });
}

function normalInstant(at: string): string {
  const atMs = Date.parse(at.trim());
  return Number.isNaN(atMs) ? at.trim() : new Date(atMs).toISOString();
}

function normalPayload(payload: Members): Members {
  const { kind, argv, env, input, fallbacks, toolsAllow, outputMaxBytes, timeoutSeconds, toolBudget } = payload;
  const { text, message, script, model, thinking, cwd, noOutputTimeoutSeconds, lightContext } = payload;
  const filledIn = kind === "script" ? scriptDefaults : {};
  const isAnyTool = Array.isArray(toolsAllow) && toolsAllow.length === 1 && toolsAllow[0] === "*";
  return compact({
    kind,
    text: trimmed(text),
    message: trimmed(message),
    script: trimmed(script),
    argv,
    cwd: trimmed(cwd),
    env: unlessEmpty(membersOf(env)),
    input: input === "" ? undefined : input,
    model: trimmed(model),
    fallbacks: trimmedAll(fallbacks),
    thinking: trimmed(thinking),
    timeoutSeconds: unless(whole(timeoutSeconds), "timeoutSeconds", filledIn),
    noOutputTimeoutSeconds: whole(noOutputTimeoutSeconds),
    outputMaxBytes,
    toolBudget: unless(toolBudget, "toolBudget", filledIn),
    allowUnsafeExternalContent: payload["allowUnsafeExternalContent"] === true || undefined,
    lightContext: lightContext === true || undefined,
    toolsAllow: isAnyTool ? undefined : trimmedAll(toolsAllow),
  });
}

/** Runs outside the main session announce their answer unless told otherwise; in the main session nothing is sent. */
function normalDelivery(delivery: Members, isMain: boolean): Members | undefined {
  const { mode, channel, to, threadId, accountId, bestEffort, failureDestination, completionDestination } = delivery;
  const normal = compact({
    mode,
    channel: trimmed(channel)?.toLowerCase(),
    to: trimmed(to),
    threadId: typeof threadId === "string" ? trimmed(threadId) : threadId,
    accountId: trimmed(accountId),
    bestEffort: bestEffort === true || undefined,
    failureDestination: unlessEmpty(normalDestination(membersOf(failureDestination))),
    completionDestination,
  });
  const isDefault = Object.keys(normal).length === 1 && mode === (isMain ? "none" : "announce");
  return isDefault ? undefined : normal;
}

function normalDestination({ channel, to, accountId, mode }: Members): Members {
  return compact({ channel: trimmed(channel)?.toLowerCase(), to: trimmed(to), accountId: trimmed(accountId), mode });
}

function normalAlert({ after, channel, to, cooldownMs, mode, accountId, includeSkipped }: Members): Members {
  const route = { channel: trimmed(channel), to: trimmed(to), mode, accountId: trimmed(accountId) };
  return compact({ after, cooldownMs, ...route, includeSkipped });
}

function trimmed(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
}

function trimmedAll(value: unknown): unknown {
  return Array.isArray(value) ? value.map((item) => trimmed(item) ?? item) : undefined;
}

function whole(value: unknown): unknown {
  return typeof value === "number" ? Math.floor(value) : undefined;
}

function unlessEmpty(members: Members): Members | undefined {
  return Object.keys(members).length === 0 ? undefined : members;
}

function unless(value: unknown, name: string, filledIn: Members): unknown {
  return value === filledIn[name] ? undefined : value;
}

function compact(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));
}
