/** A gateway's jobs as they come in life: for the pictures of what the reading cron verbs show. */
import type { CronJob } from "../../src/protocol/mod.ts";
import { aJob, cron, noonMs } from "./cron_jobs.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const weekAgoMs = noonMs - 7 * 24 * hourMs;
const id = (start: string) => `${start}-9993-4707-857b-877ec559d976`;

export const report = aJob({
  id: id("2025a8cf"),
  name: "morning report",
  description: "What happened at night",
  schedule: cron("0 9 * * 1-5", "Europe/Berlin"),
  sessionTarget: "isolated",
  payload: { kind: "agentTurn", message: "Report on the night\nand be brief", timeoutSeconds: 30 },
  delivery: { mode: "announce", channel: "last" },
  state: {
    nextRunAtMs: noonMs + 44 * hourMs,
    lastRunAtMs: noonMs - 27 * hourMs,
    lastRunStatus: "ok",
    lastDurationMs: 65_000,
    lastDeliveryStatus: "delivered",
  },
});

export const failing = aJob({
  id: id("98ab7929"),
  name: "sync the mailbox of the whole department with the archive",
  schedule: { kind: "every", everyMs: 15 * minuteMs, anchorMs: weekAgoMs },
  state: {
    nextRunAtMs: noonMs + 5 * minuteMs,
    lastRunAtMs: noonMs - 10 * minuteMs,
    lastRunStatus: "error",
    lastError: "mail.example: connection refused",
    consecutiveErrors: 3,
  },
});

export const wide = aJob({
  id: id("47c797c1"),
  name: "夜間レポートを作成する 🦀",
  schedule: cron("30 2 * * *", "Asia/Tokyo"),
  state: { nextRunAtMs: noonMs + 5.5 * hourMs, lastRunAtMs: noonMs - 18.5 * hourMs, lastRunStatus: "skipped" },
});

export const hostile = aJob({
  id: id("2337efb3"),
  name: "\x1b[2J\u202eevil\nname",
  enabled: false,
  schedule: cron("\x1b]0;title\x07"),
});

export const heartbeat = aJob({
  id: id("27fc2ee8"),
  name: "heartbeat-main",
  declarationKey: "heartbeat:main",
  schedule: { kind: "every", everyMs: 30 * minuteMs, anchorMs: 0 },
  payload: { kind: "heartbeat" },
  state: { nextRunAtMs: noonMs + 20 * minuteMs, lastRunAtMs: noonMs - 10 * minuteMs, lastRunStatus: "ok" },
});

export const once = aJob({
  id: id("38e4fcb0"),
  name: "birthday",
  agentId: "ops",
  schedule: { kind: "at", at: "2026-11-28T08:00:00.000Z" },
  state: { nextRunAtMs: Date.UTC(2026, 10, 28, 8) },
});

export const cast: readonly CronJob[] = [report, failing, wide, hostile, heartbeat, once];
