import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allScopes, connectTo, type DevClient } from "../support/dev_client.ts";
import { createMemoryGateway } from "../support/dev_gateway.ts";

const everyHour = {
  name: "hourly",
  schedule: { kind: "every", everyMs: 3_600_000 },
  sessionTarget: "main",
  wakeMode: "now",
  payload: { kind: "systemEvent", text: "hello" },
};
const turn = { ...everyHour, sessionTarget: "isolated", payload: { kind: "agentTurn", message: "hello" } };

function cronEvents({ events }: DevClient): string[] {
  return events.filter(({ event }) => event === "cron").map(({ payload }) => (payload as { action: string }).action);
}

describe("cron.add", () => {
  for (const protocol of [3, 4] as const) {
    test(`fills in what is left out, protocol ${protocol}`, async () => {
      await using gateway = createMemoryGateway({ protocol });
      const admin = await connectTo(gateway, { scopes: allScopes });
      const { sessionTarget: _target, wakeMode: _mode, name: _name, ...bare } = everyHour;
      const job = await admin.call("cron.add", bare);
      assert.deepEqual([job.name, job.sessionTarget, job.wakeMode, job.enabled], ["hello", "main", "now", true]);
      assert.equal(job.schedule.anchorMs, gateway.clock.now());
      assert.equal(job.state.nextRunAtMs, gateway.clock.now() + 3_600_000);
      assert.deepEqual(cronEvents(admin), ["added"]);
    });

    test(`refuses a text that is none, and does not even turn into one, protocol ${protocol}`, async () => {
      await using gateway = createMemoryGateway({ protocol });
      const admin = await connectTo(gateway, { scopes: allScopes });
      const job = { ...everyHour, payload: { kind: "systemEvent", text: { toString: 1, valueOf: 2 } } };
      assert.equal((await admin.refused("cron.add", job)).code, "INVALID_REQUEST");
    });

    test(`deletes one-shot jobs after their run and announces isolated turns by default, protocol ${protocol}`, async () => {
      await using gateway = createMemoryGateway({ protocol });
      const admin = await connectTo(gateway, { scopes: allScopes });
      const at = { ...everyHour, schedule: { kind: "at", at: "2026-12-24T18:00:00+01:00" } };
      const once = await admin.call("cron.add", at);
      assert.equal(once.deleteAfterRun, true);
      assert.equal(once.schedule.at, "2026-12-24T17:00:00.000Z");
      assert.deepEqual((await admin.call("cron.add", turn)).delivery, { mode: "announce" });
    });
  }

  /** What is wrong, and under which code each generation says so (transcript 30). */
  const faults: readonly (readonly [job: object, older: string, newer: string, message: RegExp])[] = [
    [{ ...everyHour, schedule: { kind: "cron", expr: "not a cron" } }, "UNAVAILABLE", "INVALID_REQUEST", /CronPattern/],
    [{ ...everyHour, payload: turn.payload }, "UNAVAILABLE", "INVALID_REQUEST", /main cron jobs require/],
    [{ ...turn, payload: everyHour.payload }, "UNAVAILABLE", "UNAVAILABLE", /isolated cron jobs require/],
    [
      { ...everyHour, schedule: { kind: "at", at: "2020-01-01" } },
      "INVALID_REQUEST",
      "INVALID_REQUEST",
      /is in the past: 2020-01-01T00:00:00.000Z/,
    ],
    [{ ...everyHour, schedule: { kind: "at", at: "2080-01-01" } }, "INVALID_REQUEST", "INVALID_REQUEST", /too far/],
    [{ ...everyHour, schedule: { kind: "at", at: "soon" } }, "INVALID_REQUEST", "INVALID_REQUEST", /expected ISO-8601/],
    [{ ...everyHour, delivery: { mode: "announce" } }, "UNAVAILABLE", "INVALID_REQUEST", /only supported for/],
    [{ ...everyHour, delivery: { mode: "webhook", to: "x" } }, "UNAVAILABLE", "INVALID_REQUEST", /valid http/],
  ];
  for (const [job, older, newer, message] of faults) {
    test(`refuses: ${message.source}`, async () => {
      for (const [protocol, code] of [[3, older], [4, newer]] as const) {
        await using gateway = createMemoryGateway({ protocol });
        const admin = await connectTo(gateway, { scopes: allScopes });
        const error = await admin.refused("cron.add", job);
        assert.equal(error.code, code, `protocol ${protocol}`);
        assert.match(error.message, message);
      }
    });
  }
});

