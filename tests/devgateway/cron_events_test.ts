import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  hour,
  hourly as everyHour,
  openCronGateway as open,
  ownEvents,
  reminder as soon,
} from "../support/cron_gateway.ts";

describe("outcomeOf() a run that fails or is skipped", () => {
  test("is told, counted, and tried again ever later", async () => {
    for (const protocol of [3, 4] as const) {
      await using at = await open({ protocol, cronRun: { status: "error", error: "no API key" } });
      const { id } = await at.admin.call("cron.add", { ...soon, schedule: { kind: "every", everyMs: 1_000 } });
      await at.clock.advance(30 * 60_000);
      const starts = (await at.runsOf(id)).map(({ runAtMs }: { runAtMs: number }) => runAtMs).reverse();
      const waits = starts.slice(1).map((start: number, index: number) => start - (starts[index] ?? 0) - 40);
      assert.deepEqual(waits, [30_000, 60_000, 300_000, 900_000]);
      const { state } = await at.jobNamed("soon");
      assert.deepEqual([state.consecutiveErrors, state.lastError], [5, "no API key"]);
      assert.equal(ownEvents(at.admin).filter(({ error }) => error === "no API key").length, 5);
    }
  });

  test("switches a job off for good after ten failures on protocol 4, until it is switched on again", async () => {
    await using at = await open({ cronRun: { status: "error", error: "no API key" } });
    const { id } = await at.admin.call("cron.add", everyHour);
    await at.clock.advance(24 * hour);
    const { enabled, state } = await at.jobNamed("hourly");
    assert.deepEqual([enabled, state.autoDisabled.consecutiveErrors, state.nextRunAtMs], [false, 10, undefined]);
    const mended = await at.admin.call("cron.update", { id, patch: { enabled: true } });
    assert.deepEqual([mended.state.autoDisabled, mended.state.consecutiveErrors], [undefined, 0]);
    assert.ok(mended.state.nextRunAtMs > at.clock.now());
  });

  test("is skipped when it needs the heartbeat, and that is off", async () => {
    for (const protocol of [3, 4] as const) {
      await using at = await open({ protocol });
      await at.admin.call("set-heartbeats", { enabled: false });
      const { id } = await at.admin.call("cron.add", { ...everyHour, wakeMode: "now" });
      await at.admin.call("cron.run", { id });
      await at.clock.advance(100);
      const [run] = await at.runsOf(id);
      assert.deepEqual([run.status, run.error], ["skipped", "disabled"]);
    }
  });

  test("is skipped with its reason, and says so", async () => {
    await using at = await open({ cronRun: { status: "skipped", error: "quiet-hours" } });
    const { id } = await at.admin.call("cron.add", everyHour);
    await at.clock.advance(hour + 40);
    const [run] = await at.runsOf(id);
    assert.deepEqual([run.status, run.error, run.completionStatus], ["skipped", "quiet-hours", "failed"]);
    assert.equal((await at.jobNamed("hourly")).state.consecutiveSkipped, 1);
  });
});
