/**
 * A cron job as a value: made from what a client sent, changed by a patch; optional members are filled in as the
 * gateways fill them in. Whether it may be so: `cron_faults.ts`; when it fires: `cron_timing.ts`; the collection of
 * jobs and their runs: `cron_book.ts`.
 */
import type { CronAddParams, CronJob, CronPatch, ProtocolVersion } from "../protocol/mod.ts";
import { mergeAlert, mergeDelivery, mergePayload, mergePlain } from "./cron_merge.ts";
import { fillSchedule } from "./cron_schedules.ts";

/** A new job, without a time to fire yet. */
export function createJob(params: CronAddParams, id: string, now: number, protocol: ProtocolVersion): CronJob {
  const { schedule, payload, delivery, enabled = true, agentId, sessionKey, ...rest } = params;
  const deleteAfterRun = params.deleteAfterRun ?? (schedule.kind === "at" ? true : undefined);
  const isAnnounced = params.sessionTarget !== "main" && (protocol === 4 || payload.kind === "agentTurn");
  const route = delivery ?? (isAnnounced ? { mode: "announce" as const } : undefined);
  return {
    ...rest,
    id,
    ...(agentId ? { agentId } : {}),
    ...(sessionKey ? { sessionKey } : {}),
    enabled,
    ...(deleteAfterRun === undefined ? {} : { deleteAfterRun }),
    createdAtMs: now,
    updatedAtMs: now,
    schedule: fillSchedule(schedule, now, protocol),
    payload: protocol === 4 && payload.kind === "agentTurn" ? { toolsAllow: ["*"], ...payload } : payload,
    ...(route === undefined ? {} : { delivery: route }),
    state: {},
  };
}

/** The job as a patch leaves it, its next fire time aside; how members merge: `cron_merge.ts`. */
export function patchJob(job: CronJob, patch: CronPatch, now: number, protocol: ProtocolVersion): CronJob {
  const { payload, delivery, schedule, failureAlert, ...plain } = patch;
  const patched: CronJob = {
    ...mergePlain(job, plain),
    ...(schedule === undefined ? {} : { schedule: fillSchedule(schedule, now, protocol, job.schedule) }),
    ...(payload === undefined ? {} : { payload: mergePayload(job.payload, payload, protocol) }),
    ...(delivery === undefined ? {} : { delivery: mergeDelivery(job.delivery, delivery, protocol) }),
    ...(failureAlert === undefined ? {} : { failureAlert: mergeAlert(job["failureAlert"], failureAlert, protocol) }),
    updatedAtMs: now,
  };
  const { delivery: route, ...withoutRoute } = patched;
  // A main-session job announces nothing; only a webhook makes sense there.
  const isIdle = patched.sessionTarget === "main" && route?.mode !== "webhook" && !isMeant(delivery, protocol);
  const kept = isIdle ? withoutRoute : patched;
  return protocol === 4 ? asNewerDoes(job, kept, patch) : kept;
}

/** Whether a patch names a way for answers, so that it is refused where there can be none, and not just forgotten. */
function isMeant(delivery: CronPatch["delivery"], protocol: ProtocolVersion): boolean {
  if (delivery?.failureDestination) return true;
  if (protocol === 3 || delivery === undefined) return false;
  const { mode, channel, to, accountId, threadId } = delivery;
  return mode === "announce" || (mode === undefined && [channel, to, accountId, threadId].some(Boolean));
}

/** Protocol 4: what repeats outlives its runs, what fires once does not; switching on forgives past failures. */
function asNewerDoes(before: CronJob, after: CronJob, patch: CronPatch): CronJob {
  const { deleteAfterRun: _once, ...repeating } = after;
  const wasOnce = before.schedule.kind === "at";
  const isOnce = after.schedule.kind === "at";
  const isKindKept = wasOnce === isOnce || patch.deleteAfterRun !== undefined;
  const job: CronJob = isKindKept ? after : isOnce ? { ...after, deleteAfterRun: true } : repeating;
  if (patch.enabled !== true) return job;
  const { autoDisabled: _disabled, ...state } = job.state;
  return { ...job, state: { ...state, consecutiveErrors: 0, scheduleErrorCount: 0 } };
}

/** Under which key protocol 4 declares its heartbeat. */
export const heartbeatKey = "heartbeat:main";

/** Protocol 4 lists jobs of its own, which a client tells by their declaration key. */
export function heartbeatJob(id: string, now: number): CronJob {
  return {
    id,
    declarationKey: heartbeatKey,
    displayName: "Heartbeat (main)",
    agentId: "main",
    name: "heartbeat-main",
    enabled: true,
    createdAtMs: now,
    updatedAtMs: now,
    schedule: { kind: "every", everyMs: 1_800_000, anchorMs: now },
    sessionTarget: "main",
    wakeMode: "next-heartbeat",
    payload: { kind: "heartbeat" },
    state: {},
    configRevision: "dev:0",
  };
}