describe("cron.update", () => {
  test("merges a payload of the same kind and keeps the stagger", async () => {
    await using gateway = createMemoryGateway({ protocol: 3 });
    const admin = await connectTo(gateway, { scopes: allScopes });
    const schedule = { kind: "cron", expr: "0 9 * * *", tz: "Europe/Berlin", staggerMs: 5_000 };
    const payload = { kind: "agentTurn", message: "hello", timeoutSeconds: 20 };
    const { id } = await admin.call("cron.add", { ...turn, schedule, payload });
    const patch = { schedule: { kind: "cron", expr: "*/5 * * * *" }, payload: { kind: "agentTurn", message: "bye" } };
    const job = await admin.call("cron.update", { id, patch });
    assert.deepEqual(job.schedule, { kind: "cron", expr: "*/5 * * * *", staggerMs: 5_000 });
    assert.deepEqual(job.payload, { kind: "agentTurn", message: "bye", timeoutSeconds: 20 });
  });

  test("takes the next run from a job that is switched off, and refuses a stale revision", async () => {
    await using gateway = createMemoryGateway();
    const admin = await connectTo(gateway, { scopes: allScopes });
    const { id, configRevision } = await admin.call("cron.add", everyHour);
    const off = await admin.call("cron.update", {
      id,
      patch: { enabled: false },
      expectedConfigRevision: configRevision,
    });
    assert.equal(off.state.nextRunAtMs, undefined);
    const stale = { id, patch: { enabled: true }, expectedConfigRevision: configRevision };
    const { details } = await admin.refused("cron.update", stale);
    assert.equal((details as { code: string }).code, "CRON_JOB_CHANGED");
  });

  test("forgets where a turn was announced when the job becomes one of the main session", async () => {
    await using gateway = createMemoryGateway();
    const admin = await connectTo(gateway, { scopes: allScopes });
    const { id, delivery } = await admin.call("cron.add", turn);
    assert.equal(delivery.mode, "announce");
    const { sessionTarget, payload } = everyHour;
    const job = await admin.call("cron.update", { id, patch: { sessionTarget, payload } });
    assert.equal(job.delivery, undefined);
  });

  /** What became of each patch of a job of the main session: it was taken and forgotten, or refused (measured). */
  const routes: readonly (readonly [delivery: object, older: string | undefined, newer: string | undefined])[] = [
    [{ mode: "none", channel: "last" }, undefined, undefined],
    [{ bestEffort: true }, undefined, undefined],
    [{ mode: "announce" }, undefined, "INVALID_REQUEST"],
    [{ channel: "last" }, undefined, "INVALID_REQUEST"],
    [{ to: "x" }, undefined, "INVALID_REQUEST"],
    [{ accountId: "x" }, undefined, "INVALID_REQUEST"],
    [{ failureDestination: { channel: "last" } }, "UNAVAILABLE", "INVALID_REQUEST"],
  ];
  for (const [delivery, older, newer] of routes) {
    test(`has a job of the main session delivered nowhere: ${JSON.stringify(delivery)}`, async () => {
      for (const [protocol, code] of [[3, older], [4, newer]] as const) {
        await using gateway = createMemoryGateway({ protocol });
        const admin = await connectTo(gateway, { scopes: allScopes });
        const { id } = await admin.call("cron.add", everyHour);
        const { ok, payload, error } = await admin.ask("cron.update", { id, patch: { delivery } });
        assert.equal(error?.code, code, `protocol ${protocol}`);
        if (ok) assert.equal((payload as { delivery?: unknown }).delivery, undefined);
      }
    });
  }

  test("leaves the job as it was when it would break it", async () => {
    await using gateway = createMemoryGateway();
    const admin = await connectTo(gateway, { scopes: allScopes });
    const { id } = await admin.call("cron.add", everyHour);
    await admin.refused("cron.update", { id, patch: { payload: turn.payload } });
    assert.equal((await admin.call("cron.get", { id })).payload.kind, "systemEvent");
  });

  test("leaves it so on protocol 3 too, and tells that 2026.3.13 would not", async () => {
    await using gateway = createMemoryGateway({ protocol: 3 });
    const admin = await connectTo(gateway, { scopes: allScopes });
    const { id } = await admin.call("cron.add", everyHour);
    await admin.refused("cron.update", { id, patch: { name: "half", schedule: { kind: "cron", expr: "61 * * * *" } } });
    assert.equal((await admin.call("cron.list")).jobs[0].name, "hourly");
    assert.match(gateway.log.find(({ event }) => event === "res ✗ cron.update")?.advice ?? "", /^2026\.3\.13 keeps/);
  });
});

