/**
 * Cron jobs that fire by a clock which the test moves: what a client hears and finds, by generation.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  hour,
  hourly as everyHour,
  openCronGateway as open,
  ownEvents,
  reminder as soon,
  told,
} from "../support/cron_gateway.ts";
import { allScopes, connectTo } from "../support/dev_client.ts";
import { createMemoryGateway } from "../support/dev_gateway.ts";

describe("a job whose time has come", () => {
  test("fires though nobody is connected", async () => {
    await using gateway = createMemoryGateway();
    const first = await connectTo(gateway, { scopes: allScopes });
    const { id } = await first.call("cron.add", everyHour);
    first.close();
    await gateway.clock.advance(3 * hour);
    const again = await connectTo(gateway, { scopes: allScopes });
    assert.equal((await again.call("cron.runs", { id })).total, 2, "the third has just begun");
  });

  for (
    const [protocol, expected] of [
      [3, ["added nextRunAtMs", "started", "finished nextRunAtMs"]],
      [4, ["added job nextRunAtMs", "started job", "finished job nextRunAtMs", "scheduled job nextRunAtMs"]],
    ] as const
  ) {
    test(`is told of without a run id, protocol ${protocol}`, async () => {
      await using at = await open({ protocol });
      const { id } = await at.admin.call("cron.add", everyHour);
      await at.clock.advance(hour + 40);
      assert.deepEqual(told(at.admin, "job", "runId", "nextRunAtMs"), expected);
      const [run] = await at.runsOf(id);
      assert.deepEqual([run.status, run.runId, run.runAtMs, run.summary], [
        "ok",
        undefined,
        at.clock.now() - 40,
        "hello",
      ]);
      assert.equal(run.nextRunAtMs, run.runAtMs + hour);
    });
  }

  test("is removed or switched off when it was to fire once", async () => {
    for (
      const [protocol, deleteAfterRun, expected] of [
        [3, true, ["added", "started", "finished", "removed"]],
        [4, true, ["added", "started", "finished", "removed"]],
        [3, false, ["added", "started", "finished"]],
        [4, false, ["added", "started", "finished", "scheduled"]],
      ] as const
    ) {
      await using at = await open({ protocol });
      const instant = new Date(at.clock.now() + 2_000).toISOString();
      const { id } = await at.admin.call("cron.add", {
        ...soon,
        deleteAfterRun,
        schedule: { kind: "at", at: instant },
      });
      await at.clock.advance(hour);
      assert.deepEqual(told(at.admin), expected);
      const job = await at.jobNamed("soon");
      assert.deepEqual([job?.enabled, job?.state.nextRunAtMs], [deleteAfterRun ? undefined : false, undefined]);
      assert.equal((await at.runsOf(id)).length, 1);
    }
  });

  test("fires soon when its time had passed within the last minute", async () => {
    await using at = await open();
    const instant = new Date(at.clock.now() - 30_000).toISOString();
    await at.admin.call("cron.add", { ...soon, schedule: { kind: "at", at: instant } });
    await at.clock.advance(1_999);
    assert.deepEqual(told(at.admin), ["added"]);
    await at.clock.advance(50);
    assert.deepEqual(told(at.admin), ["added", "started", "finished", "removed"]);
  });

  test("fires by the wall clock of its zone over the switch to summer time", async () => {
    for (
      const [protocol, nights] of [
        [3, ["2026-03-28T01:30:00.000Z", "2026-03-29T01:30:00.000Z", "2026-03-30T00:30:00.000Z"]],
        [4, ["2026-03-28T01:30:00.000Z", "2026-03-30T00:30:00.000Z", "2026-03-31T00:30:00.000Z"]],
      ] as const
    ) {
      await using at = await open({ protocol, startMs: Date.parse("2026-03-27T12:00:00Z") });
      const schedule = { kind: "cron", expr: "30 2 * * *", tz: "Europe/Berlin" };
      const { id } = await at.admin.call("cron.add", { ...soon, schedule });
      await at.clock.advance(4 * 24 * hour);
      const fired = (await at.runsOf(id)).map(({ runAtMs }: { runAtMs: number }) => new Date(runAtMs).toISOString());
      assert.deepEqual(fired.reverse().slice(0, 3), nights);
    }
  });

  test("fires by the gateway's zone and its own offset when it names none", async () => {
    await using at = await open({ zone: "Asia/Tokyo", startMs: Date.parse("2026-07-01T00:00:00Z") });
    const job = await at.admin.call("cron.add", { ...soon, schedule: { kind: "cron", expr: "0 */2 * * *" } });
    assert.equal(job.schedule.staggerMs, 300_000);
    const shift = job.state.nextRunAtMs - Date.parse("2026-07-01T01:00:00Z");
    assert.ok(shift >= 0 && shift < 300_000, `${shift}`);
    const status = await at.admin.call("cron.status");
    assert.equal(status.nextWakeAtMs, at.clock.now() + 1_800_000, "its own heartbeat comes first");
  });
});

