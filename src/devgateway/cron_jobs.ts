/**
 * A cron job as a value: made from what a client sent, changed by a patch, checked against the rules that no schema
 * tells, and its next fire time. The collection of jobs and their runs: `cron_book.ts`.
 */
import type { CronAddParams, CronJob, CronPatch, CronSchedule, ProtocolVersion } from "../protocol/mod.ts";
import { isCronExpression } from "./cron_expression.ts";

/** Why a definition cannot be. `kind`: 2026.3.13 calls all of it UNAVAILABLE, 2026.9.6 most of it INVALID_REQUEST. */
export interface JobFault {
  readonly kind: "schedule-time" | "type" | "spec" | "other";
  readonly message: string;
}

const minuteMs = 60_000;
const tenYearsMs = 10 * 365.25 * 24 * 60 * minuteMs;

/** A new job; optional members are filled in as the gateways fill them in. */
export function createJob(params: CronAddParams, id: string, now: number, protocol: ProtocolVersion): CronJob {
  const { schedule, payload, delivery, enabled = true, agentId, sessionKey, ...rest } = params;
  const deleteAfterRun = params.deleteAfterRun ?? (schedule.kind === "at" ? true : undefined);
  const isIsolatedTurn = params.sessionTarget !== "main" && payload.kind === "agentTurn";
  const route = delivery ?? (isIsolatedTurn ? { mode: "announce" as const } : undefined);
  const job: CronJob = {
    ...rest,
    id,
    ...(agentId ? { agentId } : {}),
    ...(sessionKey ? { sessionKey } : {}),
    enabled,
    ...(deleteAfterRun === undefined ? {} : { deleteAfterRun }),
    createdAtMs: now,
    updatedAtMs: now,
    schedule: fillSchedule(schedule, now),
    payload: protocol === 4 && payload.kind === "agentTurn" ? { toolsAllow: ["*"], ...payload } : payload,
    ...(route === undefined ? {} : { delivery: route }),
    state: {},
  };
  return withNextRun(job, now);
}

/** The job as a patch leaves it: a payload of the same kind is merged, one of another kind replaces. */
export function patchJob(job: CronJob, patch: CronPatch, now: number): CronJob {
  const { payload, delivery, schedule, ...plain } = patch;
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  const patched: CronJob = {
    ...job,
    ...given,
    ...(schedule === undefined ? {} : { schedule: keepStagger(fillSchedule(schedule, now), job.schedule) }),
    ...(payload === undefined
      ? {}
      : { payload: payload.kind === job.payload.kind ? { ...job.payload, ...payload } : payload }),
    ...(delivery === undefined ? {} : { delivery: { ...job.delivery, ...delivery } }),
    updatedAtMs: now,
  };
  const { delivery: route, ...withoutRoute } = patched;
  // A main-session job announces nothing; only a webhook makes sense there.
  const kept = patched.sessionTarget === "main" && route?.mode !== "webhook" ? withoutRoute : patched;
  return withNextRun(kept, now);
}

/** The first rule that a definition breaks, in the order in which the gateways look. */
export function faultOf(job: CronJob, now: number, protocol: ProtocolVersion): JobFault | undefined {
  const time = timeFault(job.schedule, now);
  if (time !== undefined) return time;
  const spec = specFault(job, protocol);
  if (spec !== undefined) return spec;
  const route = deliveryFault(job);
  if (route !== undefined) return { kind: "spec", message: route };
  const expr = job.schedule["expr"];
  // Protocol 3 reads the expression only of a job that is to fire.
  if (
    job.schedule.kind !== "cron" || (protocol === 3 && !job.enabled) || typeof expr !== "string" ||
    isCronExpression(expr)
  ) {
    return undefined;
  }
  const form = "exactly five, six, or seven space separated parts are required.";
  return { kind: "type", message: `CronPattern: invalid configuration format ('${expr}'), ${form}` };
}

/** What is wrong with the instant of a one-shot schedule: no instant, long past, or too far ahead. */
export function timeFault(schedule: CronJob["schedule"], now: number): JobFault | undefined {
  const message = schedule.kind === "at" ? instantFault(String(schedule["at"]), now) : undefined;
  return message === undefined ? undefined : { kind: "schedule-time", message };
}

