import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { CronAddParams } from "../../src/protocol/mod.ts";
import { hasSchedule, readSchedule, type ScheduleText, spellSchedule } from "../../src/schedule/schedule_text.ts";
import { fc } from "../support/property.ts";

const here = { nowMs: Date.parse("2026-11-21T16:00:00Z"), zone: "Europe/Berlin" };

function refusal(text: ScheduleText, before?: { kind: string; [member: string]: unknown }, at = here): ClawError {
  try {
    readSchedule(text, at, before);
  } catch (thrown) {
    if (thrown instanceof ClawError) return thrown;
    throw thrown;
  }
  throw new Error("it was read");
}

const instants = fc.integer({ min: 1, max: 300_000_000 }).map((seconds) =>
  new Date(here.nowMs + seconds * 1_000).toISOString()
);
const lengths = fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 23 }), fc.integer({ min: 1, max: 59 })).map(
  ([d, h, m]) => `${d}d${h}h${m}m`,
);
const tz = fc.option(fc.constantFrom(...Intl.supportedValuesOf("timeZone")), { nil: undefined });
const crons = fc.record({
  cron: fc.constantFrom("0 9 * * 1-5", "*/15 * * * *", "0 * * * *", "30 0 9 * * *", "@daily", "0 9 L * *"),
  tz,
  stagger: fc.option(fc.constantFrom("30s", "2m", "1h"), { nil: undefined }),
});
const texts: fc.Arbitrary<ScheduleText> = fc.oneof(
  instants.map((at) => ({ at })),
  fc.constantFrom("+20m", "tomorrow 09:00", "18:00", "2027-06-01 12:00").map((at) => ({ at })),
  lengths.map((every) => ({ every })),
  crons,
  crons.map(({ cron, tz }) => ({ cron, tz, exact: true })),
);

