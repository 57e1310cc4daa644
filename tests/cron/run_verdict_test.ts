import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  graceMs,
  hasSucceeded,
  judgeRun,
  queuedAtMs,
  type RunTarget,
  Sightings,
  type Verdict,
} from "../../src/cron/run_verdict.ts";
import type { CronEvent, CronJob, CronRun } from "../../src/protocol/mod.ts";
import { fc } from "../support/property.ts";

const jobId = "j";
const runId = "manual:j:1000:7";
const older: RunTarget = { jobId, runId, isNamed: false, notBeforeMs: 1_000, firesAtMs: 5_000, changedAtMs: 500 };
const newer: RunTarget = { ...older, isNamed: true };

const started = (runAtMs: number): CronEvent => ({ jobId, action: "started", runAtMs });
const finished = (runAtMs: number, more: Partial<CronEvent> = {}): CronEvent => ({
  jobId,
  action: "finished",
  status: "ok",
  runAtMs,
  ...more,
});
const row = (runAtMs: number, more: Partial<CronRun> = {}): CronRun => ({
  ts: runAtMs + 10,
  jobId,
  action: "finished",
  status: "ok",
  runAtMs,
  ...more,
});
const job = (state: CronJob["state"], updatedAtMs = 500): CronJob => ({
  id: jobId,
  name: "job",
  enabled: true,
  createdAtMs: 0,
  updatedAtMs,
  schedule: { kind: "every" },
  sessionTarget: "main",
  wakeMode: "now",
  payload: { kind: "systemEvent" },
  state,
});

type Seen = CronEvent | CronRun | CronJob;

function sightingsOf(seen: readonly Seen[]): Sightings {
  const sightings = new Sightings();
  for (const one of seen) {
    if ("state" in one) sightings.seeJob(one as CronJob);
    else if ("ts" in one) sightings.seeRows([one as CronRun]);
    else sightings.seeEvent(one as CronEvent);
  }
  return sightings;
}

/** `ended 1003`, `open`, `open 1003`, `several 5000 5100`. */
function words(verdict: Verdict): string {
  if (verdict.kind === "ended") return `ended ${verdict.end.runAtMs}`;
  if (verdict.kind === "open") return verdict.runAtMs === undefined ? "open" : `open ${verdict.runAtMs}`;
  return [verdict.reason, ...verdict.candidates.map(({ runAtMs }) => runAtMs)].join(" ");
}

describe("judgeRun(), protocol 4", () => {
  const table: readonly (readonly [what: string, seen: readonly Seen[], expected: string])[] = [
    ["nothing yet", [], "open"],
    ["it began", [started(1_020)], "open 1020"],
    ["the job says that it runs", [job({ runningAtMs: 1_020 })], "open 1020"],
    ["its event", [started(1_020), finished(1_020, { runId })], "ended 1020"],
    ["its row alone", [row(1_020, { runId })], "ended 1020"],
    ["its row, though it began when the schedule was due", [row(5_001, { runId })], "ended 5001"],
    ["another's row", [row(1_020, { runId: "manual:j:990:6" })], "open"],
    ["another's end after its beginning was seen", [started(1_020), row(1_020, { runId: "manual:j:990:6" })], "open"],
    ["a run of the schedule", [row(5_000)], "open"],
    ["one that a dying gateway left behind", [started(1_020), row(1_020, { status: "error" })], "ended 1020"],
    ["the same, of the schedule", [row(5_000, { status: "error" })], "open"],
    ["the same, of which nobody saw the beginning", [row(1_020, { status: "error" })], "ended 1020"],
    ["a nameless run that went well", [row(1_020)], "open"],
    ["an old run", [row(900, { runId: "manual:j:890:5" }), row(910, { status: "error" })], "open"],
    ["its row among many", [row(1_500), row(1_020, { runId }), row(1_700, { status: "error" })], "ended 1020"],
  ];
  for (const [what, seen, expected] of table) {
    it(`says ${expected}: ${what}`, () => assert.equal(words(judgeRun(newer, sightingsOf(seen))), expected));
  }

  it("finds a run whose request was not answered by the time in its id", () => {
    const target = { ...newer, runId: undefined };
    const judged = (...seen: Seen[]) => words(judgeRun(target, sightingsOf(seen)));
    assert.equal(judged(row(1_020, { runId: "manual:j:1001:3" })), "ended 1020");
    assert.equal(judged(row(1_020, { runId: "manual:j:999:3" })), "open");
    assert.equal(judged(row(5_000), row(5_900, { status: "error" })), "open");
    assert.equal(judged(started(1_020)), "open 1020");
    assert.equal(
      judged(row(1_020, { runId: "manual:j:1001:3" }), row(1_090, { runId: "manual:j:1050:4" })),
      "several 1020 1090",
    );
  });
});