describe("cron.run", () => {
  for (const protocol of [3, 4] as const) {
    test(`answers at once, and the run follows as events and a row, protocol ${protocol}`, async () => {
      await using gateway = createMemoryGateway({ protocol });
      const admin = await connectTo(gateway, { scopes: allScopes });
      const { id } = await admin.call("cron.add", everyHour);
      const { enqueued, runId } = await admin.call("cron.run", { id });
      assert.equal(enqueued, true);
      const busy = await admin.call("cron.run", { id });
      assert.deepEqual([busy.ran, busy.reason], [false, "already-running"]);
      assert.equal((await admin.call("cron.runs", { id })).total, 0);
      await gateway.clock.advance(100);
      assert.deepEqual(cronEvents(admin), ["added", "started", "finished"]);
      const [run] = (await admin.call("cron.runs", { id })).entries;
      assert.deepEqual([run.status, run.summary, run.runId], ["ok", "hello", protocol === 4 ? runId : undefined]);
      assert.equal(admin.events.filter(({ event }) => event === "heartbeat").length, 1);
      const [job] = (await admin.call("cron.list", { query: "hourly" })).jobs;
      assert.deepEqual([job.state.lastRunStatus, job.state.runningAtMs], ["ok", undefined]);
    });
  }

  test("is done with a one-shot job, and removes it", async () => {
    await using gateway = createMemoryGateway({ protocol: 3 });
    const admin = await connectTo(gateway, { scopes: allScopes });
    const { id } = await admin.call("cron.add", { ...everyHour, schedule: { kind: "at", at: "2027-01-01" } });
    await admin.call("cron.run", { id });
    await gateway.clock.advance(100);
    assert.deepEqual(cronEvents(admin), ["added", "started", "finished", "removed"]);
    assert.equal((await admin.call("cron.list", { includeDisabled: true })).total, 0);
  });

  test("runs a job that is not due or switched off only when told to", async () => {
    await using gateway = createMemoryGateway();
    const admin = await connectTo(gateway, { scopes: allScopes });
    const { id } = await admin.call("cron.add", { ...everyHour, enabled: false });
    const reasonOf = async (mode: string) => (await admin.call("cron.run", { id, mode })).reason;
    assert.equal(await reasonOf("due"), "not-due");
    assert.equal(await reasonOf("if-enabled"), "disabled");
    assert.equal(await reasonOf("force"), undefined);
  });

  test("fails when heartbeats fail", async () => {
    await using gateway = createMemoryGateway({ heartbeat: { status: "failed", reason: "agent-runner-failure" } });
    const admin = await connectTo(gateway, { scopes: allScopes });
    const { id } = await admin.call("cron.add", everyHour);
    await admin.call("cron.run", { id });
    await gateway.clock.advance(100);
    const [run] = (await admin.call("cron.runs", { id })).entries;
    assert.deepEqual([run.status, run.error, run.completionStatus], ["error", "agent-runner-failure", "failed"]);
  });
});

describe("cronRun of the options", () => {
  test("tells how long each job's run takes and what it comes to", async () => {
    const cronRun = ({ name }: { name: string }) =>
      name === "slow"
        ? { status: "ok" as const, durationMs: 300_000, deliveryStatus: "not-delivered" }
        : { status: "skipped" as const, error: "empty-heartbeat-file" };
    await using gateway = createMemoryGateway({ cronRun });
    const admin = await connectTo(gateway, { scopes: allScopes });
    const slow = await admin.call("cron.add", { ...everyHour, name: "slow" });
    const idle = await admin.call("cron.add", { ...everyHour, name: "idle" });
    const startedAt = gateway.clock.now();
    for (const { id } of [slow, idle]) await admin.call("cron.run", { id });
    await gateway.clock.advance(299_999);
    assert.equal((await admin.call("cron.get", { id: slow.id })).state.runningAtMs, startedAt);
    assert.equal((await admin.call("cron.run", { id: slow.id })).reason, "already-running");
    await gateway.clock.advance(1);
    const rows = (await admin.call("cron.runs", { scope: "all" })).entries;
    const facts = rows.map((row: Record<string, unknown>) => [row["status"], row["durationMs"], row["deliveryStatus"]]);
    assert.deepEqual(facts, [["ok", 300_000, "not-delivered"], ["skipped", 40, "not-requested"]]);
    assert.equal(rows[1].error, "empty-heartbeat-file");
  });
});

