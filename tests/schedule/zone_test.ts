import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatWall, instantsOf, isZone, offsetAt, utcOf, wallTimeAt } from "../../src/schedule/zone.ts";
import { fc } from "../support/property.ts";

const wall = { year: 2027, month: 3, day: 28, hour: 2, minute: 30, second: 0 };

describe("wallTimeAt()", () => {
  it("shows midnight as 0 o'clock of the new day", () => {
    assert.deepEqual(wallTimeAt(Date.parse("2026-11-22T23:00:00Z"), "Europe/Berlin"), {
      year: 2026,
      month: 11,
      day: 23,
      hour: 0,
      minute: 0,
      second: 0,
    });
  });

  it("knows zones that are off by parts of an hour", () => {
    assert.equal(formatWall(wallTimeAt(Date.parse("2026-11-23T00:00:00Z"), "Asia/Kathmandu")), "2026-11-23 05:45:00");
  });
});

describe("instantsOf()", () => {
  it("finds none in the hour that is left out, and two in the one that comes twice", () => {
    assert.deepEqual(instantsOf(wall, "Europe/Berlin"), []);
    const repeated = instantsOf({ ...wall, month: 10, day: 31 }, "Europe/Berlin");
    assert.deepEqual(repeated.map((instant) => new Date(instant).toISOString().slice(11, 16)), ["00:30", "01:30"]);
  });

  it("finds every instant again by what the wall shows then, in all zones", () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
    const second = fc.integer({ min: Date.UTC(2000, 0) / 1_000, max: Date.UTC(2037, 0) / 1_000 });
    fc.assert(fc.property(zone, second, (zone, second) => {
      const instants = instantsOf(wallTimeAt(second * 1_000, zone), zone);
      assert.ok(instants.includes(second * 1_000));
      assert.ok(instants.length <= 2 && (instants[0] ?? 0) <= (instants[1] ?? Infinity));
    }));
  });
});

describe("offsetAt()", () => {
  it("is how far the clock is ahead, also between two seconds", () => {
    assert.equal(offsetAt(Date.parse("2027-07-01T00:00:00.999Z"), "Europe/Berlin"), 7_200_000);
    assert.equal(offsetAt(0, "UTC"), 0);
  });
});

describe("isZone()", () => {
  it("knows IANA names and no others", () => {
    assert.deepEqual(["Europe/Berlin", "UTC", "Nowhere/X", "", "CET time"].map(isZone), [
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("utcOf()", () => {
  it("is undone by wallTimeAt() in UTC", () => assert.deepEqual(wallTimeAt(utcOf(wall), "UTC"), wall));
});
