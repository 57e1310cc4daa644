import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { readInstant } from "../../src/schedule/instant_text.ts";
import { formatWall, instantsOf, offsetAt, wallTimeAt } from "../../src/schedule/zone.ts";
import { fc } from "../support/property.ts";

/** A Saturday, 17:00 in Berlin. */
const nowMs = Date.parse("2026-11-21T16:00:00Z");
const berlin = { nowMs, zone: "Europe/Berlin" };

function read(text: string, here: { nowMs: number; zone: string | undefined } = berlin): string {
  return new Date(readInstant(text, here).instantMs).toISOString().replace(".000Z", "Z");
}

function refusal(text: string, here: { nowMs: number; zone: string | undefined } = berlin): ClawError {
  try {
    const { instantMs } = readInstant(text, here);
    throw new Error(`${text} was read as ${new Date(instantMs).toISOString()}`);
  } catch (thrown) {
    if (thrown instanceof ClawError) return thrown;
    throw thrown;
  }
}

describe("readInstant()", () => {
  const readings: readonly (readonly [text: string, instant: string])[] = [
    ["2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z"],
    ["2026-11-23T09:00:00+01:00", "2026-11-23T08:00:00Z"],
    ["2026-11-23T09:00-0530", "2026-11-23T14:30:00Z"],
    ["2026-11-23t09:00:00.25z", "2026-11-23T09:00:00.250Z"],
    ["2026-11-23T09:00", "2026-11-23T08:00:00Z"],
    ["2026-11-23 09:00", "2026-11-23T08:00:00Z"],
    ["2026-11-23 9:00:30", "2026-11-23T08:00:30Z"],
    ["2027-07-01 09:00", "2027-07-01T07:00:00Z"],
    ["+20m", "2026-11-21T16:20:00Z"],
    ["+1h30m", "2026-11-21T17:30:00Z"],
    ["today 18:00", "2026-11-21T17:00:00Z"],
    ["Tomorrow 09:00", "2026-11-22T08:00:00Z"],
    ["18:00", "2026-11-21T17:00:00Z"],
    ["16:00", "2026-11-22T15:00:00Z"],
    ["monday 07:30", "2026-11-23T06:30:00Z"],
    ["Mon 7:30", "2026-11-23T06:30:00Z"],
    ["saturday 18:00", "2026-11-21T17:00:00Z"],
    ["saturday 17:00", "2026-11-28T16:00:00Z"],
    ["friday 23:59:59", "2026-11-27T22:59:59Z"],
  ];
  for (const [text, instant] of readings) it(`reads '${text}' in Berlin`, () => assert.equal(read(text), instant));

  it("says in which zone a wall clock was read, and that other texts need none", () => {
    assert.equal(readInstant("tomorrow 09:00", berlin).zone, "Europe/Berlin");
    assert.equal(readInstant("+20m", berlin).zone, undefined);
    assert.equal(readInstant("2026-11-23T09:00:00Z", berlin).zone, undefined);
  });

  it("takes the day of the zone, not of UTC", () => {
    const here = { nowMs: Date.parse("2026-11-21T23:30:00Z"), zone: "Asia/Tokyo" };
    assert.equal(read("today 09:00", here), "2026-11-22T00:00:00Z");
    assert.equal(read("tomorrow 09:00", here), "2026-11-23T00:00:00Z");
    assert.equal(read("sunday 09:00", here), "2026-11-22T00:00:00Z");
  });

  it("reads a wall clock across a change of the clocks as the wall shows it", () => {
    const eve = { nowMs: Date.parse("2027-03-27T12:00:00Z"), zone: "Europe/Berlin" };
    assert.equal(read("tomorrow 09:00", eve), "2027-03-28T07:00:00Z");
    assert.equal(read("+1d", eve), "2027-03-28T12:00:00Z");
  });

  it("refuses a time that the zone skips, and names its neighbours", () => {
    const error = refusal("2027-03-28 02:30");
    assert.equal(error.code, "input/invalid");
    assert.equal(
      error.message,
      "--at: '2027-03-28 02:30' does not exist in Europe/Berlin: its clocks jump over that time",
    );
    assert.equal(error.hint, "after 2027-03-28 01:59:59 comes 2027-03-28 03:00:00 there");
  });

  it("names the neighbours of a whole day that a zone left out", () => {
    const here = { nowMs: Date.parse("2011-12-29T12:00:00Z"), zone: "Pacific/Apia" };
    assert.equal(refusal("2011-12-30 09:00", here).hint, "after 2011-12-29 23:59:59 comes 2011-12-31 00:00:00 there");
  });

  it("takes the next day's time once a day's own was skipped and is over", () => {
    assert.equal(
      read("02:30", { nowMs: Date.parse("2027-03-28T08:00:00Z"), zone: "Europe/Berlin" }),
      "2027-03-29T00:30:00Z",
    );
  });

  it("takes the earlier of two, and says so; the later once the earlier is over", () => {
    const text = "2027-10-31 02:30";
    const early = readInstant(text, berlin);
    assert.equal(new Date(early.instantMs).toISOString(), "2027-10-31T00:30:00.000Z");
    assert.match(early.note ?? "", /^2027-10-31 02:30:00 comes twice in Europe\/Berlin: the earlier one is meant/);
    const late = readInstant(text, { ...berlin, nowMs: Date.parse("2027-10-31T00:45:00Z") });
    assert.equal(new Date(late.instantMs).toISOString(), "2027-10-31T01:30:00.000Z");
    assert.match(late.note ?? "", /the later one is meant/);
  });

  const mistakes = ["", "soon", "09:00:", "25:00", "2026-11-23", "2026-13-01 09:00", "2027-02-29 09:00", "9 am"];
  for (
    const text of [...mistakes, "2026-11-23 24:00", "yesterday 09:00", "m 09:00", "+20", "+", "2026-11-23T09:00+15:00"]
  ) {
    it(`refuses '${text}'`, () => {
      const error = refusal(text);
      assert.equal(error.code, "input/invalid");
      assert.ok(error.hint);
    });
  }

  it("refuses what has passed, also by the choice of words", () => {
    assert.match(refusal("today 09:00").message, /^--at: 'today 09:00' has passed: it was 2026-11-21T08:00:00Z$/);
    assert.match(refusal("2020-01-01T00:00:00Z").message, /has passed/);
    assert.match(refusal("+0s").message, /has passed/);
  });

  it("refuses what no gateway takes: more than ten years ahead", () => {
    assert.match(refusal("2037-01-01T00:00:00Z").message, /more than ten years ahead/);
  });

  it("asks for a zone where none is known, but only for a wall clock", () => {
    const here = { nowMs, zone: undefined };
    assert.match(refusal("tomorrow 09:00", here).hint ?? "", /--tz/);
    assert.equal(read("+20m", here), "2026-11-21T16:20:00Z");
    assert.match(refusal("18:00", { nowMs, zone: "Nowhere/X" }).message, /'Nowhere\/X' is not an IANA time zone/);
  });

  it("gives for any wall clock of any zone the instant at which it shows that time, or says that there is none", () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf("timeZone"), "UTC");
    const instant = fc.integer({ min: nowMs / 1_000 + 200_000, max: nowMs / 1_000 + 9 * 31_536_000 });
    fc.assert(fc.property(zone, instant, (zone, second) => {
      const wall = wallTimeAt(second * 1_000, zone);
      const read = readInstant(formatWall(wall), { nowMs, zone });
      assert.deepEqual(wallTimeAt(read.instantMs, zone), wall);
      assert.ok(instantsOf(wall, zone).includes(second * 1_000));
      assert.equal(read.instantMs, instantsOf(wall, zone)[0]);
    }));
  });

  it("refuses any second that the clocks of a zone jump over, naming those around it", () => {
    const jumps = jumping.map((zone) => ({ zone, ...nextJump(zone) }));
    fc.assert(fc.property(fc.constantFrom(...jumps), fc.nat(), ({ zone, atMs, byMs }, nat) => {
      const wall = wallTimeAt(atMs + offsetAt(atMs - 1_000, zone) + nat * 1_000 % byMs, "UTC");
      const { details } = refusal(formatWall(wall), { nowMs, zone });
      const [last, first] = [atMs - 1_000, atMs].map((instant) => formatWall(wallTimeAt(instant, zone)));
      assert.deepEqual(details, { zone, last, first });
    }));
  });
});

/** By an hour, by half an hour, by two; at midnight, at one, at two; on both halves of the earth. */
const jumping = [
  "Europe/Berlin",
  "America/New_York",
  "America/Santiago",
  "America/Havana",
  "Australia/Lord_Howe",
  "Antarctica/Troll",
  "Africa/Casablanca",
  "Atlantic/Azores",
];

/** When a zone's clocks next jump forward, and by how much. */
function nextJump(zone: string): { readonly atMs: number; readonly byMs: number } {
  const weekMs = 7 * 86_400_000;
  let from = nowMs + weekMs;
  while (offsetAt(from + weekMs, zone) <= offsetAt(from, zone)) from += weekMs;
  let [before, after] = [from, from + weekMs];
  while (after - before > 1_000) {
    const middle = Math.floor((before + after) / 2_000) * 1_000;
    if (offsetAt(middle, zone) === offsetAt(from, zone)) before = middle;
    else after = middle;
  }
  return { atMs: after, byMs: offsetAt(after, zone) - offsetAt(before, zone) };
}
