import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readRuns } from "../../src/cron/run_history.ts";
import { watchRuns } from "../../src/cron/watch_runs.ts";
import { ClawError } from "../../src/errors.ts";
import type { CronAddParams, CronJob } from "../../src/protocol/mod.ts";
import { createMemoryGateway } from "../support/dev_gateway.ts";
import { openLine } from "../support/line.ts";

const never = new AbortController().signal;
const everyMinute: CronAddParams = {
  name: "minutely",
  schedule: { kind: "every", everyMs: 60_000 },
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "hello" },
};

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