describe("a run that takes minutes", () => {
  test("shows, is not started twice, and is told of at its end", async () => {
    for (const protocol of [3, 4] as const) {
      await using at = await open({ protocol, cronRun: { status: "ok", durationMs: 2 * hour } });
      const { id } = await at.admin.call("cron.add", everyHour);
      await at.clock.advance(hour);
      const startedAt = at.clock.now();
      await at.clock.advance(hour + 1);
      assert.equal((await at.jobNamed("hourly")).state.runningAtMs, startedAt);
      assert.equal((await at.admin.call("cron.run", { id })).reason, "already-running");
      assert.equal((await at.admin.call("cron.run", { id, mode: "due" })).reason, "already-running");
      await at.clock.advance(hour);
      assert.equal(told(at.admin).filter((action) => action === "started").length, 1);
      const { state } = await at.jobNamed("hourly");
      assert.deepEqual([state.runningAtMs, state.nextRunAtMs], [undefined, startedAt + 3 * hour]);
    }
  });

  test("holds back what fell due with it on protocol 3, and nothing on 4", async () => {
    const cronRun = ({ name }: { name: string }) => ({
      status: "ok" as const,
      durationMs: name === "slow" ? 60_000 : 10,
    });
    for (
      const [protocol, expected] of [
        [3, ["slow started", "quick started", "slow finished", "quick finished"]],
        [4, ["slow started", "quick started", "quick finished", "slow finished"]],
      ] as const
    ) {
      await using at = await open({ protocol, cronRun });
      const names = new Map<string, string>();
      for (const name of ["slow", "quick"]) {
        names.set((await at.admin.call("cron.add", { ...everyHour, name })).id, name);
      }
      await at.clock.advance(hour + 1_000);
      // On protocol 3 the one that waits for its turn counts as running already.
      assert.equal((await at.jobNamed("quick")).state.runningAtMs, protocol === 3 ? at.clock.now() - 1_000 : undefined);
      await at.clock.advance(89_000);
      const heard = ownEvents(at.admin).map(({ jobId, action }) => `${names.get(String(jobId))} ${action}`);
      assert.deepEqual(heard.filter((line) => /(started|finished)$/.test(line)), expected);
      const [run] = await at.runsOf([...names].find(([, name]) => name === "quick")?.[0] ?? "");
      assert.equal(run.runAtMs - at.clock.now() + 90_000, protocol === 3 ? 60_000 : 0);
    }
  });

  test("leaves room for seven others on protocol 4", async () => {
    await using at = await open({ cronRun: { status: "ok", durationMs: 60_000 } });
    for (let index = 0; index < 10; index++) await at.admin.call("cron.add", { ...everyHour, name: `j${index}` });
    await at.clock.advance(hour);
    const running = async () =>
      (await at.admin.call("cron.list")).jobs.filter(({ state }: { state: { runningAtMs?: number } }) =>
        state.runningAtMs !== undefined
      ).length;
    assert.equal(await running(), 8);
    await at.clock.advance(60_000);
    assert.equal(await running(), 3, "two more, and its own heartbeat");
  });

  test("ends with its job: protocol 4 calls it a failure, 3 says nothing", async () => {
    for (
      const [protocol, change, expected] of [
        [3, "cron.remove", ["added", "started", "removed"]],
        [4, "cron.remove", ["added", "started", "removed", "finished runId"]],
        [3, "cron.update", ["added", "started", "updated", "finished"]],
        [4, "cron.update", ["added", "started", "updated", "finished runId"]],
      ] as const
    ) {
      await using at = await open({ protocol, cronRun: { status: "ok", durationMs: 60_000 } });
      const { id } = await at.admin.call("cron.add", everyHour);
      const { runId } = await at.admin.call("cron.run", { id });
      await at.clock.advance(1_000);
      await at.admin.call(change, { id, ...(change === "cron.update" ? { patch: { enabled: false } } : {}) });
      await at.clock.advance(2 * hour);
      assert.deepEqual(told(at.admin, "runId"), expected);
      const rows = (await at.admin.call("cron.runs", { scope: "all", query: id })).entries;
      const facts = rows.map((row: Record<string, unknown>) => [row["runId"], row["error"], row["durationMs"]]);
      const why = `Cron job ${change === "cron.remove" ? "removed" : "disabled"} by operator.`;
      const quietly = change === "cron.remove" ? [] : [[undefined, undefined, 60_000]];
      assert.deepEqual(facts, protocol === 4 ? [[runId, why, 1_000]] : quietly);
    }
  });

  test("goes on when its job is edited", async () => {
    await using at = await open({ cronRun: { status: "ok", durationMs: 60_000 } });
    const { id } = await at.admin.call("cron.add", everyHour);
    await at.admin.call("cron.run", { id });
    await at.admin.call("cron.update", { id, patch: { schedule: { kind: "every", everyMs: 2 * hour } } });
    const { state: { runningAtMs, nextRunAtMs } } = await at.jobNamed("hourly");
    assert.deepEqual([runningAtMs, nextRunAtMs], [at.clock.now(), at.clock.now() + 2 * hour]);
    await at.clock.advance(60_000);
    assert.equal((await at.runsOf(id))[0].status, "ok");
  });
});

