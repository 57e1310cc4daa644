import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CronRunOutcome } from "../../../src/devgateway/options.ts";
import { ClawError } from "../../../src/errors.ts";
import type { CronAddParams, CronJob } from "../../../src/protocol/mod.ts";
import { createFastClock } from "../../support/clock.ts";
import { type GatewayChoices, openSocketGateway } from "../../support/dev_gateway.ts";
import { eventually } from "../../support/eventually.ts";
import { type Passing, startTcpProxy } from "../../support/tcp_proxy.ts";
import { createTestHome, type WorldChoices } from "../../support/world.ts";

const beat: CronAddParams = {
  name: "beat",
  schedule: { kind: "every", everyMs: 3_600_000 },
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "hello" },
};

/** Looks every two seconds come sooner. */
const clock = createFastClock(8);

type Decide = (passing: Passing) => "pass" | "drop" | "cut";

/** A gateway with runs of two jobs, the second of which fails. */
async function setUp({ decide = () => "pass", ...choices }: GatewayChoices & { decide?: Decide } = {}) {
  const outcome = (job: CronJob): CronRunOutcome =>
    job.name === "beat" ? { status: "ok", durationMs: 5 } : {
      status: "error",
      error: "FailoverError: No API key found for provider, and more of that kind",
      durationMs: 5,
    };
  const listening = await openSocketGateway({ heartbeat: "none", clock, cronRun: outcome, ...choices });
  const proxy = await startTcpProxy({ targetPort: listening.port, decide });
  const home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${proxy.port}`, CLAW_TOKEN: listening.secret });
  const { cron } = listening.gateway.memory;
  const add = (name: string) => {
    const kept = cron.add({ ...beat, name });
    assert.ok("job" in kept);
    return kept.job;
  };
  const claw = (args: readonly string[], world?: WorldChoices) => home.claw(["cron", ...args], { clock, ...world });
  const jobs = { beat: add("beat"), report: add("nightly report") };
  return {
    jobs,
    cron,
    claw,
    async run(name: string) {
      const { total } = cron.runs({});
      assert.equal((await claw(["run", name])).exit, 0);
      await eventually(() => cron.runs({}).total > total || undefined, "the run's end");
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await listening[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

/** A table without what differs from run to run, a bar between its columns. */
function plain(text: string): string {
  return text.replace(/(\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d/g, "TIME").replace(/\b(now|(in )?\d+ s( ago)?)\b/g, "AGO")
    .replace(/\d+ ms\b/g, "N ms").replace(/ {2,}/g, " | ");
}

for (const protocol of [3, 4] as const) {
  describe(`claw cron runs, protocol ${protocol}`, () => {
    it("lists the runs of all jobs, newest first, within the width of a terminal", async () => {
      await using at = await setUp({ protocol });
      for (const name of ["beat", "nightly report", "beat"]) await at.run(name);
      const { exit, stdout } = await at.claw(["runs"], { isTty: true });
      assert.equal(exit, 0);
      const bare = stdout.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g"), "");
      assert.ok(bare.split("\n").every((line) => line.length <= 80), bare);
      assert.deepEqual(plain(bare).split("\n").slice(0, 2).map((line) => line.trimEnd()), [
        "JOB | ENDED | TOOK | STATUS | DELIVERY | DETAIL",
        "beat | TIME | AGO | N ms | ok | - | hello",
      ]);
      assert.match(plain(bare), /\nnightly report \| TIME \| AGO \| N ms \| error \| - \| FailoverError:.*…\n/);
      const piped = await at.claw(["runs"]);
      assert.match(piped.stdout, /No API key found for provider, and more of that kind\n/);
    });

    it("lists one job's, by status, count and age", async () => {
      await using at = await setUp({ protocol });
      for (const name of ["beat", "nightly report", "beat"]) await at.run(name);
      const lines = async (...args: string[]) => (await at.claw(["runs", ...args])).stdout.trimEnd().split("\n");
      assert.deepEqual((await lines("beat")).map(plain), [
        "ENDED | TOOK | STATUS | DELIVERY | DETAIL",
        "TIME | AGO | N ms | ok | - | hello",
        "TIME | AGO | N ms | ok | - | hello",
      ]);
      assert.equal((await lines("--status", "error")).length, 2);
      assert.equal((await lines("--limit", "1")).length, 2);
      assert.equal((await lines("--since", "1d12h")).length, 4);
      assert.deepEqual(await lines("--since", "0s"), ["no runs"]);
      assert.deepEqual(await lines("beat", "--status", "skipped"), ["no runs"]);
    });

    it("knows the runs of a job that is no more, by its whole id", async () => {
      await using at = await setUp({ protocol });
      await at.run("beat");
      at.cron.remove(at.jobs.beat.id);
      const { exit, stdout } = await at.claw(["runs", at.jobs.beat.id, "--json"]);
      assert.equal(exit, 0);
      assert.deepEqual(JSON.parse(stdout).data.runs.map(({ status }: { status: string }) => status), ["ok"]);
      const unknown = await at.claw(["runs", "00000000-0000-4000-8000-000000000000"]);
      assert.equal(unknown.exit, 65);
      assert.match(unknown.stderr, /there is no cron job '00000000/);
    });

    it("reads as many pages as it takes", async () => {
      await using at = await setUp({ protocol });
      const ended = {
        outcome: { status: "ok", durationMs: 1, deliveryStatus: "not-requested" },
        isForced: true,
      } as const;
      for (let startedAt = 1; startedAt <= 450; startedAt++) {
        at.cron.finish(at.jobs.beat.id, { ...ended, startedAt }, `manual:${at.jobs.beat.id}:${startedAt}:${startedAt}`);
      }
      const { stdout } = await at.claw(["runs", "--limit", "430", "--json"]);
      const { runs } = JSON.parse(stdout).data;
      assert.equal(new Set(runs.map(({ runAtMs }: { runAtMs: number }) => runAtMs)).size, 430);
    });

    it("watches runs as they end, each once, over a lost connection, until it is stopped", async () => {
      let cuts = 1;
      let polls = 0;
      const decide: Decide = ({ from, frame }) => {
        if (from === "client" && frame.method === "cron.runs") polls += 1;
        return polls === 3 && cuts-- > 0 ? "cut" : "pass";
      };
      await using at = await setUp({ protocol, decide });
      await at.run("beat");
      const controller = new AbortController();
      let written = "";
      const stdout = { isTty: false, columns: 80, write: (text: string) => void (written += text) };
      const watching = at.claw(["runs", "--watch", "--json"], { stdout, interrupted: controller.signal });
      await eventually(() => polls >= 1 || undefined, "the first look");
      await at.run("nightly report");
      await eventually(() => cuts <= 0 || undefined, "the loss", 20_000);
      await at.run("beat");
      const lines = () => written.trimEnd().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
      await eventually(() => lines().length >= 2 || undefined, "both runs", 20_000);
      controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }));
      const { exit } = await watching;
      assert.equal(exit, 130);
      const shown = lines().filter(({ ok }) => ok).map(({ data }) => [data.jobId, data.status]);
      assert.deepEqual(shown, [[at.jobs.report.id, "error"], [at.jobs.beat.id, "ok"]]);
    });

    it("shows what was before when a watch is given a range, and people a line a run", async () => {
      await using at = await setUp({ protocol });
      for (const name of ["beat", "nightly report"]) await at.run(name);
      const controller = new AbortController();
      let written = "";
      const stdout = { isTty: false, columns: 80, write: (text: string) => void (written += text) };
      const watching = at.claw(["runs", "--watch", "--limit", "2"], { stdout, interrupted: controller.signal });
      await eventually(() => written.split("\n").length >= 3 || undefined, "two lines");
      controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGTERM" } }));
      assert.equal((await watching).exit, 143);
      assert.match(
        plain(written),
        /^\S+ \| beat \| ok after N ms: hello\n\S+ \| nightly report \| error after N ms: FailoverError: .*\n$/,
      );
    });

    it("does not watch for ever where nobody answers", async () => {
      await using at = await setUp({ protocol, decide: () => "drop" });
      const controller = new AbortController();
      const stop = clock.after(60_000, () => controller.abort(new ClawError("interrupted", "it hangs")));
      const { exit, stderr } = await at.claw(["runs", "--watch", "--timeout", "3s"], {
        interrupted: controller.signal,
      });
      stop();
      assert.equal(exit, 76, stderr);
    });

    it("refuses a count, length or id that is none", async () => {
      await using at = await setUp({ protocol });
      for (
        const args of [["--limit", "0"], ["--limit", "many"], ["--run-id", ""], ["--since", "24"], ["--status", "fine"]]
      ) {
        const { exit, stderr } = await at.claw(["runs", ...args]);
        assert.ok(exit === 64 || exit === 65, stderr);
        assert.match(stderr, /claw: error: /);
      }
    });
  });
}

describe("claw cron runs --run-id", () => {
  it("shows that run, and ends with 1 while it is not over", async () => {
    await using at = await setUp({ protocol: 4 });
    await at.run("beat");
    const [{ runId = "" } = {}] = at.cron.runs({ id: at.jobs.beat.id }).items;
    const { exit, stdout } = await at.claw(["runs", "beat", "--run-id", runId]);
    assert.deepEqual([exit, stdout.split("\n").length], [0, 3]);
    assert.equal((await at.claw(["runs", "--run-id", runId])).exit, 0);
    const none = await at.claw(["runs", "beat", "--run-id", "manual:x:1:1"]);
    assert.equal(none.exit, 1);
    assert.equal(
      none.stdout,
      `no run with the id manual:x:1:1 is over; see whether it runs with: claw cron show ${at.jobs.beat.id}\n`,
    );
  });

  it("waits for that run's end with --watch, and not for one that is over", async () => {
    await using at = await setUp({ protocol: 4 });
    const { runId } = JSON.parse((await at.claw(["run", "beat", "--json"])).stdout).data;
    for (const when of ["as it ends", "afterwards"]) {
      const { exit, stdout } = await at.claw(["runs", "beat", "--run-id", runId, "--watch", "--json"]);
      assert.equal(exit, 0, when);
      assert.equal(JSON.parse(stdout).data.runId, runId, when);
    }
  });

  it("says which release it needs", async () => {
    await using at = await setUp({ protocol: 3 });
    const { exit, stderr } = await at.claw(["runs", "beat", "--run-id", "x"]);
    assert.equal(exit, 65);
    assert.equal(
      stderr,
      "claw: error: --run-id needs a gateway of protocol 4 (2026.5.12 or later): 2026.3.13 writes down no run ids\n" +
        "claw: hint: leave --run-id out, and tell the run by its time\n",
    );
  });
});