describe("judgeRun(), protocol 3", () => {
  const table: readonly (readonly [what: string, seen: readonly Seen[], expected: string])[] = [
    ["nothing yet", [], "open"],
    ["it began", [started(1_003)], "open 1003"],
    ["it began in the ms of the request", [started(1_000)], "open 1000"],
    ["its event", [started(1_003), finished(1_003)], "ended 1003"],
    ["its row alone", [row(1_003)], "ended 1003"],
    ["a run that was over before", [row(999)], "open"],
    ["its row, and later one of the schedule", [row(1_003), row(5_000)], "ended 1003"],
    ["a run that the schedule may have begun", [started(5_000)], "several 5000"],
    ["a run by hand right after it", [row(1_003), job({}, 1_013), started(1_015)], "several 1003 1015"],
    ["two runs in its time", [row(1_003), started(1_400)], "several 1003 1400"],
    ["a run after somebody changed the job", [job({}, 1_200), row(1_300)], "several 1300"],
    ["its row, and then a change", [row(1_003), job({}, 1_200)], "ended 1003"],
    ["no change", [job({}, 500), row(1_003)], "ended 1003"],
    ["a run that was switched off while it ran", [started(1_003), job({}), row(1_003)], "ended 1003"],
  ];
  for (const [what, seen, expected] of table) {
    it(`says ${expected}: ${what}`, () => assert.equal(words(judgeRun(older, sightingsOf(seen))), expected));
  }

  it("bounds nothing where the job does not fire by itself", () =>
    assert.equal(words(judgeRun({ ...older, firesAtMs: undefined }, sightingsOf([row(900_000)]))), "ended 900000"));
});

describe("Sightings", () => {
  it("keep a bounded part of a flood, and judge by it", () => {
    const seen = new Sightings();
    seen.seeJob(job({}, 1_200));
    for (let ms = 5_000; ms < 205_000; ms++) {
      seen.seeEvent({ ...started(ms), job: job({}, ms) });
      seen.seeEvent(finished(ms));
    }
    assert.deepEqual([seen.starts.length, seen.ends.length, seen.changes.length], [1_000, 1_000, 1_000]);
    seen.seeRows([row(1_003, { runId })]);
    assert.equal(words(judgeRun(newer, seen)), "ended 1003");
    assert.ok(seen.changes.includes(1_200), "the first change bounds the time of the run");
  });
});

describe("judgeRun(), when job or gateway is gone", () => {
  const judged = (seen: readonly Seen[], reason: "removed" | "restarted", forMs: number) =>
    words(judgeRun(older, sightingsOf(seen), { reason, forMs }));

  it("waits a while for a late word", () => {
    assert.equal(judged([started(1_003)], "removed", graceMs - 1), "open 1003");
    assert.equal(judged([started(1_003)], "removed", graceMs), "removed 1003");
    assert.equal(judged([], "restarted", graceMs), "restarted");
  });

  it("takes the end that there is", () => assert.equal(judged([row(1_003)], "removed", graceMs * 9), "ended 1003"));

  it("waits on while the job runs: a restarted gateway may go on with it", () =>
    assert.equal(judged([job({ runningAtMs: 1_003 })], "restarted", graceMs * 9), "open 1003"));
});

/** A history of a job: what truly happened, of which only parts are seen, in any order. */
interface History {
  readonly runs: readonly {
    readonly mark: string;
    readonly startMs: number;
    readonly endMs: number;
    readonly runId: string | undefined;
    /** Lost with a gateway that died: no word of it on protocol 3, a nameless failure on 4. */
    readonly isCutOff: boolean;
  }[];
  readonly changedAtMs: number;
  readonly firesAtMs: number;
}

