import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import process from "node:process";
import { describe, test } from "node:test";
import { loadCron } from "../../src/devgateway/cron_store.ts";
import { ClawError } from "../../src/errors.ts";
import { allScopes, connectTo } from "../support/dev_client.ts";
import { createMemoryGateway, type GatewayChoices } from "../support/dev_gateway.ts";

const job = {
  name: "kept",
  schedule: { kind: "cron", expr: "0 * * * *" },
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "hello" },
};
/** Exactly on the hour, wherever in its window the job's id would put it. */
const exact = { ...job, schedule: { ...job.schedule, staggerMs: 0 } };
const noon = Date.parse("2026-11-21T12:00:00Z");
const hour = 3_600_000;

class StateDirectory implements Disposable {
  readonly path = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "claw-cron-")), "state");

  /** A gateway that keeps its jobs here, from this time on. */
  async open(startMs: number, choices: GatewayChoices = {}) {
    const gateway = createMemoryGateway({ stateDirectory: this.path, startMs, ...choices });
    const admin = await connectTo(gateway, { scopes: allScopes });
    const jobs = async () => (await admin.call("cron.list", { enabled: "all", query: "kept" })).jobs;
    const runs = async () => (await admin.call("cron.runs", { query: "kept" })).entries;
    return { admin, jobs, runs, clock: gateway.clock, log: gateway.log, close: () => gateway[Symbol.asyncDispose]() };
  }

  file(protocol = 4): string {
    return path.join(this.path, `cron-protocol-${protocol}.json`);
  }

  [Symbol.dispose](): void {
    fs.rmSync(path.dirname(this.path), { recursive: true, force: true });
  }
}

describe("a dev gateway with a state directory", () => {
  for (const protocol of [3, 4] as const) {
    test(`finds its jobs and runs again, protocol ${protocol}`, async () => {
      using state = new StateDirectory();
      const first = await state.open(noon, { protocol });
      const { id } = await first.admin.call("cron.add", job);
      await first.clock.advance(2.5 * hour);
      const [before, runs] = [await first.jobs(), await first.runs()];
      assert.equal(runs.length, 3);
      await first.close();

      const second = await state.open(noon + 2.5 * hour + 60_000, { protocol });
      assert.deepEqual(await second.jobs(), before);
      assert.deepEqual(await second.runs(), runs);
      await second.clock.advance(hour);
      assert.equal((await second.admin.call("cron.runs", { id })).total, 4);
      const { configRevision } = await second.admin.call("cron.update", { id, patch: { name: "kept on" } });
      assert.equal(configRevision, protocol === 4 ? "dev:2" : undefined, "no revision comes twice");
      await second.close();
      if (process.platform !== "win32") assert.equal(fs.statSync(state.file(protocol)).mode & 0o777, 0o600);
    });
  }

  test("keeps the jobs of the generations apart, and no second heartbeat", async () => {
    using state = new StateDirectory();
    for (const round of [1, 2]) {
      const gateway = await state.open(noon + round);
      assert.equal((await gateway.admin.call("cron.status")).jobs, 1);
      await gateway.close();
    }
    const older = await state.open(noon, { protocol: 3 });
    assert.equal((await older.admin.call("cron.status")).jobs, 0);
    await older.close();
  });

  test("makes up for a run that was missed", async () => {
    using state = new StateDirectory();
    const first = await state.open(noon);
    await first.admin.call("cron.add", exact);
    await first.close();
    const startMs = noon + 5.5 * hour;
    const second = await state.open(startMs);
    await second.clock.advance(100);
    const [run] = await second.runs();
    assert.deepEqual([run.runAtMs, run.status], [startMs, "ok"]);
    assert.equal((await second.jobs())[0].state.nextRunAtMs, noon + 6 * hour);
    await second.close();
  });

  test("lets a missed run that needs the agent wait two minutes, on protocol 4", async () => {
    using state = new StateDirectory();
    const first = await state.open(noon);
    await first.admin.call("cron.add", { ...exact, wakeMode: "now" });
    await first.close();
    const startMs = noon + 5 * hour;
    const second = await state.open(startMs);
    assert.equal((await second.jobs())[0].state.nextRunAtMs, startMs + 120_000 + 5_000, "after the heartbeat's own");
    await second.close();
  });

  test("says of an interrupted run what its generation says", async () => {
    for (const protocol of [3, 4] as const) {
      using state = new StateDirectory();
      const first = await state.open(noon, { protocol, cronRun: { status: "ok", durationMs: 10 * hour } });
      const { id } = await first.admin.call("cron.add", exact);
      await first.admin.call("cron.run", { id });
      await first.close();
      const second = await state.open(noon + 60_000, { protocol });
      await second.clock.advance(1_000);
      const [{ state: { runningAtMs, lastError } }] = await second.jobs();
      const rows = (await second.runs()).map(({ status, error }: Record<string, unknown>) => [status, error]);
      const words = "cron: job interrupted by gateway restart";
      assert.deepEqual([runningAtMs, lastError], [undefined, protocol === 3 ? undefined : words]);
      assert.deepEqual(rows, protocol === 3 ? [] : [["error", words]]);
      await second.close();
    }
  });

  test("runs an interrupted one-shot job once more", async () => {
    for (const protocol of [3, 4] as const) {
      using state = new StateDirectory();
      const once = { ...job, schedule: { kind: "at", at: new Date(noon + 1_000).toISOString() } };
      const first = await state.open(noon, { protocol, cronRun: { status: "ok", durationMs: 10 * hour } });
      const { id } = await first.admin.call("cron.add", once);
      await first.clock.advance(5_000);
      await first.close();
      const second = await state.open(noon + 60_000, { protocol });
      await second.clock.advance(3_000);
      const rows = (await second.admin.call("cron.runs", { id, sortDir: "asc" })).entries;
      const statuses = rows.map(({ status }: { status: string }) => status);
      assert.deepEqual(statuses, protocol === 3 ? ["ok"] : ["error", "ok"]);
      assert.deepEqual(await second.jobs(), [], "then it is over");
      await second.close();
    }
  });

  test("goes on when the disk fails, and says so in its log", async () => {
    using state = new StateDirectory();
    const gateway = await state.open(noon);
    fs.rmSync(state.path, { recursive: true });
    fs.writeFileSync(state.path, "a file in the directory's place");
    const { id } = await gateway.admin.call("cron.add", job);
    assert.equal((await gateway.admin.call("cron.get", { id })).name, "kept");
    assert.ok(gateway.log.some(({ event, text }) => event === "cron not kept" && text.includes(state.path)));
    await gateway.close();
  });
});

