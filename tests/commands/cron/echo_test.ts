import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { disagreementOf, type Echo, echoData, echoOf, echoOfJob, echoViews } from "../../../src/commands/cron/echo.ts";
import type { CronJob } from "../../../src/protocol/mod.ts";

const createdAtMs = Date.parse("2026-11-21T16:02:00Z");
const here = { nowMs: createdAtMs, zone: "Europe/Berlin" };
const hour = 3_600_000;
const there = { ...here, protocol: 4 } as const;
const times = ({ fires }: Echo) => fires.map(({ atMs }) => new Date(atMs).toISOString());
const instant = (text: string) => Date.parse(text);

function job(schedule: CronJob["schedule"], nextRunAtMs?: number, enabled = true): CronJob {
  return {
    id: "3f2a",
    name: "x",
    enabled,
    createdAtMs,
    schedule,
    sessionTarget: "main",
    wakeMode: "now",
    payload: { kind: "systemEvent", text: "x" },
    state: nextRunAtMs === undefined ? {} : { nextRunAtMs },
  };
}

const daily = { kind: "cron", expr: "0 9 * * *", tz: "Europe/Berlin" };
const hourly = { kind: "cron", expr: "0 * * * *", tz: "UTC" };

describe("disagreementOf()", () => {
  const agreeing: readonly (readonly [what: string, schedule: CronJob["schedule"], next: string])[] = [
    ["the very time", daily, "2026-11-22T08:00:00Z"],
    ["a time within the stagger", hourly, "2026-11-21T17:04:59.999Z"],
    ["the last fire, which the stagger makes one to come", hourly, "2026-11-21T16:03:00Z"],
    ["the instant of a one-shot job", { kind: "at", at: "2026-11-23T09:00:00Z" }, "2026-11-23T09:00:00Z"],
    ["an interval from its anchor", { kind: "every", everyMs: hour, anchorMs: createdAtMs }, "2026-11-21T17:02:00Z"],
  ];
  for (const [what, schedule, next] of agreeing) {
    it(`has nothing against ${what}`, () => {
      assert.equal(disagreementOf(job(schedule, instant(next)), schedule, "Europe/Berlin"), undefined);
    });
  }

  const differing: readonly (readonly [what: string, schedule: CronJob["schedule"], next: string, expected: string])[] =
    [
      ["another hour: the zone was ignored", daily, "2026-11-22T09:00:00Z", "2026-11-22T08:00:00Z"],
      ["a day too late", daily, "2026-11-23T08:00:00Z", "2026-11-22T08:00:00Z"],
      ["more than the stagger", hourly, "2026-11-21T17:05:00Z", "2026-11-21T17:00:00Z"],
      ["a shift that was not to be", { ...hourly, staggerMs: 0 }, "2026-11-21T17:01:00Z", "2026-11-21T17:00:00Z"],
      ["another instant", { kind: "at", at: "2026-11-23T09:00:00Z" }, "2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z"],
    ];
  for (const [what, schedule, next, expected] of differing) {
    it(`tells of ${what}`, () => {
      assert.deepEqual(disagreementOf(job(schedule, instant(next)), schedule, "Europe/Berlin"), {
        plannedMs: instant(next),
        expectedMs: instant(expected),
      });
    });
  }

  it("tells of no plan at all, unless the job is off", () => {
    assert.deepEqual(disagreementOf(job(daily), daily, "Europe/Berlin"), {
      plannedMs: undefined,
      expectedMs: instant("2026-11-22T08:00:00Z"),
    });
    assert.equal(disagreementOf(job(daily, undefined, false), daily, "Europe/Berlin"), undefined);
  });

  it("lets each generation do its own where clocks jump over the time", () => {
    const schedule = { ...daily, expr: "30 2 28 3 *" };
    for (const next of ["2027-03-28T01:30:00Z", "2028-03-28T00:30:00Z"]) {
      assert.equal(disagreementOf(job(schedule, instant(next)), schedule, "Europe/Berlin"), undefined, next);
    }
  });

  it("cannot judge what the gateway reads in its own zone", () => {
    const schedule = { kind: "cron", expr: "0 9 * * *" };
    assert.equal(disagreementOf(job(schedule, createdAtMs), schedule, undefined), undefined);
  });
});

