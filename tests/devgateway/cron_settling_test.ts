import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { completionOf, type RunOutcome, settle } from "../../src/devgateway/cron_settling.ts";
import type { Timing } from "../../src/devgateway/cron_timing.ts";
import type { CronJob } from "../../src/protocol/mod.ts";

const older: Timing = { protocol: 3, zone: "UTC" };
const newer: Timing = { protocol: 4, zone: "UTC" };

const startedAt = 1_000_000;
const ok: RunOutcome = { status: "ok", durationMs: 100, deliveryStatus: "not-requested" };
const failed: RunOutcome = { ...ok, status: "error", error: "no API key" };
const timedOut: RunOutcome = { ...failed, error: "request timeout" };

const everyMinute: CronJob = {
  id: "j",
  name: "j",
  enabled: true,
  createdAtMs: 0,
  schedule: { kind: "every", everyMs: 60_000, anchorMs: 0 },
  sessionTarget: "main",
  wakeMode: "now",
  payload: { kind: "systemEvent", text: "x" },
  state: { nextRunAtMs: startedAt, runningAtMs: startedAt, lastError: "old" },
};
const once: CronJob = {
  ...everyMinute,
  schedule: { kind: "at", at: new Date(startedAt).toISOString() },
  deleteAfterRun: true,
};

function settled(job: CronJob, outcome: RunOutcome, timing: Timing, isForced = false) {
  return settle(job, { startedAt, outcome, isForced }, timing);
}

/** The fire times after so many failures in a row, as waits from the end of the run. */
function waits(outcome: RunOutcome, timing: Timing, count: number, job = everyMinute): unknown[] {
  let state = job.state;
  return Array.from({ length: count }, () => {
    const after = settled({ ...job, state }, outcome, timing).job;
    state = after.state;
    return after.enabled ? (state.nextRunAtMs ?? 0) - startedAt - 100 : "off";
  });
}

