import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as times from "../../src/cli/times.ts";
import { fc } from "../support/property.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const monday = Date.UTC(2026, 10, 23, 8, 0, 0);

describe("formatDuration()", () => {
  const cases: readonly (readonly [ms: number, text: string])[] = [
    [0, "0 ms"],
    [36.4, "36 ms"],
    [999.6, "1 s"],
    [1_240, "1.2 s"],
    [9_999, "10 s"],
    [59_400, "59 s"],
    [59_600, "1 min"],
    [minuteMs, "1 min"],
    [3 * minuteMs + 5_000, "3 min 5 s"],
    [2 * hourMs, "2 h"],
    [dayMs - 1, "23 h 59 min"],
    [4 * dayMs + 3 * hourMs + 5 * minuteMs, "4 d 3 h"],
  ];
  for (const [ms, text] of cases) it(`says ${ms} ms as ${text}`, () => assert.equal(times.formatDuration(ms), text));
});

describe("formatExactDuration()", () => {
  it("leaves nothing out", () => {
    assert.equal(times.formatExactDuration(15 * minuteMs), "15 min");
    assert.equal(times.formatExactDuration(dayMs + hourMs + minuteMs + 1_001), "1 d 1 h 1 min 1 s 1 ms");
    assert.equal(times.formatExactDuration(0), "0 ms");
  });

  it("adds up to what it was given", () => {
    const units: Readonly<Record<string, number>> = { d: dayMs, h: hourMs, min: minuteMs, s: 1_000, ms: 1 };
    fc.assert(fc.property(fc.nat(), (ms) => {
      const parts = [...times.formatExactDuration(ms).matchAll(/(\d+) (\w+)/g)];
      assert.equal(parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? NaN), 0), ms);
    }));
  });
});

describe("formatRelative()", () => {
  const cases: readonly (readonly [distanceMs: number, text: string])[] = [
    [0, "now"],
    [-999, "now"],
    [1_000, "in 1 s"],
    [-59_999, "59 s ago"],
    [5 * minuteMs, "in 5 min"],
    [-47 * hourMs, "47 h ago"],
    [48 * hourMs, "in 2 d"],
  ];
  for (const [distanceMs, text] of cases) {
    it(`says ${distanceMs} ms as ${text}`, () => {
      assert.equal(times.formatRelative(monday + distanceMs, monday), text);
    });
  }
});

describe("formatInstant()", () => {
  it("is the zone's wall clock with the name of its time", () => {
    assert.equal(times.formatInstant(monday, "Europe/Berlin"), "2026-11-23 09:00:00 CET");
    assert.equal(times.formatInstant(monday, "UTC"), "2026-11-23 08:00:00 UTC");
    assert.equal(times.formatInstant(monday, "Asia/Kolkata"), "2026-11-23 13:30:00 GMT+5:30");
  });

  it("shows a number that is no date as the number", () => {
    assert.equal(times.formatInstant(1e20, "UTC"), "100000000000000000000 ms");
    assert.equal(times.formatMinute(-1e20, "UTC"), "-100000000000000000000 ms");
  });
});

describe("formatMinute(), formatClock(), formatDay(), formatWeekday()", () => {
  it("leave seconds out where there are none", () => {
    assert.equal(times.formatMinute(monday, "Europe/Berlin"), "2026-11-23 09:00");
    assert.equal(times.formatMinute(monday + 1_000, "Europe/Berlin"), "2026-11-23 09:00:01");
    assert.equal(times.formatClock(monday, "Europe/Berlin"), "09:00");
    assert.equal(times.formatClock(monday + 59_000, "Europe/Berlin"), "09:00:59");
  });

  it("take the day of the zone", () => {
    assert.equal(times.formatDay(monday, "Pacific/Kiritimati"), "2026-11-23");
    assert.equal(times.formatDay(monday - dayMs, "Pacific/Pago_Pago"), "2026-11-21");
    assert.equal(times.formatWeekday(monday, "UTC"), "Mon");
    assert.equal(times.formatWeekday(monday - 9 * hourMs, "UTC"), "Sun");
  });

  it("write midnight as 00:00", () => assert.equal(times.formatClock(Date.UTC(2026, 0, 1), "UTC"), "00:00"));
});
