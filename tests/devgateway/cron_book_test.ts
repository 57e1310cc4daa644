import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hourly, openCronGateway as open, reminder } from "../support/cron_gateway.ts";

describe("CronBook.update()", () => {
  test("notes on protocol 4 since when a schedule holds", async () => {
    for (const protocol of [3, 4] as const) {
      await using at = await open({ protocol });
      const { id } = await at.admin.call("cron.add", hourly);
      const update = async (patch: object) => (await at.admin.call("cron.update", { id, patch })).state;
      const since = protocol === 4 ? at.clock.now() : undefined;
      assert.equal((await update({ name: "renamed" })).scheduleActivatedAtMs, undefined);
      assert.equal((await update({ schedule: { kind: "every", everyMs: 5_000 } })).scheduleActivatedAtMs, since);
    }
  });

  test("leaves the next time alone when the schedule stays as it is", async () => {
    await using at = await open({ cronRun: { status: "error", error: "no API key" } });
    const { id } = await at.admin.call("cron.add", { ...reminder, schedule: { kind: "every", everyMs: 1_000 } });
    await at.clock.advance(2_000);
    const { state: { nextRunAtMs } } = await at.jobNamed("soon");
    const patch = { name: "soon", schedule: { kind: "every", everyMs: 1_000 }, enabled: true };
    const { state } = await at.admin.call("cron.update", { id, patch });
    assert.equal(state.nextRunAtMs, nextRunAtMs, "it still waits after the failure");
  });

  test("forgets on protocol 3 that a job runs when it is switched off", async () => {
    for (const protocol of [3, 4] as const) {
      await using at = await open({ protocol, cronRun: { status: "ok", durationMs: 60_000 } });
      const { id } = await at.admin.call("cron.add", hourly);
      await at.admin.call("cron.run", { id });
      const { state } = await at.admin.call("cron.update", { id, patch: { enabled: false } });
      assert.equal(state.runningAtMs, protocol === 3 ? undefined : at.clock.now());
    }
  });

  test("lets what fires once end with its run, and what repeats live on, on protocol 4", async () => {
    await using at = await open();
    const instant = new Date(at.clock.now() + 60_000).toISOString();
    const { id } = await at.admin.call("cron.add", { ...reminder, schedule: { kind: "at", at: instant } });
    const become = async (schedule: object) =>
      (await at.admin.call("cron.update", { id, patch: { schedule } })).deleteAfterRun;
    assert.equal(await become({ kind: "every", everyMs: 5_000 }), undefined);
    assert.equal(await become({ kind: "at", at: instant }), true);
  });

  test("renames a job whose last time is over", async () => {
    await using at = await open({ startMs: Date.parse("2026-12-31T23:59:00Z") });
    const schedule = { kind: "cron", expr: "0 0 0 1 1 * 2027" };
    const { id } = await at.admin.call("cron.add", { ...reminder, schedule });
    await at.clock.advance(120_000);
    const { name, state } = await at.admin.call("cron.update", { id, patch: { name: "over" } });
    assert.deepEqual([name, state.lastRunStatus, state.nextRunAtMs], ["over", "ok", undefined]);
    const past = { schedule: { ...schedule, expr: "0 0 0 1 1 * 2026" } };
    assert.equal((await at.admin.refused("cron.update", { id, patch: past })).code, "INVALID_REQUEST");
  });
});
