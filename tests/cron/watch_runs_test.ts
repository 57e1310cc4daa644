import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readRuns } from "../../src/cron/run_history.ts";
import { watchRuns } from "../../src/cron/watch_runs.ts";
import { ClawError } from "../../src/errors.ts";
import type { CronAddParams, CronJob, CronRun } from "../../src/protocol/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { createMemoryGateway } from "../support/dev_gateway.ts";
import { openLine, openScriptedLine } from "../support/line.ts";

const never = new AbortController().signal;
const everyMinute: CronAddParams = {
  name: "minutely",
  schedule: { kind: "every", everyMs: 60_000 },
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "hello" },
};
const lastPage = { total: 0, offset: 0, limit: 200, hasMore: false, nextOffset: null };

describe("watchRuns()", () => {
  for (const protocol of [3, 4] as const) {
    it(`tells each run once, those of a lost connection's time too, protocol ${protocol}`, async () => {
      await using gateway = createMemoryGateway({ protocol, heartbeat: "none" });
      const { clock } = gateway;
      const at = await openLine(gateway);
      const { id } = await at.connection.call("cron.add", everyMinute, never) as CronJob;
      const controller = new AbortController();
      const reason = new ClawError("interrupted", "interrupted");
      clock.after(90_000, () => {
        at.fail(new ClawError("net/unreachable", "nothing listens"));
        at.cut();
      });
      clock.after(250_000, () => at.fail(undefined));
      clock.after(390_000, () => controller.abort(reason));
      const told: (number | undefined)[] = [];
      const options = { line: at.line, clock, filter: { id }, sinceMs: clock.now(), signal: controller.signal };
      const startedAt = clock.now();
      const watching = (async () => {
        for await (const { runAtMs } of watchRuns(options)) told.push(runAtMs);
      })();
      const ended = assert.rejects(watching, reason);
      for (let passedMs = 0; passedMs < 400_000; passedMs += 500) {
        await at.idle();
        await clock.advance(500);
      }
      await ended;
      assert.deepEqual(
        told.map((runAtMs) => (runAtMs ?? 0) - startedAt),
        [60, 120, 180, 240, 300, 360].map((s) => s * 1_000),
      );
    });
  }
});

describe("watchRuns(), by what is written down", () => {
  /** What is told while rows come to be written, each at its time in s; they tell these ends and names. */
  async function watched(written: readonly (readonly [atS: number, name: string, endS: number])[], known?: "known") {
    const clock = createManualClock(0);
    const rows: CronRun[] = [];
    for (const [atS, name, endS] of written) {
      const row = { ts: endS * 1_000, jobId: name, action: "finished" } as const;
      if (atS <= 0) rows.push(row);
      else clock.after(atS * 1_000, () => void rows.push(row));
    }
    const { line } = openScriptedLine(clock, (method) => {
      assert.equal(method, "cron.runs");
      return { entries: rows.toSorted((a, b) => b.ts - a.ts), ...lastPage };
    });
    const controller = new AbortController();
    const told: string[] = [];
    const options = {
      line,
      clock,
      filter: {},
      sinceMs: 0,
      signal: controller.signal,
      ...(known === undefined ? {} : { known: [...rows] }),
    };
    const watching = (async () => {
      for await (const { jobId } of watchRuns(options)) told.push(jobId);
    })();
    const ended = assert.rejects(watching, { message: "stop" });
    await clock.advance(600_000);
    controller.abort(new Error("stop"));
    await ended;
    return told.join(" ");
  }

  it("loses no run after a row that is ahead of its time", async () => {
    assert.equal(await watched([[10, "a", 10], [20, "odd", 8e12], [100, "b", 100], [500, "c", 500]]), "a odd b c");
  });

  it("tells a run that is written down late, once, though it ended before the watch began", async () => {
    assert.equal(await watched([[-5, "before", -5], [5, "late", -2], [90, "a", 80], [200, "b", 200]]), "late a b");
  });

  it("tells nothing again that was told before", async () => {
    assert.equal(await watched([[0, "a", 1], [0, "b", 2], [10, "c", 10]], "known"), "c");
  });
});

describe("readRuns()", () => {
  it("reads no further than it was asked to", async () => {
    await using gateway = createMemoryGateway({ heartbeat: "none" });
    const { clock } = gateway;
    const { connection } = await openLine(gateway);
    const { id } = await connection.call("cron.add", everyMinute, never) as CronJob;
    await clock.advance(10 * 60_000 + 100);
    const count = async (range: { limit: number; sinceMs?: number }) =>
      (await readRuns(connection, { id }, range, never)).length;
    assert.equal(await count({ limit: 3 }), 3);
    assert.equal(await count({ limit: 500 }), 10);
    assert.equal(await count({ limit: 500, sinceMs: clock.now() - 150_000 }), 3);
    assert.equal(await count({ limit: 500, sinceMs: clock.now() + 1 }), 0);
  });

  it("sees a run once that another one pushes onto the next page", async () => {
    await using gateway = createMemoryGateway({ heartbeat: "none" });
    const { cron } = gateway.gateway.memory;
    const { connection } = await openLine(gateway);
    const { id } = await connection.call("cron.add", everyMinute, never) as CronJob;
    const outcome = { status: "ok", durationMs: 1, deliveryStatus: "not-requested" } as const;
    const finish = (startedAt: number) => cron.finish(id, { outcome, startedAt, isForced: true }, undefined);
    for (let startedAt = 1; startedAt <= 250; startedAt++) finish(startedAt);
    const reading = readRuns(connection, { id }, { limit: 1_000 }, never);
    finish(251);
    const seen = (await reading).map(({ runAtMs }) => runAtMs);
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(seen.length >= 250);
  });
});