function historyOf(isNamed: boolean): fc.Arbitrary<History> {
  const time = (min: number) => fc.integer({ min, max: min + 8_000 });
  const run = (mark: string, min: number, id?: string) =>
    fc.record({ startMs: time(min), lengthMs: fc.nat(3_000), isCutOff: fc.boolean() }).map((
      { startMs, lengthMs, isCutOff },
    ) => ({ mark, startMs, endMs: startMs + lengthMs, runId: isNamed ? id : undefined, isCutOff }));
  return fc.record({ firesAtMs: time(1_001), changedAtMs: fc.oneof(fc.constant(500), time(1_001)) }).chain((plan) => {
    const byItselfMs = plan.changedAtMs > 1_000 ? Math.min(plan.firesAtMs, plan.changedAtMs) : plan.firesAtMs;
    const mine = fc.option(run("mine", 1_000, runId), { nil: undefined });
    const scheduled = fc.array(run("scheduled", byItselfMs), { maxLength: 3 });
    const before = run("before", -9_000).map((one) => ({ ...one, startMs: Math.min(one.startMs, 999) }));
    // On protocol 3, two runs by hand in that time are told from each other by nobody.
    const others = isNamed ? fc.array(run("another", 1_000, "manual:j:1400:8"), { maxLength: 2 }) : fc.constant([]);
    return fc.tuple(mine, scheduled, fc.array(before, { maxLength: 2 }), others).map(([own, ...rest]) => ({
      ...plan,
      runs: [...(own === undefined ? [] : [own]), ...rest.flat()].filter(
        // No job begins two runs in one ms; only a run that has a name may be cut off and yet found.
        ({ startMs, mark, isCutOff }, at, all) =>
          all.findIndex((one) => one.startMs === startMs) === at && !(isCutOff && isNamed && mark === "another"),
      ),
    }));
  });
}

function wordOf(run: History["runs"][number], isNamed: boolean) {
  const { startMs, mark, isCutOff } = run;
  if (isCutOff) return isNamed ? { runAtMs: startMs, status: "error", summary: mark } : undefined;
  const name = run.runId === undefined ? {} : { runId: run.runId };
  return { runAtMs: startMs, status: "ok", summary: mark, ...name };
}

/** A look at rows and job at one time, then such events of that time as come through. */
function look(seen: Sightings, history: History, atMs: number, isNamed: boolean, heard: (at: number) => boolean): void {
  const { runs, changedAtMs } = history;
  const over = runs.filter(({ endMs }) => endMs <= atMs);
  const now = runs.find(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
  seen.seeJob(job(now === undefined ? {} : { runningAtMs: now.startMs }, atMs >= changedAtMs ? changedAtMs : 500));
  const told = over.flatMap((run) => wordOf(run, isNamed) ?? []);
  seen.seeRows(told.map((word) => ({ ...row(word.runAtMs), ...word })));
  runs.forEach(({ startMs }, at) => startMs <= atMs && heard(at) && seen.seeEvent(started(startMs)));
  told.forEach((word, at) => heard(at) && seen.seeEvent({ jobId, action: "finished", ...word }));
}

describe("judgeRun(), whatever is seen in whatever order", () => {
  for (const target of [older, newer]) {
    it(`gives the true end or none, protocol ${target.isNamed ? 4 : 3}`, () => {
      const looks = fc.array(fc.tuple(fc.integer({ min: 1_000, max: 25_000 }), fc.infiniteStream(fc.boolean())), {
        minLength: 1,
        maxLength: 6,
      });
      let ends = 0;
      fc.assert(
        fc.property(historyOf(target.isNamed), looks, (history, times) => {
          const seen = new Sightings();
          for (const [atMs, heard] of times) {
            look(seen, history, atMs, target.isNamed, () => heard.next().value === true);
            const verdict = judgeRun({ ...target, firesAtMs: history.firesAtMs }, seen);
            if (verdict.kind !== "ended") continue;
            ends += 1;
            assert.equal(verdict.end.summary, "mine");
          }
        }),
        { numRuns: 500 },
      );
      assert.ok(ends > 50, `only ${ends} ends were told`);
    });
  }
});

describe("hasSucceeded()", () => {
  it("believes the completion where there is one, and else the status", () => {
    const end = { runAtMs: 1, runId: undefined, durationMs: 1, error: undefined, errorReason: undefined } as const;
    const rest = { ...end, summary: undefined, deliveryStatus: undefined, deliveryError: undefined };
    const judged = (status: string, completionStatus?: string) => hasSucceeded({ ...rest, status, completionStatus });
    assert.deepEqual([judged("ok"), judged("error"), judged("skipped")], [true, false, false]);
    assert.deepEqual([judged("ok", "succeeded"), judged("ok", "failed"), judged("ok", "unknown")], [
      true,
      false,
      undefined,
    ]);
    assert.equal(judged("error", "unknown"), false);
  });
});

describe("queuedAtMs()", () => {
  it("reads the time in a manual run's id, whatever the job is called", () => {
    assert.equal(queuedAtMs("manual:a:b:1795278298602:1", "a:b"), 1_795_278_298_602);
    for (const odd of ["", "manual:a:1:2:3", "manual:b:1:2", "cron:a:1", "manual:a:x:1"]) {
      assert.equal(queuedAtMs(odd, "a"), undefined, odd);
    }
  });
});
