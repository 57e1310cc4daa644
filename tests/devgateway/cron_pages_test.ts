import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { maxRunsPerJob } from "../../src/devgateway/cron_book.ts";
import { pageOfJobs, pageOfRuns } from "../../src/devgateway/cron_pages.ts";
import type { CronJob, CronRun } from "../../src/protocol/mod.ts";
import { allScopes, connectTo } from "../support/dev_client.ts";
import { createMemoryGateway } from "../support/dev_gateway.ts";

const draft = {
  name: "j",
  schedule: { kind: "every", everyMs: 3_600_000 },
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "x" },
};

function job(id: string, changes: Partial<CronJob> = {}): CronJob {
  return { ...draft, id, name: id, enabled: true, createdAtMs: 0, state: {}, ...changes };
}

function run(jobId: string, ts: number, changes: Partial<CronRun> = {}): CronRun {
  return { ts, jobId, action: "finished", status: "ok", deliveryStatus: "not-requested", ...changes };
}

describe("pageOfJobs()", () => {
  const jobs = [
    job("late", { state: { nextRunAtMs: 20, lastRunStatus: "ok" }, description: "Tidy up" }),
    job("never", { schedule: { kind: "cron", expr: "0 0 31 2 *" } }),
    job("early", { state: { nextRunAtMs: 10, lastRunStatus: "error" }, agentId: "helper" }),
    job("off", { enabled: false, displayName: "Shown" }),
  ];
  const ids = (params: object, protocol: 3 | 4 = 4) => pageOfJobs(jobs, params, protocol).items.map(({ id }) => id);

  test("sorts what never fires last; on the way down protocol 3 has it first", () => {
    assert.deepEqual(ids({}), ["early", "late", "never"]);
    assert.deepEqual(ids({ sortDir: "desc" }), ["late", "early", "never"]);
    assert.deepEqual(ids({ sortDir: "desc" }, 3), ["never", "late", "early"]);
    assert.deepEqual(ids({ enabled: "all", sortBy: "name" }), ["early", "late", "never", "off"]);
  });

  test("chooses by kind, agent, last run and trigger", () => {
    assert.deepEqual(ids({ scheduleKind: "cron" }), ["never"]);
    assert.deepEqual(ids({ agentId: "helper" }), ["early"]);
    assert.deepEqual(ids({ agentId: "main" }), ["late", "never"]);
    assert.deepEqual(ids({ lastRunStatus: "unknown" }), ["never"]);
    assert.deepEqual(ids({ lastRunStatus: "error" }), ["early"]);
    assert.deepEqual(ids({ trigger: "conditional" }), []);
    assert.deepEqual(ids({ enabled: "disabled" }), ["off"]);
  });

  test("searches names and descriptions, on protocol 4 ids and display names, too", () => {
    assert.deepEqual(ids({ query: " TIDY " }), ["late"]);
    assert.deepEqual(ids({ query: "shown", enabled: "all" }), ["off"]);
    assert.deepEqual(ids({ query: "shown", enabled: "all" }, 3), []);
  });
});

describe("pageOfRuns()", () => {
  const runs = [
    run("a", 1, { summary: "Hello" }),
    run("b", 2, { status: "error", error: "No key", runId: "manual:b:1:1" }),
    run("a", 3, { status: "skipped", deliveryStatus: "delivered" }),
  ];
  const names = new Map([["a", "Alpha"]]);
  const times = (params: object) => pageOfRuns(runs, params, names, 4).items.map(({ ts }) => ts);

  test("chooses by job, run, status and delivery, newest first", () => {
    assert.deepEqual(times({}), [3, 2, 1]);
    assert.deepEqual(times({ sortDir: "asc" }), [1, 2, 3]);
    assert.deepEqual(times({ id: "a" }), [3, 1]);
    assert.deepEqual(times({ id: "a", scope: "all" }), [3, 2, 1]);
    assert.deepEqual(times({ runId: "manual:b:1:1" }), [2]);
    assert.deepEqual(times({ status: "ok" }), [1]);
    assert.deepEqual(times({ status: "all" }), [3, 2, 1]);
    assert.deepEqual(times({ statuses: ["ok", "error"] }), [2, 1]);
    assert.deepEqual(times({ deliveryStatus: "delivered" }), [3]);
    assert.deepEqual(times({ deliveryStatuses: ["not-requested"] }), [2, 1]);
  });

  test("searches texts, errors and the names of jobs that still are", () => {
    assert.deepEqual(times({ query: "hello" }), [1]);
    assert.deepEqual(times({ query: "no KEY" }), [2]);
    assert.deepEqual(times({ query: "alpha" }), [3, 1]);
  });

  test("names the job, on protocol 3 only among runs of all", () => {
    const named = (params: object, protocol: 3 | 4) =>
      pageOfRuns(runs, params, names, protocol).items.map(({ jobName }) => jobName);
    assert.deepEqual(named({}, 3), ["Alpha", undefined, "Alpha"]);
    assert.deepEqual(named({ id: "a" }, 3), [undefined, undefined]);
    assert.deepEqual(named({ id: "a" }, 4), ["Alpha", "Alpha"]);
  });
});

describe("a gateway with much to tell", () => {
  test("lists 250 jobs in pages of at most 200", async () => {
    await using gateway = createMemoryGateway({ protocol: 3 });
    const admin = await connectTo(gateway, { scopes: allScopes });
    for (let index = 0; index < 250; index++) await admin.call("cron.add", { ...draft, name: `j${index}` });
    const first = await admin.call("cron.list", {});
    assert.deepEqual([first.jobs.length, first.total, first.hasMore, first.nextOffset], [200, 250, true, 200]);
    const rest = await admin.call("cron.list", { offset: first.nextOffset });
    assert.deepEqual([rest.jobs.length, rest.hasMore, rest.nextOffset], [50, false, null]);
    const names = new Set([...first.jobs, ...rest.jobs].map(({ name }: { name: string }) => name));
    assert.equal(names.size, 250);
  });

  test("keeps the newest runs of each job", async () => {
    await using gateway = createMemoryGateway({
      protocol: 3,
      heartbeat: "none",
      cronRun: { status: "ok", durationMs: 0 },
    });
    const book = gateway.gateway.memory.cron;
    const ids = [1_000, 600_000].map((everyMs) => {
      const kept = book.add({ ...draft, schedule: { kind: "every", everyMs } } as Parameters<typeof book.add>[0]);
      return "job" in kept ? kept.job.id : "";
    });
    const outcome = { status: "ok", durationMs: 0, deliveryStatus: "not-requested" } as const;
    for (let startedAt = 1; startedAt <= maxRunsPerJob + 5; startedAt++) {
      for (const id of startedAt === 1 ? ids : ids.slice(0, 1)) {
        book.finish(id, { startedAt, outcome, isForced: false }, undefined);
      }
    }
    const [first, second] = ids.map((id) => book.runs({ id, sortDir: "asc", limit: 1 }));
    assert.deepEqual([first?.total, first?.items[0]?.runAtMs, second?.total], [maxRunsPerJob, 6, 1]);
  });
});
