/**
 * Cron jobs that fire by a clock which the test moves: what a client hears and finds, by generation.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allScopes, connectTo, type DevClient } from "../support/dev_client.ts";
import { createMemoryGateway, type GatewayChoices } from "../support/dev_gateway.ts";

const soon = {
  name: "soon",
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "hello" },
};
const everyHour = { ...soon, name: "hourly", schedule: { kind: "every", everyMs: 3_600_000 } };
const hour = 3_600_000;
const silent = { heartbeat: "none" } as const;

/** A gateway whose clock begins at a wall-clock time, and an administrator there. */
async function open(choices: GatewayChoices & { startMs?: number } = {}) {
  const gateway = createMemoryGateway({ ...silent, ...choices });
  const admin = await connectTo(gateway, { scopes: allScopes });
  return {
    gateway,
    admin,
    clock: gateway.clock,
    jobNamed: async (name: string) =>
      (await admin.call("cron.list", { enabled: "all" })).jobs.find((job: { name: string }) => job.name === name),
    runsOf: async (id: string) => (await admin.call("cron.runs", { id, limit: 200 })).entries,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

/** The events of the test's own jobs: protocol 4 has one more, which fires every half hour. */
function ownEvents({ events }: DevClient): Record<string, unknown>[] {
  return events.filter(({ event }) => event === "cron").map(({ payload }) => payload as Record<string, unknown>)
    .filter(({ job }) => (job as { declarationKey?: string } | undefined)?.declarationKey === undefined);
}

/** What the events told: the action, and which of these members were there. */
function told(client: DevClient, ...members: string[]): string[] {
  return ownEvents(client).map((facts) =>
    [facts["action"], ...members.filter((member) => facts[member] !== undefined)].join(" ")
  );
}

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
      await at.clock.advance(hour + 90_000);
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

  test("leaves nothing behind when its job is removed meanwhile", async () => {
    await using at = await open({ cronRun: { status: "ok", durationMs: 60_000 } });
    const { id } = await at.admin.call("cron.add", everyHour);
    await at.admin.call("cron.run", { id });
    await at.admin.call("cron.remove", { id });
    await at.clock.advance(hour);
    assert.deepEqual(told(at.admin), ["added", "started", "removed"]);
  });
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

describe("a run that fails or is skipped", () => {
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

  test("is skipped with its reason, and says so", async () => {
    await using at = await open({ cronRun: { status: "skipped", error: "quiet-hours" } });
    const { id } = await at.admin.call("cron.add", everyHour);
    await at.clock.advance(hour + 40);
    const [run] = await at.runsOf(id);
    assert.deepEqual([run.status, run.error, run.completionStatus], ["skipped", "quiet-hours", "failed"]);
    assert.equal((await at.jobNamed("hourly")).state.consecutiveSkipped, 1);
  });
});
