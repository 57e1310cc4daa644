import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planCatchUp } from "../../src/devgateway/cron_catchup.ts";
import type { CronJob } from "../../src/protocol/mod.ts";

const now = Date.parse("2026-11-21T12:00:30Z");

function job(id: string, changes: Partial<CronJob> = {}): CronJob {
  return {
    id,
    name: id,
    enabled: true,
    createdAtMs: 0,
    schedule: { kind: "every", everyMs: 60_000, anchorMs: 0 },
    sessionTarget: "main",
    wakeMode: "next-heartbeat",
    payload: { kind: "systemEvent", text: "x" },
    state: { nextRunAtMs: now - 1_000 },
    ...changes,
  };
}

function planOf(jobs: readonly CronJob[], protocol: 3 | 4, interrupted: readonly string[] = []) {
  const { atOnce, later } = planCatchUp(jobs, new Set(interrupted), now, { protocol, zone: "UTC" });
  return { atOnce: atOnce.map(({ id }) => id), later: later.map(({ job: { id }, afterMs }) => [id, afterMs]) };
}

describe("planCatchUp()", () => {
  test("runs the five that waited longest, the rest five seconds apart", () => {
    const jobs = [1, 2, 3, 4, 5, 6, 7].map((age) => job(`j${age}`, { state: { nextRunAtMs: now - age } }));
    const atOnce = ["j7", "j6", "j5", "j4", "j3"];
    assert.deepEqual(planOf(jobs, 3), { atOnce, later: [["j2", 5_000], ["j1", 10_000]] });
    // Protocol 4 spaces them as they were made.
    assert.deepEqual(planOf(jobs, 4), { atOnce, later: [["j1", 5_000], ["j2", 10_000]] });
  });

  test("lets what needs the agent wait two minutes, on protocol 4", () => {
    const turn = job("turn", { sessionTarget: "isolated", payload: { kind: "agentTurn", message: "x" } });
    const jobs = [job("now", { wakeMode: "now" }), turn, job("quiet")];
    assert.deepEqual(planOf(jobs, 4), { atOnce: ["quiet"], later: [["now", 120_000], ["turn", 125_000]] });
    assert.deepEqual(planOf(jobs, 3), { atOnce: ["now", "turn", "quiet"], later: [] });
  });

  test("passes over what is off, was interrupted, or is still to come", () => {
    const jobs = [job("off", { enabled: false }), job("cut"), job("soon", { state: { nextRunAtMs: now + 1 } })];
    for (const protocol of [3, 4] as const) assert.deepEqual(planOf(jobs, protocol, ["cut"]).atOnce, []);
  });

  test("sees a slot that was not run although the next time has moved on", () => {
    const slot = Date.parse("2026-11-21T12:00:00Z");
    const schedule = { kind: "cron", expr: "0 12 * * *" };
    const state = { nextRunAtMs: slot + 86_400_000, lastRunAtMs: slot - 86_400_000, lastRunStatus: "ok" };
    const missing = (changes: object) => planOf([job("j", { schedule, state: { ...state, ...changes } })], 4).atOnce;
    assert.deepEqual(missing({}), ["j"]);
    assert.deepEqual(missing({ lastRunAtMs: slot }), []);
    assert.deepEqual(missing({ lastRunAtMs: undefined }), [], "it has never run");
    assert.deepEqual(missing({ lastRunStatus: "error" }), [], "it waits after a failure");
    assert.deepEqual(missing({ scheduleActivatedAtMs: slot + 1 }), [], "the schedule is newer than the slot");
  });

  test("makes up for the retry of a one-shot job, not for the job itself", () => {
    const schedule = { kind: "at", at: new Date(now - 5_000).toISOString() };
    const plan = (state: CronJob["state"]) => planOf([job("j", { schedule, state })], 3).atOnce;
    assert.deepEqual(plan({ nextRunAtMs: now - 5_000 }), ["j"]);
    const failed = { lastRunAtMs: now - 4_000, lastRunStatus: "error" };
    assert.deepEqual(plan({ ...failed, nextRunAtMs: now - 1 }), ["j"]);
    assert.deepEqual(plan({ ...failed, nextRunAtMs: now - 5_000 }), []);
  });
});
