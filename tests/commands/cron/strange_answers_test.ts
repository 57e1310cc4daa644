/**
 * Gateways that answer a write with a job as no clock and no calendar knows it. What was done is told as done.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CronJob, ProtocolVersion } from "../../../src/protocol/mod.ts";
import { aJob, cron, noonMs } from "../../support/cron_jobs.ts";
import { play } from "../../support/cron_stage.ts";

const hour = 3_600_000;
const every = (members: object) => ({ kind: "every", everyMs: hour, ...members });
const strange: readonly (readonly [what: string, members: Partial<CronJob>])[] = [
  ["a planned run beyond all calendars", { state: { nextRunAtMs: 1e308 } }],
  ["a planned run before all calendars", { state: { nextRunAtMs: -1e308 } }],
  ["a creation beyond all calendars", { createdAtMs: 1e308, updatedAtMs: 1e308 }],
  ["an anchor beyond all calendars", { schedule: every({ anchorMs: 1e308 }) }],
  ["an anchor that is a text", { schedule: every({ anchorMs: "noon" }) }],
  ["an interval of nothing", { schedule: every({ everyMs: 0 }) }],
  ["an interval that is a list", { schedule: every({ everyMs: [] }) }],
  ["an expression that cannot be read", {
    schedule: cron("at tea time", "UTC"),
    state: { nextRunAtMs: noonMs + hour },
  }],
  ["an expression that is a number", { schedule: { kind: "cron", expr: 7, tz: 8, staggerMs: -1e308 } }],
  ["a zone on another planet", { schedule: cron("0 9 * * *", "Mars/Olympus") }],
  ["an instant that is none", { schedule: { kind: "at", at: "tomorrow" } }],
  ["a kind of tomorrow", { schedule: { kind: "tide" } }],
];

const writes = [
  ["add", ["add", "--name", "tea", "--every", "1h", "--system-event", "tea"]],
  ["add by an expression", ["add", "--name", "tea", "--cron", "0 9 * * *", "--system-event", "tea"]],
  ["edit", ["edit", "plain", "--description", "d"]],
  ["edit of the time", ["edit", "plain", "--every", "2h"]],
  ["enable", ["enable", "plain"]],
  ["disable", ["disable", "busy"]],
] as const;

describe("cron verbs that write", () => {
  for (const protocol of [3, 4] as ProtocolVersion[]) {
    for (const [what, members] of strange) {
      it(`tell what was done though the answer has ${what}, protocol ${protocol}`, async () => {
        const jobs = [aJob({ name: "plain", enabled: false }), aJob({ name: "busy" })];
        for (const [verb, args] of writes) {
          const write = () => ({
            ...aJob({ name: "odd", ...members }),
            ...(verb === "disable" ? { enabled: false } : {}),
          });
          const { kind, data } = await play({ jobs, protocol, write }, ["cron", ...args]);
          assert.equal(kind, "done", verb);
          assert.equal(data.job.name, "odd", verb);
        }
      });
    }
  }
});