describe("echoOf()", () => {
  it("has no fires for an expression that the gateway reads in its own zone, nor for what no clock starts", () => {
    assert.deepEqual(echoOf({ kind: "cron", expr: "0 9 * * *" }, here), { fires: [], zone: undefined, staggerMs: 0 });
    assert.deepEqual(echoOf({ kind: "on-exit", command: "x" }, here).fires, []);
  });

  it("reads an expression that names a zone in that one", () => {
    const echo = echoOf(daily, { ...here, zone: "Asia/Tokyo" });
    assert.equal(echo.zone, "Europe/Berlin");
    assert.equal(times(echo)[0], "2026-11-22T08:00:00.000Z");
  });
});

describe("echoOfJob()", () => {
  it("tells the times with the shift that the gateway chose, also that of a full hour that is over", () => {
    const echo = echoOfJob(job(hourly, instant("2026-11-21T16:02:03Z")), there);
    assert.equal(echo.shiftMs, 123_000);
    assert.deepEqual(echoData({}, echo), {
      nextFires: ["16", "17", "18"].map((hour) => ({
        instant: `2026-11-21T${hour}:02:03.000Z`,
        isPlanned: hour === "16",
      })),
      zone: "UTC",
      staggerMs: 300_000,
      shiftMs: 123_000,
    });
  });

  it("does not take the creation of an interval for its first run, whatever the clocks say", () => {
    const made = createdAtMs + 50;
    const off = { ...job({ kind: "every", everyMs: hour, anchorMs: made }, undefined, false), createdAtMs: made };
    assert.deepEqual(times(echoOfJob(off, there))[0], new Date(made + hour).toISOString());
  });

  it("tells the gateway's own plan first, be it a new try after an error, and then the schedule's times", () => {
    const echo = echoOfJob(job(daily, instant("2026-11-21T16:05:30Z")), there);
    assert.deepEqual(times(echo).slice(0, 2), ["2026-11-21T16:05:30.000Z", "2026-11-22T08:00:00.000Z"]);
    assert.doesNotMatch(JSON.stringify(echoViews({ schedule: daily }, echo, there)), /jump forward/);
  });

  it("knows what each generation does with a time that clocks jump over", () => {
    const planned = job({ ...daily, expr: "30 2 * * *" }, instant("2027-03-27T01:30:00Z"));
    const second = (protocol: 3 | 4) => times(echoOfJob(planned, { ...there, protocol }))[1];
    assert.deepEqual([second(3), second(4)], ["2027-03-28T01:30:00.000Z", "2027-03-29T00:30:00.000Z"]);
  });

  it("tells of a job that the gateway reads in its own zone what is planned, and no more", () => {
    const planned = job({ kind: "cron", expr: "0 9 * * *" }, instant("2026-11-22T08:00:00Z"));
    assert.deepEqual(times(echoOfJob(planned, there)), ["2026-11-22T08:00:00.000Z"]);
  });
});

describe("echoData()", () => {
  it("tells programs of no fires of a job that is off", () => {
    const echo = echoOfJob(job(daily, undefined, false), there);
    assert.equal(echo.fires.length, 3);
    assert.deepEqual(echoData({ enabled: false }, echo).nextFires, []);
  });
});

describe("echoViews()", () => {
  it("says of a one-shot job whose time is over that it does not run again", () => {
    const schedule = { kind: "at", at: "2026-11-20T09:00:00Z" };
    assert.deepEqual(echoViews({ schedule }, echoOfJob(job(schedule), there), there), [
      { kind: "line", text: "does not run again: its time was 2026-11-20 10:00 Europe/Berlin" },
    ]);
  });
});
