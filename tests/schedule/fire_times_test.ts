import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Cron } from "croner";
import { ClawError } from "../../src/errors.ts";
import {
  checkExpression,
  isShown,
  lastFire,
  namedZone,
  nextFires,
  staggerMsOf,
} from "../../src/schedule/fire_times.ts";
import { instantsOf, wallTimeAt } from "../../src/schedule/zone.ts";
import { fc } from "../support/property.ts";

const berlin = "Europe/Berlin";
const cron = (expr: string, tz = berlin) => ({ kind: "cron", expr, tz });

function fires(expr: string, after: string, count: number, tz = berlin): readonly string[] {
  return nextFires(cron(expr, tz), Date.parse(after), count, "UTC").map((fire) => new Date(fire).toISOString());
}

/** Days on which the zone's clocks change in 2027, as epoch ms of the noon before. */
function changesOf(zone: string): readonly number[] {
  const noons = Array.from({ length: 365 }, (_, day) => Date.UTC(2027, 0, 1 + day, 12));
  const offset = (ms: number) => Date.UTC(...partsOf(ms, zone)) - ms;
  return noons.filter((noon) => offset(noon) !== offset(noon + 86_400_000));
}

function partsOf(ms: number, zone: string): [number, number, number, number, number] {
  const { year, month, day, hour, minute } = wallTimeAt(ms, zone);
  return [year, month - 1, day, hour, minute];
}

const changing = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca"];
const changes = new Map(changing.map((zone) => [zone, changesOf(zone)]));
const zones = fc.constantFrom(...changing);
const minute = fc.oneof(fc.integer({ min: 0, max: 59 }).map(String), fc.constantFrom("*", "*/7", "0,30", "5-50/15"));
const hour = fc.oneof(fc.integer({ min: 0, max: 23 }).map(String), fc.constantFrom("*", "*/2", "1-3", "2,22"));
const rest = fc.constantFrom("* * *", "* * 0", "* * 1-5", "1 * *", "L * *", "* 3,10 *", "15W * *");
const expressions = fc.tuple(minute, hour, rest).map((fields) => fields.join(" "));

describe("nextFires()", () => {
  it("is what croner says step by step, over random expressions and zones, around every change of the clocks", () => {
    fc.assert(
      fc.property(expressions, zones, fc.nat(), fc.integer({ min: -9e7, max: 9e7 }), (expr, zone, nat, shift) => {
        const days = changes.get(zone) ?? [];
        const after = (days[nat % days.length] ?? 0) + shift;
        const reference = new Cron(expr, { timezone: zone });
        const expected: number[] = [];
        for (let last = after; expected.length < 6;) {
          const next = reference.nextRun(new Date(last))?.getTime() ?? Infinity;
          // Within the hour that clocks repeat croner goes back in time; what gateways make of that is told below.
          fc.pre(next > last);
          expected.push(last = next);
        }
        assert.deepEqual(nextFires(cron(expr, zone), after, 6, "UTC"), expected);
      }),
    );
  });

  it("comes every day when the wall shows the time, once, whatever the clocks do meanwhile", () => {
    fc.assert(fc.property(fc.nat({ max: 23 }), fc.nat({ max: 59 }), zones, fc.nat(), (hour, minute, zone, nat) => {
      const days = changes.get(zone) ?? [];
      const noon = days[nat % days.length] ?? 0;
      const [first, second] = nextFires(cron(`${minute} ${hour} * * *`, zone), noon - 43_200_000, 2, "UTC");
      for (const fire of [first ?? 0, second ?? 0]) {
        if (!isShown(cron(`${minute} ${hour} * * *`), fire, zone)) continue;
        const wall = { ...wallTimeAt(fire, zone), hour, minute, second: 0 };
        if (instantsOf(wall, zone).length > 0) assert.equal(fire, instantsOf(wall, zone)[0]);
      }
      assert.ok((second ?? 0) - (first ?? 0) > 79_200_000);
    }));
  });

  it("goes on with the next day of UTC from within the hour that clocks repeat, as 2026.3.13 does", () => {
    const [first] = fires("49 2,22 * * *", "2027-10-31T01:22:03Z", 1);
    assert.equal(first, "2027-11-01T01:49:00.000Z");
  });

  it("never goes back in time or stands still, as croner's own list does where clocks jump forward", () => {
    const hours = ["00:00", "01:00", "02:00", "03:00"].map((time) => `2027-03-28T${time}:00.000Z`);
    assert.deepEqual(fires("0 * * * *", "2027-03-27T23:30:00Z", 4), hours);
  });

  it("fires a time that clocks jump over after the jump, which isShown() tells", () => {
    const [first, second] = fires("30 2 * * *", "2027-03-27T22:00:00Z", 2);
    assert.deepEqual([first, second], ["2027-03-28T01:30:00.000Z", "2027-03-29T00:30:00.000Z"]);
    assert.equal(isShown(cron("30 2 * * *"), Date.parse(first ?? ""), "UTC"), false);
    assert.equal(isShown(cron("30 2 * * *"), Date.parse(second ?? ""), "UTC"), true);
  });

  it("reads an expression without a zone in the one that it is told", () => {
    const [fire] = nextFires({ kind: "cron", expr: "0 9 * * *" }, Date.parse("2026-11-21T00:00:00Z"), 1, "Asia/Tokyo");
    assert.equal(new Date(fire ?? 0).toISOString(), "2026-11-22T00:00:00.000Z");
  });

  it("takes six and seven fields and nicknames", () => {
    assert.deepEqual(fires("30 0 9 * * *", "2026-11-21T00:00:00Z", 1), ["2026-11-21T08:00:30.000Z"]);
    assert.deepEqual(fires("0 0 9 1 1 * 2028", "2026-11-21T00:00:00Z", 3), ["2028-01-01T08:00:00.000Z"]);
    assert.deepEqual(fires("@daily", "2026-11-21T00:00:00Z", 1), ["2026-11-21T23:00:00.000Z"]);
  });

  it("is empty for what never comes", () => {
    assert.deepEqual(fires("0 0 31 2 *", "2026-11-21T00:00:00Z", 3), []);
    assert.deepEqual(nextFires({ kind: "at", at: "2020-01-01T00:00:00Z" }, Date.now(), 3, "UTC"), []);
    assert.deepEqual(nextFires({ kind: "stream", command: ["x"] }, 0, 3, "UTC"), []);
  });

  it("counts from the anchor of an interval, strictly after", () => {
    const every = { kind: "every", everyMs: 600, anchorMs: 1_000 };
    assert.deepEqual(nextFires(every, 0, 3, "UTC"), [1_000, 1_600, 2_200]);
    assert.deepEqual(nextFires(every, 1_600, 2, "UTC"), [2_200, 2_800]);
    assert.deepEqual(nextFires({ kind: "every", everyMs: 600 }, 5_000, 2, "UTC"), [5_600, 6_200]);
  });
});