describe("readSchedule()", () => {
  it("makes the same schedule of what spellSchedule() says of it, wherever that is read", () => {
    fc.assert(fc.property(texts, fc.constantFrom("UTC", "Asia/Tokyo", undefined), (text, zone) => {
      const { schedule } = readSchedule(text, here);
      assert.ok(CronAddParams.safeParse({ ...definition, schedule }).success, JSON.stringify(schedule));
      const again = readSchedule(spellSchedule(schedule) ?? {}, { ...here, zone }).schedule;
      assert.deepEqual(again, schedule);
      assert.deepEqual(spellSchedule(again), spellSchedule(schedule));
    }));
  });

  it("sends the person's own zone with an expression", () => {
    assert.deepEqual(readSchedule({ cron: " 0 9 * * 1-5 " }, here), {
      schedule: { kind: "cron", expr: "0 9 * * 1-5", tz: "Europe/Berlin" },
      zone: "Europe/Berlin",
      notes: [],
    });
  });

  it("asks for a zone rather than leave it to the gateway", () => {
    const error = refusal({ cron: "0 9 * * *" }, undefined, { ...here, zone: undefined as unknown as string });
    assert.equal(error.message, "your time zone is unknown, and a gateway would take its own");
    assert.match(error.hint ?? "", /--tz/);
  });

  it("turns a wall clock's time into an instant, and names the zone it was read in", () => {
    const read = readSchedule({ at: "2026-11-23 09:00", tz: "America/New_York" }, here);
    assert.deepEqual(read, {
      schedule: { kind: "at", at: "2026-11-23T14:00:00.000Z" },
      zone: "America/New_York",
      notes: [],
    });
  });

  it("has 0 for exactly on time", () => {
    assert.equal(
      (readSchedule({ cron: "0 * * * *", exact: true }, here).schedule as { staggerMs?: number }).staggerMs,
      0,
    );
  });

  const contradictions: readonly (readonly [text: ScheduleText, flags: readonly string[]])[] = [
    [{ at: "+1h", every: "1h" }, ["--at", "--every"]],
    [{ every: "1h", cron: "0 9 * * *" }, ["--every", "--cron"]],
    [{ at: "+1h", cron: "0 9 * * *" }, ["--at", "--cron"]],
    [{ cron: "0 9 * * *", exact: true, stagger: "2m" }, ["--exact", "--stagger"]],
    [{ at: "+1h", stagger: "2m" }, ["--at", "--stagger"]],
    [{ at: "18:00", exact: true }, ["--at", "--exact"]],
    [{ every: "1h", tz: "UTC" }, ["--every", "--tz"]],
    [{ every: "1h", exact: true }, ["--every", "--exact"]],
    [{ at: "+1h", tz: "UTC" }, ["--tz", "--at"]],
    [{ at: "2026-11-23T09:00:00Z", tz: "Asia/Tokyo" }, ["--tz", "--at"]],
  ];
  for (const [text, flags] of contradictions) {
    it(`refuses ${flags.join(" with ")}: ${JSON.stringify(text)}`, () => {
      const error = refusal(text);
      assert.equal(error.code, "usage/bad-flag");
      for (const flag of flags) assert.ok(error.message.includes(flag), error.message);
    });
  }

  const mistakes: readonly (readonly [text: ScheduleText, code: string, message: RegExp])[] = [
    [{}, "usage/missing-argument", /nothing says when the job runs/],
    [{ every: "0s" }, "input/invalid", /--every: '0s' is no time at all/],
    [{ every: "15" }, "input/invalid", /--every: '15' is not a length of time/],
    [{ cron: "61 * * * *" }, "input/invalid", /is not a cron expression: Invalid value for minute: 61/],
    [{ cron: "0 0 31 2 *" }, "input/invalid", /never fires/],
    [{ cron: "0 0 31 2,4,6 *" }, "input/invalid", /^'0 0 31 2,4,6 \*' never fires: there is no such time to come$/],
    [{ cron: "0 0 9 1 1 * 2020" }, "input/invalid", /never fires/],
    [{ cron: "0 9 * * *", tz: "Berlin" }, "input/invalid", /'Berlin' is not an IANA time zone/],
    [{ cron: "0 9 * * *", stagger: "2 m" }, "input/invalid", /--stagger: '2 m'/],
    [{ cron: "0 9 * * *", stagger: "2d" }, "input/invalid", /longer than a day/],
    [{ tz: "UTC" }, "usage/bad-flag", /--tz is about a cron expression, and there is none/],
    [{ exact: true }, "usage/bad-flag", /--exact is about a cron expression/],
  ];
  for (const [text, code, message] of mistakes) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const error = refusal(text);
      assert.equal(error.code, code);
      assert.match(error.message, message);
    });
  }

  const nine = { kind: "cron", expr: "0 9 * * *", tz: "Asia/Tokyo" };
  it("changes the zone of the expression that is there, by --tz alone", () => {
    assert.deepEqual(readSchedule({ tz: "UTC" }, here, nine).schedule, { ...nine, tz: "UTC" });
    assert.match(refusal({ tz: "UTC" }, { kind: "every", everyMs: 1 }).message, /there is none/);
  });

  it("keeps the zone of a job whose expression is changed, also that of the gateway", () => {
    assert.deepEqual(readSchedule({ cron: "5 9 * * *" }, here, nine).schedule, { ...nine, expr: "5 9 * * *" });
    const theirs = readSchedule({ cron: "5 9 * * *" }, here, { kind: "cron", expr: "0 9 * * *" });
    assert.deepEqual(theirs, { schedule: { kind: "cron", expr: "5 9 * * *" }, zone: undefined, notes: [] });
  });

  it("keeps a stagger that was chosen, and replaces one that came with the expression", () => {
    const chosen = readSchedule({ cron: "5 9 * * *" }, here, { ...nine, staggerMs: 7_000 }).schedule;
    assert.deepEqual(chosen, { ...nine, expr: "5 9 * * *", staggerMs: 7_000 });
    const hourly = { kind: "cron", expr: "0 * * * *", tz: "UTC", staggerMs: 300_000 };
    assert.deepEqual(readSchedule({ cron: "5 9 * * *" }, here, hourly).schedule, {
      kind: "cron",
      expr: "5 9 * * *",
      tz: "UTC",
      staggerMs: 0,
    });
    assert.deepEqual(readSchedule({ exact: true }, here, hourly).schedule, { ...hourly, staggerMs: 0 });
  });
});

describe("hasSchedule()", () => {
  it("tells whether any flag was given", () => {
    assert.equal(hasSchedule({ at: undefined, exact: false }), false);
    assert.equal(hasSchedule({ exact: true }), true);
    assert.equal(hasSchedule({ tz: "UTC" }), true);
  });
});

describe("spellSchedule()", () => {
  it("has no flags for what fires by no clock", () => assert.equal(spellSchedule({ kind: "stream" }), undefined));
});

const definition = {
  name: "x",
  sessionTarget: "main",
  wakeMode: "now",
  payload: { kind: "systemEvent", text: "x" },
};
