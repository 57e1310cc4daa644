import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { firesOf, planTimeline } from "../../src/cron/timeline.ts";
import type { CronJob } from "../../src/protocol/mod.ts";
import { nextFires } from "../../src/schedule/fire_times.ts";
import { aJob, cron, noonMs } from "../support/cron_jobs.ts";
import { fc } from "../support/property.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const reader = { zone: "Europe/Berlin", protocol: 4 } as const;
const iso = (instants: readonly { readonly atMs: number }[]) =>
  instants.map(({ atMs }) => new Date(atMs).toISOString());
const fires = (job: CronJob, count = 3) => firesOf(job, noonMs, count, reader).fires;

function timeline(jobs: readonly CronJob[], hours = 24, limit = 50) {
  return planTimeline(jobs, { nowMs: noonMs, untilMs: noonMs + hours * hourMs, limit, reader });
}

describe("firesOf()", () => {
  it("begins with the gateway's plan, and shifts the following as that is", () => {
    const job = aJob({ schedule: cron("0 * * * *", "UTC"), state: { nextRunAtMs: noonMs + hourMs + 1_234 } });
    assert.deepEqual(
      fires(job),
      [1, 2, 3].map((hours) => ({
        atMs: noonMs + hours * hourMs + 1_234,
        laterMs: 0,
        isPlanned: hours === 1,
      })),
    );
  });

  it("tells how late the following may be where the plan betrays no shift", () => {
    const job = aJob({ schedule: cron("0 * * * *", "UTC"), state: { nextRunAtMs: noonMs + 30 * 60_000 } });
    assert.deepEqual(fires(job).map(({ laterMs }) => laterMs), [0, 300_000, 300_000]);
    assert.deepEqual(iso(fires(job)).slice(1), ["2026-11-21T13:00:00.000Z", "2026-11-21T14:00:00.000Z"]);
    assert.deepEqual(fires({ ...job, state: {} }).map(({ isPlanned, laterMs }) => [isPlanned, laterMs])[0], [
      false,
      300_000,
    ]);
  });

  it("reads an expression without a zone as the gateway does", () => {
    assert.deepEqual(iso(fires(aJob({ schedule: cron("0 9 * * 1-5") }), 1)), ["2026-11-23T08:00:00.000Z"]);
  });

  it("counts an interval on from the plan", () => {
    const job = aJob({ schedule: { kind: "every", everyMs: hourMs, anchorMs: 0 }, state: { nextRunAtMs: noonMs + 7 } });
    assert.deepEqual(fires(job).map(({ atMs }) => atMs - noonMs), [7, hourMs + 7, 2 * hourMs + 7]);
  });

  it("keeps what is due already, and goes on after now", () => {
    const job = aJob({ state: { nextRunAtMs: noonMs - 10 * hourMs - 1 } });
    assert.deepEqual(fires(job).map(({ atMs }) => atMs - noonMs), [-10 * hourMs - 1, hourMs - 1, 2 * hourMs - 1]);
  });

  it("knows one fire of a job that runs once, and none of one that waits for no clock", () => {
    const once = aJob({ schedule: { kind: "at", at: "2026-11-22T00:00:00Z" } });
    assert.deepEqual(iso(fires(once)), ["2026-11-22T00:00:00.000Z"]);
    assert.equal(fires({ ...once, state: { nextRunAtMs: noonMs + 1 } }).length, 1);
    assert.deepEqual(fires(aJob({ schedule: { kind: "on-exit", command: "make" } })), []);
  });

  it("has no more than the plan of a schedule that cannot be read", () => {
    for (const schedule of [cron("what?"), cron("0 9 * * *", "Mars/Olympus"), { kind: "every", everyMs: 0 }]) {
      const state = { nextRunAtMs: noonMs + 5 };
      const { fires, isReadable } = firesOf(aJob({ schedule, state }), noonMs, 3, reader);
      assert.deepEqual([fires.map(({ atMs }) => atMs), isReadable], [[noonMs + 5], false]);
    }
  });

  it("leaves out what no clock shows where 2026.9.6 does, and only there", () => {
    // Berlin's clocks go from 02:00 to 03:00 on 2027-03-28.
    const job = aJob({ schedule: cron("30 2 * * *", "Europe/Berlin") });
    const eveMs = Date.UTC(2027, 2, 27, 12);
    const next = (protocol: 3 | 4) => iso(firesOf(job, eveMs, 2, { ...reader, protocol }).fires);
    assert.deepEqual(next(4), ["2027-03-29T00:30:00.000Z", "2027-03-30T00:30:00.000Z"]);
    assert.deepEqual(next(3), ["2027-03-28T01:30:00.000Z", "2027-03-29T00:30:00.000Z"]);
  });

  it("continues the schedule exactly, whatever it is", () => {
    const expr = fc.tuple(fc.integer({ min: 1, max: 59 }), fc.integer({ min: 0, max: 23 })).map(([m, h]) =>
      `${m} ${h} * * *`
    );
    const zone = fc.constantFrom("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC");
    const start = fc.integer({ min: noonMs, max: noonMs + 400 * dayMs });
    fc.assert(fc.property(expr, zone, start, (text, tz, nowMs) => {
      const schedule = cron(text, tz);
      const expected = nextFires(schedule, nowMs, 4, "UTC");
      const job = aJob({ schedule, state: { nextRunAtMs: expected[0] ?? 0 } });
      const { fires } = firesOf(job, nowMs, 4, { zone: "UTC", protocol: 3 });
      assert.deepEqual(fires.map(({ atMs }) => atMs), expected);
    }));
  });
});

