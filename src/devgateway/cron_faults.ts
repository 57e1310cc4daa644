/**
 * The rules that no schema tells: times, what fits together, where answers may go, and whether an expression can be
 * read at all; in the order in which the gateways look. Pure. Next: `cron_jobs.ts`.
 */
import type { CronJob, ProtocolVersion } from "../protocol/mod.ts";
import { instantOf } from "./cron_schedules.ts";
import { expressionFault, nextSlot, type Timing } from "./cron_timing.ts";

/**
 * Why a definition cannot be. `name`: the error's own, of an expression. 2026.3.13 calls nearly all of it UNAVAILABLE,
 * 2026.9.6 most of it INVALID_REQUEST.
 */
export interface JobFault {
  readonly kind: "schedule-time" | "expression" | "spec" | "other";
  readonly message: string;
  readonly name?: string;
}

const minuteMs = 60_000;
const tenYearsMs = 10 * 365.25 * 24 * 60 * minuteMs;

/** What a change touches that has to do with time. */
export type Touched = "schedule" | "enabled" | "neither";

/** The first rule that a definition breaks. A one-shot job whose time is over may still be renamed. */
export function faultOf(job: CronJob, now: number, timing: Timing, touched: Touched): JobFault | undefined {
  const time = touched === "schedule" ? timeFault(job.schedule, now) : undefined;
  if (time !== undefined) return time;
  const spec = specFault(job, timing.protocol);
  if (spec !== undefined) return spec;
  const route = deliveryFault(job);
  if (route !== undefined) return { kind: "spec", message: route };
  return touched === "neither" ? undefined : cronFault(job, now, timing);
}

/** Protocol 3 reads the expression only of a job that is to fire, and lets pass one that never will. */
function cronFault(job: CronJob, now: number, timing: Timing): JobFault | undefined {
  if (job.schedule.kind !== "cron" || (timing.protocol === 3 && !job.enabled)) return undefined;
  const fault = expressionFault(job.schedule, now, timing);
  if (fault !== undefined) return { kind: "expression", ...fault };
  if (timing.protocol === 3 || nextSlot(job, now, timing) !== undefined) return undefined;
  const message = `cron expression "${job.schedule["expr"]}" has no upcoming run time and would never fire`;
  return { kind: "spec", message };
}

/** What is wrong with the instant of a one-shot schedule: no instant, long past, or too far ahead. */
export function timeFault(schedule: CronJob["schedule"], now: number): JobFault | undefined {
  const message = schedule.kind === "at" ? instantFault(String(schedule["at"]), now) : undefined;
  return message === undefined ? undefined : { kind: "schedule-time", message };
}

function instantFault(at: string, now: number): string | undefined {
  const atMs = instantOf(at);
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
  if (delivery?.["failureDestination"] !== undefined && sessionTarget === "main" && delivery.mode !== "webhook") {
    return 'cron delivery.failureDestination is only supported for sessionTarget="isolated" unless delivery.mode="webhook"';
  }
  if (delivery === undefined || delivery.mode === "none") return undefined;
  if (delivery.mode === "webhook") {
    const isHttp = /^https?:\/\//i.test(String(delivery["to"] ?? "")) && URL.canParse(String(delivery["to"]));
    return isHttp ? undefined : "cron webhook delivery requires delivery.to to be a valid http(s) URL";
  }
  return sessionTarget === "main"
    ? 'cron channel delivery config is only supported for sessionTarget="isolated"'
    : undefined;
}
