import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fillSchedule, instantOf } from "../../src/devgateway/cron_schedules.ts";

describe("fillSchedule()", () => {
  test("anchors an interval now; protocol 4 keeps the anchor of one as long as before", () => {
    const every = { kind: "every", everyMs: 1_000 } as const;
    const before = { ...every, anchorMs: 5 };
    assert.equal(fillSchedule(every, 7, 4)["anchorMs"], 7);
    assert.equal(fillSchedule({ ...every, anchorMs: 1 }, 7, 4, before)["anchorMs"], 1);
    assert.equal(fillSchedule(every, 7, 4, before)["anchorMs"], 5);
    assert.equal(fillSchedule({ ...every, everyMs: 2_000 }, 7, 4, before)["anchorMs"], 7);
    assert.equal(fillSchedule(every, 7, 3, before)["anchorMs"], 7);
  });

  test("gives five minutes of stagger to what recurs at the top of the hour, unless told otherwise", () => {
    const cron = (expr: string, more: object = {}) => fillSchedule({ kind: "cron", expr, ...more }, 0, 4)["staggerMs"];
    assert.deepEqual(["0 * * * *", "0 */2 * * *", "0 0 * * * *"].map((expr) => cron(expr)), [
      300_000,
      300_000,
      300_000,
    ]);
    assert.deepEqual(["0 9 * * *", "5 * * * *", "@hourly"].map((expr) => cron(expr)), [
      undefined,
      undefined,
      undefined,
    ]);
    assert.equal(cron("0 * * * *", { staggerMs: 0 }), 0);
    assert.equal(cron("0 9 * * *", { staggerMs: 9 }), 9);
  });

  test("keeps the stagger of the same expression, protocol 3 that of any", () => {
    const before = { kind: "cron", expr: "0 9 * * *", staggerMs: 5 };
    const next = (expr: string, protocol: 3 | 4) =>
      fillSchedule({ kind: "cron", expr }, 0, protocol, before)["staggerMs"];
    assert.deepEqual([next("0 9 * * *", 4), next("0 8 * * *", 4), next("0 8 * * *", 3)], [5, undefined, 5]);
  });

  test("trims expressions, and zones on protocol 4", () => {
    const untidy = { kind: "cron", expr: " 0  9 * * * ", tz: " Europe/Berlin " } as const;
    assert.deepEqual(fillSchedule(untidy, 0, 4), { kind: "cron", expr: "0  9 * * *", tz: "Europe/Berlin" });
    assert.deepEqual(fillSchedule(untidy, 0, 3), { kind: "cron", expr: "0  9 * * *", tz: " Europe/Berlin " });
    assert.deepEqual(fillSchedule({ ...untidy, tz: "" }, 0, 4), { kind: "cron", expr: "0  9 * * *" });
  });
});

test("instantOf() reads a time without a zone as UTC", () => {
  const noon = Date.UTC(2026, 10, 21, 12);
  for (const text of ["2026-11-21T12:00:00", "2026-11-21T12:00:00Z", " 2026-11-21T13:00:00+01:00 "]) {
    assert.equal(instantOf(text), noon, text);
  }
  assert.equal(instantOf("2026-11-21"), noon - 12 * 3_600_000);
  assert.ok(Number.isNaN(instantOf("soon")));
});