describe("settle()", () => {
  for (const timing of [older, newer]) {
    test(`writes down the last run, protocol ${timing.protocol}`, () => {
      const { job, isOver } = settled(everyMinute, ok, timing);
      assert.equal(isOver, false);
      assert.equal(job.updatedAtMs, startedAt + 100);
      const { nextRunAtMs, runningAtMs, lastRunAtMs, lastRunStatus, lastError, lastDurationMs } = job.state;
      assert.deepEqual([nextRunAtMs, runningAtMs, lastError], [startedAt + 60_000, undefined, undefined]);
      assert.deepEqual([lastRunAtMs, lastRunStatus, lastDurationMs], [startedAt, "ok", 100]);
    });

    test(`is over with a one-shot job that is not to be kept, and switches a kept one off, protocol ${timing.protocol}`, () => {
      const gone = settled(once, ok, timing);
      assert.equal(gone.isOver, true);
      assert.equal(gone.job.state.nextRunAtMs, startedAt, "its last event still tells the time it had");
      for (
        const [job, outcome] of [[{ ...once, deleteAfterRun: false }, ok], [once, {
          ...ok,
          status: "skipped",
        }]] as const
      ) {
        const kept = settled(job, outcome, timing);
        assert.deepEqual([kept.isOver, kept.job.enabled, kept.job.state.nextRunAtMs], [false, false, undefined]);
      }
    });

    test(`tries a one-shot job again after passing troubles, three times, protocol ${timing.protocol}`, () => {
      assert.deepEqual(waits(timedOut, timing, 4, once), [30_000, 60_000, 300_000, "off"]);
      assert.deepEqual(waits(failed, timing, 1, once), ["off"]);
    });
  }

  test("makes a failing job wait ever longer; protocol 4 switches it off at the tenth time", () => {
    const hour = 3_600_000;
    const steps = [59_900, 60_000, 300_000, 900_000, hour, hour, hour, hour, hour];
    assert.deepEqual(waits(failed, older, 10), [...steps, hour]);
    // From the second failure on protocol 4 counts the interval from its anchor: 1,020,000 is the next minute.
    assert.deepEqual(waits(failed, newer, 10), [...steps, "off"]);
    let job = { ...everyMinute, state: { ...everyMinute.state, consecutiveErrors: 9 } };
    job = settled(job, failed, newer).job as typeof job;
    const reason = { reason: "consecutive-failures", atMs: startedAt + 100, consecutiveErrors: 10 };
    assert.deepEqual((job.state as CronJob["state"])["autoDisabled"], reason);
  });

  test("tries again sooner than the schedule after passing troubles, on protocol 4 only", () => {
    const hourly = { ...everyMinute, schedule: { kind: "every", everyMs: 3_600_000, anchorMs: 0 } };
    assert.deepEqual(waits(timedOut, newer, 3, hourly), [30_000, 60_000, 300_000]);
    assert.deepEqual(waits(timedOut, older, 1, hourly), [3_599_900]);
  });

  test("forgets failures with the next good run, and counts skips on protocol 4", () => {
    const troubled = { ...everyMinute, state: { ...everyMinute.state, consecutiveErrors: 4 } };
    const { state } = settled(troubled, ok, newer).job;
    assert.deepEqual([state.consecutiveErrors, state["consecutiveSkipped"]], [0, 0]);
    assert.equal(state.nextRunAtMs, 1_020_000, "counted from the anchor again");
    const skipped = settled(troubled, { ...ok, status: "skipped", error: "quiet-hours" }, newer).job.state;
    assert.deepEqual([skipped["consecutiveSkipped"], skipped.lastError], [1, "quiet-hours"]);
  });

  test("leaves the schedule alone after a run by hand on protocol 4, on 3 as far as it can", () => {
    const ahead = { ...everyMinute, state: { nextRunAtMs: startedAt + 7_000, lastRunAtMs: startedAt - 53_000 } };
    for (const timing of [older, newer]) {
      assert.equal(settled(ahead, ok, timing, true).job.state.nextRunAtMs, startedAt + 7_000);
    }
    assert.equal(settled(ahead, failed, newer, true).job.state.nextRunAtMs, startedAt + 7_000);
    const later = { ...once, state: { nextRunAtMs: startedAt + 7_000 } };
    const { isOver, job } = settled(later, ok, newer, true);
    assert.deepEqual([isOver, job.enabled, job.state.nextRunAtMs], [false, true, startedAt + 7_000]);
    assert.equal(settled(later, ok, older, true).isOver, true);
  });

  test("leaves two seconds between the fires of an expression", () => {
    const everySecond = { ...everyMinute, schedule: { kind: "cron", expr: "* * * * * *" } };
    for (const timing of [older, newer]) {
      assert.equal(settled(everySecond, ok, timing).job.state.nextRunAtMs, startedAt + 100 + 2_000);
    }
  });

  test("does not switch on what is off", () => {
    const { job } = settled({ ...everyMinute, enabled: false }, ok, older);
    assert.deepEqual([job.enabled, job.state.nextRunAtMs], [false, undefined]);
  });
});

describe("completionOf()", () => {
  test("counts an answer that did not arrive as a failure, unless best effort was enough", () => {
    const answer = (deliveryStatus: string) => ({ ...ok, deliveryStatus });
    const announcing = { ...everyMinute, delivery: { mode: "announce" } };
    assert.equal(completionOf(announcing, answer("delivered")), "succeeded");
    assert.equal(completionOf(announcing, answer("not-delivered")), "failed");
    assert.equal(completionOf(announcing, answer("unknown")), "unknown");
    assert.equal(completionOf(everyMinute, ok), "succeeded");
    assert.equal(completionOf(everyMinute, { ...ok, status: "skipped" }), "failed");
    const relaxed = { ...everyMinute, delivery: { mode: "announce", bestEffort: true } };
    assert.equal(completionOf(relaxed, answer("not-delivered")), "succeeded");
  });
});