function recordsWith(schedule: object): string {
  const kept = { ...job, id: "j", enabled: true, createdAtMs: 0, state: {}, schedule };
  return JSON.stringify({ version: 1, jobs: [kept], runs: [] });
}

describe("a damaged state file", () => {
  const damages: readonly (readonly [how: string, text: string])[] = [
    ["no JSON", "{ jobs: "],
    ["empty", ""],
    ["another version", '{"version":2,"jobs":[],"runs":[]}'],
    ["a job without an id", '{"version":1,"jobs":[{"name":"x"}],"runs":[]}'],
    ["an expression that cannot be read", recordsWith({ kind: "cron", expr: "61 * * * *" })],
    ["an interval of nothing", recordsWith({ kind: "every", everyMs: 0 })],
    ["a time that is none", recordsWith({ kind: "at", at: "soon" })],
    ["no runs", '{"version":1,"jobs":[]}'],
  ];
  for (const [how, text] of damages) {
    test(`is an error that names it, and is left as it is: ${how}`, () => {
      using state = new StateDirectory();
      fs.mkdirSync(state.path);
      fs.writeFileSync(state.file(), text, { mode: 0o600 });
      assert.throws(() => createMemoryGateway({ stateDirectory: state.path }), (thrown) => {
        assert.ok(thrown instanceof ClawError);
        assert.equal(thrown.code, "config/invalid");
        assert.ok(thrown.message.includes(state.file()), thrown.message);
        return true;
      });
      assert.equal(fs.readFileSync(state.file(), "utf8"), text);
    });
  }

  test("is refused when others could have written it", { skip: process.platform === "win32" && "no modes" }, () => {
    using state = new StateDirectory();
    fs.mkdirSync(state.path);
    fs.writeFileSync(state.file(), '{"version":1,"jobs":[],"runs":[]}');
    fs.chmodSync(state.file(), 0o644);
    assert.throws(() => loadCron(state.path, 4), { code: "config/key-exposed" });
  });
});

test("loadCron() finds nothing where nothing was kept", () => {
  using state = new StateDirectory();
  assert.deepEqual(loadCron(state.path, 4), { jobs: [], runs: [] });
});