describe("planTimeline()", () => {
  it("puts all enabled jobs' fires in order, up to the end", () => {
    const daily = aJob({ name: "daily", schedule: cron("30 15 * * *", "UTC") });
    const often = aJob({ name: "often", schedule: { kind: "every", everyMs: 3 * hourMs, anchorMs: noonMs } });
    const { entries, leftOut } = timeline([often, daily, aJob({ enabled: false })], 6);
    assert.deepEqual(entries.map(({ job }) => job.name), ["often", "daily", "often"]);
    assert.equal(leftOut, 0);
  });

  it("shows a job that floods once, with how many follow", () => {
    const everyMs = aJob({ schedule: { kind: "every", everyMs: 1, anchorMs: 0 }, state: { nextRunAtMs: noonMs + 1 } });
    const overdue = aJob({ schedule: { kind: "every", everyMs: 1_000 }, state: { nextRunAtMs: noonMs - 10_000 } });
    const bySecond = aJob({ schedule: cron("* * * * * *", "UTC") });
    const hourly = aJob({ schedule: cron("0 * * * *", "UTC"), state: { nextRunAtMs: noonMs + hourMs } });
    const { entries } = timeline([everyMs, overdue, bySecond, hourly]);
    assert.deepEqual(entries.map(({ more }) => more), [
      { count: 86_400, isAtLeast: false },
      { count: dayMs - 1, isAtLeast: false },
      { count: 24, isAtLeast: true },
      { count: 23, isAtLeast: false },
    ]);
  });

  it("says how many the limit left out", () => {
    const jobs = Array.from({ length: 5 }, () => aJob({ schedule: cron("30 15 * * *", "UTC") }));
    const { entries, leftOut } = timeline(jobs, 48, 3);
    assert.deepEqual([entries.length, leftOut], [3, 7]);
  });

  it("names what cannot be read", () => {
    const odd = aJob({ schedule: cron("what?") });
    assert.deepEqual(timeline([odd, aJob()]).unreadable, [odd]);
  });

  it("does a bounded work for many jobs over ten years", () => {
    const jobs = Array.from({ length: 200 }, (_, at) => aJob({ schedule: cron(`${at % 60} * * * * *`, "UTC") }));
    const { entries } = timeline(jobs, 87_600, 1_000);
    assert.equal(entries.length, 200);
  });
});