function instantFault(at: string, now: number): string | undefined {
  const atMs = Date.parse(withZone(at));
  if (Number.isNaN(atMs)) return `Invalid schedule.at: expected ISO-8601 timestamp (got ${at})`;
  if (atMs < now - minuteMs) {
    const minutes = Math.floor((now - atMs) / minuteMs);
    const current = new Date(now).toISOString();
    return `schedule.at is in the past: ${
      new Date(atMs).toISOString()
    } (${minutes} minutes ago). Current time: ${current}`;
  }
  if (atMs <= now + tenYearsMs) return undefined;
  const years = Math.floor((atMs - now) / (tenYearsMs / 10));
  const ahead = `${new Date(atMs).toISOString()} (${years} years ahead)`;
  return `schedule.at is too far in the future: ${ahead}. Maximum allowed: 10 years`;
}

function specFault({ sessionTarget, payload }: CronJob, protocol: ProtocolVersion): JobFault | undefined {
  const { kind } = payload;
  if (sessionTarget === "main") {
    if (kind === "systemEvent" || kind === "heartbeat" || (protocol === 4 && kind === "script")) return undefined;
    const or = protocol === 3 ? "" : ' or "script"';
    return { kind: "spec", message: `main cron jobs require payload.kind="systemEvent"${or}` };
  }
  if (kind === "agentTurn" || (protocol === 4 && (kind === "command" || kind === "script"))) return undefined;
  const newer = ', "command", or "script"; script payloads do not support current/session targets';
  const message = `isolated cron jobs require payload.kind="agentTurn"${protocol === 3 ? "" : newer}`;
  return { kind: "other", message };
}

function deliveryFault({ delivery, sessionTarget }: CronJob): string | undefined {
  if (delivery === undefined || delivery.mode === "none") return undefined;
  if (delivery.mode === "webhook") {
    const isHttp = /^https?:\/\//i.test(String(delivery["to"] ?? "")) && URL.canParse(String(delivery["to"]));
    return isHttp ? undefined : "cron webhook delivery requires delivery.to to be a valid http(s) URL";
  }
  return sessionTarget === "main"
    ? 'cron channel delivery config is only supported for sessionTarget="isolated"'
    : undefined;
}

function fillSchedule(schedule: CronSchedule, now: number): CronJob["schedule"] {
  if (schedule.kind === "every") return { anchorMs: now, ...schedule };
  if (schedule.kind !== "at") return schedule;
  const atMs = Date.parse(withZone(schedule.at));
  return Number.isNaN(atMs) ? schedule : { ...schedule, at: new Date(atMs).toISOString() };
}

function keepStagger(next: CronJob["schedule"], before: CronJob["schedule"]): CronJob["schedule"] {
  const isKept = next.kind === "cron" && before.kind === "cron" && next["staggerMs"] === undefined &&
    before["staggerMs"] !== undefined;
  return isKept ? { ...next, staggerMs: before["staggerMs"] } : next;
}

/** The job with its next fire time. Of a cron expression it is not known here: nothing schedules yet. */
export function withNextRun(job: CronJob, now: number): CronJob {
  const { nextRunAtMs: _before, ...state } = job.state;
  const nextRunAtMs = job.enabled ? nextRun(job.schedule, now) : undefined;
  return { ...job, state: nextRunAtMs === undefined ? state : { nextRunAtMs, ...state } };
}

function nextRun(schedule: CronJob["schedule"], now: number): number | undefined {
  if (schedule.kind === "at") return Date.parse(withZone(String(schedule["at"])));
  if (schedule.kind !== "every") return undefined;
  const everyMs = Number(schedule["everyMs"]);
  const anchorMs = Number(schedule["anchorMs"] ?? now);
  return anchorMs > now ? anchorMs : anchorMs + (Math.floor((now - anchorMs) / everyMs) + 1) * everyMs;
}

/** A time without a zone is UTC. */
function withZone(at: string): string {
  const text = at.trim();
  if (/(Z|[+-]\d{2}:?\d{2})$/i.test(text)) return text;
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : `${text}Z`;
}
