import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  expressionFault,
  lastSlot,
  nextRunOf,
  nextSlot,
  offsetOf,
  type Timing,
} from "../../src/devgateway/cron_timing.ts";
import type { CronJob } from "../../src/protocol/mod.ts";

const older: Timing = { protocol: 3, zone: "UTC" };
const newer: Timing = { protocol: 4, zone: "UTC" };

function jobWith(schedule: CronJob["schedule"], state: CronJob["state"] = {}, id = "j"): CronJob {
  return {
    id,
    name: "j",
    enabled: true,
    createdAtMs: 0,
    schedule,
    sessionTarget: "main",
    wakeMode: "now",
    payload: { kind: "systemEvent", text: "x" },
    state,
  };
}

const at = (text: string) => Date.parse(text);

describe("offsetOf()", () => {
  test("gives a job the place in its window that real gateways give it", () => {
    assert.equal(offsetOf("7b8ea411-5118-4d38-b27b-3b4b380117bd", 300_000), 345); // 2026.3.13
    assert.equal(offsetOf("a11a45ac-5fb7-4daa-a778-cb6bcbe32ced", 300_000), 239_762); // 2026.9.6
    assert.equal(offsetOf("whatever", 1), 0);
  });
});

describe("nextRunOf()", () => {
  test("adds the job's own offset, and finds the slot whose shifted time is still to come", () => {
    const id = "a11a45ac-5fb7-4daa-a778-cb6bcbe32ced";
    const hourly = jobWith({ kind: "cron", expr: "0 * * * *" }, {}, id);
    const noon = at("2026-11-21T12:00:00Z");
    assert.equal(nextRunOf(hourly, noon + 1, newer), noon + 239_762);
    assert.equal(nextRunOf(hourly, noon + 239_762, newer), noon + 3_600_000 + 239_762);
    assert.equal(nextRunOf({ ...hourly, enabled: false }, noon, newer), undefined);
  });

  test("reads an expression in its own zone, else in the gateway's, blank names counting as none", () => {
    const daily = { kind: "cron", expr: "30 9 * * *" };
    const from = at("2026-07-01T00:00:00Z");
    assert.equal(nextRunOf(jobWith({ ...daily, tz: "Europe/Berlin" }), from, newer), at("2026-07-01T07:30:00Z"));
    const inTokyo = { ...newer, zone: "Asia/Tokyo" };
    for (const schedule of [daily, { ...daily, tz: " " }]) {
      assert.equal(nextRunOf(jobWith(schedule), from, inTokyo), at("2026-07-01T00:30:00Z"));
    }
  });

  test("moves a time that summer time leaves out on protocol 3, and leaves it out on 4", () => {
    const nightly = jobWith({ kind: "cron", expr: "30 2 * * *", tz: "Europe/Berlin" });
    const eve = at("2026-03-28T12:00:00Z");
    assert.equal(nextRunOf(nightly, eve, older), at("2026-03-29T01:30:00Z"));
    assert.equal(nextRunOf(nightly, eve, newer), at("2026-03-30T00:30:00Z"));
    // The hour that comes twice counts once.
    const autumn = at("2026-10-25T00:30:00Z");
    for (const timing of [older, newer]) {
      assert.equal(nextRunOf(nightly, autumn - 1, timing), autumn);
      assert.equal(nextRunOf(nightly, autumn, timing), at("2026-10-26T01:30:00Z"));
    }
  });

  test("gives up on an expression that names only times which no clock shows", () => {
    const never = jobWith({ kind: "cron", expr: "0 0 31 2 *" });
    assert.equal(nextRunOf(never, 0, newer), undefined);
    const lastSundayOfMarch = jobWith({ kind: "cron", expr: "30 2 * 3 7L", tz: "Europe/Berlin" });
    assert.equal(nextRunOf(lastSundayOfMarch, at("2026-01-01T00:00:00Z"), newer), undefined);
  });

  test("counts an interval from the last run, on protocol 4 only if that came after the anchor", () => {
    const schedule = { kind: "every", everyMs: 1_000, anchorMs: 10_000 };
    assert.equal(nextRunOf(jobWith(schedule), 10_000, older), 11_000);
    assert.equal(nextRunOf(jobWith(schedule, { lastRunAtMs: 12_300 }), 12_500, newer), 13_300);
    assert.equal(nextRunOf(jobWith(schedule, { lastRunAtMs: 12_300 }), 20_000, newer), 21_000);
    for (const [timing, expected] of [[older, 10_900], [newer, 11_000]] as const) {
      assert.equal(nextRunOf(jobWith(schedule, { lastRunAtMs: 9_900 }), 10_000, timing), expected);
    }
  });

  test("keeps the time of a one-shot job until it has run well", () => {
    const schedule = { kind: "at", at: "2026-11-21T12:00:00.000Z" };
    const noon = at("2026-11-21T12:00:00Z");
    assert.equal(nextRunOf(jobWith(schedule), noon + 60_000, older), noon);
    const failed = { lastRunAtMs: noon + 1, lastRunStatus: "error" };
    assert.equal(nextRunOf(jobWith(schedule, failed), noon + 60_000, older), noon);
    assert.equal(nextRunOf(jobWith(schedule, { ...failed, lastRunStatus: "ok" }), noon + 60_000, older), undefined);
  });
});

describe("lastSlot()", () => {
  test("counts the slot of this very instant, and no other kind than cron", () => {
    const noon = at("2026-11-21T12:00:00Z");
    const daily = jobWith({ kind: "cron", expr: "0 12 * * *", tz: "UTC" });
    assert.equal(lastSlot(daily, noon, newer), noon);
    assert.equal(lastSlot(daily, noon - 1, newer), noon - 86_400_000);
    assert.equal(lastSlot(jobWith({ kind: "every", everyMs: 5 }), noon, newer), undefined);
    const hourly = jobWith({ kind: "cron", expr: "0 * * * *" }, {}, "a11a45ac-5fb7-4daa-a778-cb6bcbe32ced");
    assert.equal(lastSlot(hourly, noon + 239_762, newer), noon + 239_762);
    assert.equal(lastSlot(hourly, noon + 239_761, newer), noon + 239_762 - 3_600_000);
  });
});

describe("nextSlot()", () => {
  test("does not look at the last run", () => {
    const job = jobWith({ kind: "every", everyMs: 1_000, anchorMs: 0 }, { lastRunAtMs: 5_400 });
    assert.equal(nextSlot(job, 5_500, newer), 6_000);
  });
});

describe("expressionFault()", () => {
  const faultOf = (schedule: object) => expressionFault({ kind: "cron", ...schedule }, 0, newer);
  test("is croner's, with V8's words about zones on every engine", () => {
    assert.deepEqual(faultOf({ expr: "61 * * * *" }), {
      name: "RangeError",
      message: "CronPattern: Invalid value for minute: 61",
    });
    assert.deepEqual(faultOf({ expr: "* * * * *", tz: "Mars/Olympus" }), {
      name: "TypeError",
      message: "CronDate: Failed to convert date to timezone 'Mars/Olympus'. This may happen with invalid timezone " +
        "names or dates. Original error: toTZ: Invalid timezone 'Mars/Olympus' or date. Please provide a valid IANA " +
        "timezone (e.g., 'America/New_York', 'Europe/Stockholm'). Original error: Invalid time zone specified: " +
        "Mars/Olympus",
    });
    assert.equal(faultOf({ expr: "@daily", tz: " Europe/Berlin " }), undefined);
    assert.equal(expressionFault({ kind: "at", at: "soon" }, 0, newer), undefined);
  });
});