describe("cron.list and cron.runs", () => {
  test("page, sort and filter", async () => {
    await using gateway = createMemoryGateway({ protocol: 3 });
    const admin = await connectTo(gateway, { scopes: allScopes });
    for (const [name, everyMs] of [["b", 3_000], ["a", 2_000], ["c", 1_000]] as const) {
      await admin.call("cron.add", { ...everyHour, name, schedule: { kind: "every", everyMs } });
    }
    await admin.call("cron.add", { ...everyHour, name: "off", enabled: false });
    const names = async (params: object) =>
      (await admin.call("cron.list", params)).jobs.map(({ name }: { name: string }) => name);
    assert.deepEqual(await names({}), ["c", "a", "b"]);
    assert.deepEqual(await names({ includeDisabled: true }), ["c", "a", "b", "off"]);
    assert.deepEqual(await names({ sortBy: "name", sortDir: "desc" }), ["c", "b", "a"]);
    assert.deepEqual(await names({ enabled: "disabled" }), ["off"]);
    assert.deepEqual(await names({ query: "OFF", enabled: "all" }), ["off"]);
    const { jobs, ...page } = await admin.call("cron.list", { limit: 2, offset: 1 });
    assert.equal(jobs.length, 2);
    assert.deepEqual(page, { total: 3, offset: 1, limit: 2, hasMore: false, nextOffset: null });
    const { hasMore, nextOffset } = await admin.call("cron.list", { limit: 2 });
    assert.deepEqual([hasMore, nextOffset], [true, 2]);
  });

  test("protocol 4 lists a job of its own, protocol 3 none", async () => {
    for (const [protocol, keys] of [[3, []], [4, ["heartbeat:main"]]] as const) {
      await using gateway = createMemoryGateway({ protocol });
      const admin = await connectTo(gateway, { scopes: allScopes });
      const { jobs } = await admin.call("cron.list");
      assert.deepEqual(jobs.map(({ declarationKey }: { declarationKey: string }) => declarationKey), keys);
    }
  });

  test("runs of an unknown job are empty on protocol 3 and an error on 4", async () => {
    await using older = createMemoryGateway({ protocol: 3 });
    assert.equal((await (await connectTo(older, { scopes: allScopes })).call("cron.runs", { id: "nope" })).total, 0);
    await using newer = createMemoryGateway();
    const { details } = await (await connectTo(newer, { scopes: allScopes })).refused("cron.runs", { id: "nope" });
    assert.deepEqual(details, { code: "CRON_JOB_NOT_FOUND", jobId: "nope" });
  });
});

describe("control-plane writes", () => {
  test("are counted per method and device on protocol 4: thirty a minute, refused ones too", async () => {
    await using gateway = createMemoryGateway();
    const admin = await connectTo(gateway, { scopes: allScopes });
    const other = await connectTo(gateway, { scopes: allScopes });
    for (let index = 0; index < 30; index++) await admin.refused("cron.run", { id: "nope" });
    await gateway.clock.advance(1_000);
    assert.deepEqual(await admin.refused("cron.run", { id: "nope" }), {
      code: "UNAVAILABLE",
      message: "rate limit exceeded for cron.run; retry after 59s",
      retryable: true,
      retryAfterMs: 59_000,
      details: { method: "cron.run", limit: "30 per 60s" },
    });
    assert.equal((await other.refused("cron.run", { id: "nope" })).code, "INVALID_REQUEST");
    assert.equal((await admin.refused("cron.remove", { id: "nope" })).code, "INVALID_REQUEST");
    await gateway.clock.advance(59_000);
    assert.equal((await admin.refused("cron.run", { id: "nope" })).code, "INVALID_REQUEST");
  });

  test("are not counted on protocol 3", async () => {
    await using gateway = createMemoryGateway({ protocol: 3 });
    const admin = await connectTo(gateway, { scopes: allScopes });
    for (let index = 0; index < 33; index++) {
      assert.equal((await admin.refused("cron.run", { id: "nope" })).message, "Error: unknown cron job id: nope");
    }
  });
});
