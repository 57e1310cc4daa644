/** Cron jobs for tests, as a gateway of 2026.9.6 shows them; all but what a test is about is plain. */
import type { CronJob } from "../../src/protocol/mod.ts";

/** Saturday, 2026-11-21 12:00:00 UTC: the time in tests that show times. */
export const noonMs = Date.UTC(2026, 10, 21, 12);

let made = 0;

/** An enabled job that was made a week ago, every hour, and never ran. */
export function aJob(members: Partial<CronJob> = {}): CronJob {
  const id = `${(++made).toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
  return {
    id,
    name: `job ${id.slice(0, 8)}`,
    enabled: true,
    createdAtMs: noonMs - 7 * 86_400_000,
    updatedAtMs: noonMs - 7 * 86_400_000,
    schedule: { kind: "every", everyMs: 3_600_000, anchorMs: noonMs - 7 * 86_400_000 },
    sessionTarget: "main",
    wakeMode: "now",
    payload: { kind: "systemEvent", text: "hello" },
    state: {},
    ...members,
  };
}

/** A cron schedule. */
export function cron(expr: string, tz?: string, staggerMs?: number): CronJob["schedule"] {
  return { kind: "cron", expr, ...(tz === undefined ? {} : { tz }), ...(staggerMs === undefined ? {} : { staggerMs }) };
}
