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
  it("warn of what the gateway keeps otherwise than it was told", async () => {
    const jobs = [aJob({ id: "a b", name: "plain", enabled: false })];
    const write = () => jobs[0];
    const add = ["add", "--name", "plain", "--every", "2h", "--system-event", "hello", "--disabled"];
    for (const args of [add, ["edit", "plain", "--every", "2h"]]) {
      const { kind, warnings } = await play({ jobs, write }, ["cron", ...args]);
      assert.equal(kind, "done");
      assert.deepEqual(warnings, ["the gateway keeps schedule.everyMs otherwise: see `claw cron show 'a b'`"]);
    }
  });

  it("warn of a current session that there is not", async () => {
    const payload = { kind: "agentTurn", message: "m" };
    const delivery = { mode: "announce" };
    const made = aJob({ name: "x", sessionTarget: "isolated", payload, delivery, enabled: false });
    const args = ["add", "--name", "x", "--every", "1h", "--message", "m", "--session", "current", "--disabled"];
    const { warnings } = await play({ jobs: [], write: () => made }, ["cron", ...args]);
    assert.deepEqual(warnings, ["there is no current session here: the gateway made the job isolated"]);
  });

  it("edit tells of a job that the gateway keeps for itself", async () => {
    const managed = aJob({ name: "dreams", description: "[managed-by=memory-core] Dream" });
    const heartbeat = aJob({ id: "beat", name: "heartbeat-main", payload: { kind: "heartbeat" } });
    const stage = { jobs: [managed, heartbeat], write: () => managed };
    const { warnings } = await play(stage, ["cron", "edit", "dreams", "--every", "1h"]);
    assert.deepEqual(warnings, ["the gateway keeps 'dreams' for itself, and may undo the change"]);
    await assert.rejects(play(stage, ["cron", "edit", "beat", "--every", "1h"]), {
      code: "gateway/unsupported",
      message: "'heartbeat-main' (beat) is built into the gateway: nobody can edit it",
    });
  });

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