test("a gateway that is closed starts nothing any more", async () => {
  const { admin, gateway: { gateway }, clock } = await open();
  const { id } = await admin.call("cron.add", everyHour);
  await gateway.close();
  gateway.memory.cron.reschedule(id, clock.now() + 1_000);
  await clock.advance(hour);
  assert.equal(gateway.memory.cron.runs({ id }).total, 0);
});

describe("a run by hand", () => {
  test("is named at its end on protocol 4, and never on 3", async () => {
    for (
      const [protocol, expected] of [
        [3, ["added", "started", "finished"]],
        [4, ["added", "started", "finished runId"]],
      ] as const
    ) {
      await using at = await open({ protocol });
      const { id, state } = await at.admin.call("cron.add", everyHour);
      await at.clock.advance(1_000);
      const { runId } = await at.admin.call("cron.run", { id });
      await at.clock.advance(100);
      assert.deepEqual(told(at.admin, "runId"), expected, "its next time stays, so nothing is scheduled anew");
      assert.equal((await at.runsOf(id))[0].runId, protocol === 4 ? runId : undefined);
      assert.equal((await at.jobNamed("hourly")).state.nextRunAtMs, state.nextRunAtMs);
    }
  });

  test("began at one time, whoever tells of it and however long a gateway takes to begin it", async () => {
    for (const protocol of [3, 4] as const) {
      await using at = await open({ protocol });
      const { id } = await at.admin.call("cron.add", everyHour);
      const { now } = at.clock;
      let readings = 0;
      Object.assign(at.clock, { now: () => now() + readings++ });
      await at.admin.call("cron.run", { id });
      const { state: { runningAtMs } } = await at.jobNamed("hourly");
      await at.clock.advance(100);
      const begun = ownEvents(at.admin).flatMap(({ runAtMs }) => runAtMs ?? []);
      assert.deepEqual([...begun, (await at.runsOf(id))[0].runAtMs], [runningAtMs, runningAtMs, runningAtMs]);
    }
  });

  test("waits for another by hand on protocol 3", async () => {
    await using at = await open({ protocol: 3, cronRun: { status: "ok", durationMs: 60_000 } });
    const first = await at.admin.call("cron.add", everyHour);
    const second = await at.admin.call("cron.add", { ...everyHour, name: "second" });
    for (const { id } of [first, second]) assert.ok((await at.admin.call("cron.run", { id })).enqueued);
    await at.clock.advance(60_001);
    assert.equal((await at.jobNamed("second")).state.runningAtMs, at.clock.now() - 1);
  });

  test("leaves a one-shot job its own time on protocol 4", async () => {
    await using at = await open();
    const instant = new Date(at.clock.now() + hour).toISOString();
    const { id } = await at.admin.call("cron.add", { ...soon, schedule: { kind: "at", at: instant } });
    await at.admin.call("cron.run", { id });
    await at.clock.advance(1_000);
    assert.equal((await at.jobNamed("soon")).enabled, true);
    await at.clock.advance(hour);
    assert.deepEqual(told(at.admin), ["added", "started", "finished", "started", "finished", "removed"]);
  });
});