describe("lastFire()", () => {
  it("is the last before", () => {
    assert.equal(
      lastFire(cron("0 9 * * *"), Date.parse("2026-11-21T08:00:00Z"), "UTC"),
      Date.parse("2026-11-20T08:00Z"),
    );
    assert.equal(lastFire({ kind: "at", at: "2020-01-01T00:00:00Z" }, 0, "UTC"), undefined);
  });
});

describe("checkExpression()", () => {
  const mistakes: readonly (readonly [expr: string, zone: string, message: RegExp])[] = [
    ["60 * * * *", "UTC", /^'60 \* \* \* \*' is not a cron expression: Invalid value for minute: 60$/],
    ["0 9 * *", "UTC", /^'0 9 \* \*' is not a cron expression: invalid configuration format/],
    ["", "UTC", /is not a cron expression/],
    ["every day", "UTC", /is not a cron expression/],
    ["0 9 * * *", "Mars/Olympus", /^'Mars\/Olympus' is not an IANA time zone$/],
  ];
  for (const [expr, zone, message] of mistakes) {
    it(`refuses '${expr}' in ${zone}`, () => {
      assert.throws(() => checkExpression(expr, zone), (error) => {
        assert.ok(error instanceof ClawError && error.code === "input/invalid");
        assert.match(error.message, message);
        assert.ok(error.hint);
        return true;
      });
    });
  }
});

describe("staggerMsOf()", () => {
  const rows: readonly (readonly [expr: string, staggerMs: number])[] = [
    ["0 * * * *", 300_000],
    ["0 */2 * * *", 300_000],
    ["0 0 * * * *", 300_000],
    ["0 9 * * *", 0],
    ["30 * * * *", 0],
    ["30 0 * * * *", 0],
    ["0 0 * * * * 2027", 0],
  ];
  for (const [expr, staggerMs] of rows) {
    it(`is ${staggerMs} for '${expr}'`, () => assert.equal(staggerMsOf(cron(expr)), staggerMs));
  }

  it("is what the job says, 0 included, and 0 for what is no expression", () => {
    assert.equal(staggerMsOf({ ...cron("0 * * * *"), staggerMs: 0 }), 0);
    assert.equal(staggerMsOf({ ...cron("5 9 * * *"), staggerMs: 7 }), 7);
    assert.equal(staggerMsOf({ kind: "every", everyMs: 1 }), 0);
  });
});

describe("namedZone()", () => {
  it("takes blanks off, and an empty one for none, as gateways do", () => {
    const named = (tz: unknown) => namedZone({ kind: "cron", tz });
    assert.deepEqual([" UTC ", "Europe/Berlin"].map(named), ["UTC", "Europe/Berlin"]);
    assert.deepEqual(["", " ", null, 5, undefined].map(named), [...Array(5)]);
  });

  it("decides in which zone an expression is read", () => {
    const at = (tz: string) => nextFires({ kind: "cron", expr: "0 9 * * *", tz }, 0, 1, "Asia/Tokyo");
    assert.deepEqual([at(""), at(" UTC ")], [[86_400_000], [9 * 3_600_000]]);
  });
});
