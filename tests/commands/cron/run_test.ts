import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CronRunOutcome } from "../../../src/devgateway/options.ts";
import { ClawError } from "../../../src/errors.ts";
import type { CronAddParams, CronJob } from "../../../src/protocol/mod.ts";
import { createFastClock } from "../../support/clock.ts";
import { type GatewayChoices, openSocketGateway } from "../../support/dev_gateway.ts";
import { eventually } from "../../support/eventually.ts";
import { type Passing, startTcpProxy, type TcpProxy } from "../../support/tcp_proxy.ts";
import { createTestHome, type RunResult, type WorldChoices } from "../../support/world.ts";

const beat: CronAddParams = {
  name: "morning beat",
  schedule: { kind: "every", everyMs: 3_600_000 },
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "good morning" },
};

/** Runs and waits of seconds pass in parts of them. */
const clock = createFastClock(8);

/** A gateway behind a proxy that sees each message, with one job; what its runs come to may be changed meanwhile. */
async function setUp(choices: GatewayChoices & { decide?: (passing: Passing) => "pass" | "drop" | "cut" } = {}) {
  const { decide, ...options } = choices;
  let outcome: CronRunOutcome = { status: "ok" };
  const listening = await openSocketGateway({ clock, heartbeat: "none", cronRun: () => outcome, ...options });
  const proxy: TcpProxy = await startTcpProxy({
    targetPort: listening.port,
    ...(decide === undefined ? {} : { decide }),
  });
  const home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${proxy.port}`, CLAW_TOKEN: listening.secret });
  const kept = listening.gateway.memory.cron.add(beat);
  assert.ok("job" in kept);
  const { cron } = listening.gateway.memory;
  return {
    home,
    proxy,
    cron,
    job: kept.job,
    add: (name: string, more: Partial<CronAddParams> = {}): CronJob => {
      const other = cron.add({ ...beat, name, ...more });
      assert.ok("job" in other);
      return other.job;
    },
    come: (to: CronRunOutcome) => void (outcome = to),
    claw: (args: readonly string[], world?: WorldChoices): Promise<RunResult> =>
      home.claw(["cron", ...args], { clock, ...world }),
    /** How often the job was asked to run. */
    asked: () => proxy.seen.filter(({ from, frame }) => from === "client" && frame.method === "cron.run").length,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await listening[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

type Setup = Awaited<ReturnType<typeof setUp>>;

/** Texts without what differs from run to run. */
function plain(text: string, { job }: Setup): string {
  return text.replaceAll(job.id, "ID").replace(/manual:ID:\d+:\d+/g, "RUN").replace(/after \d+ ms/g, "after N ms");
}

for (const protocol of [3, 4] as const) {
  describe(`claw cron run, protocol ${protocol}`, () => {
    const look = protocol === 4 ? "claw cron runs ID --run-id RUN" : "claw cron runs ID";

    it("queues the run, and prints its id and how to look it up", async () => {
      await using at = await setUp({ protocol });
      const { exit, stdout, stderr } = await at.claw(["run", "morning beat"]);
      assert.deepEqual([exit, stderr], [0, ""]);
      assert.equal(plain(stdout, at), `queued 'morning beat' as RUN\nlook it up with: ${look}\n`);
    });

    it("takes the beginning of an id", async () => {
      await using at = await setUp({ protocol });
      const { exit, stdout } = await at.claw(["run", at.job.id.slice(0, 12), "--json"]);
      assert.equal(exit, 0);
      const { data } = JSON.parse(stdout);
      assert.deepEqual([data.jobId, data.name, data.status], [at.job.id, "morning beat", "enqueued"]);
      assert.match(data.runId, new RegExp(`^manual:${at.job.id}:`));
    });

    it("--wait ends with 0 when the run succeeded", async () => {
      await using at = await setUp({ protocol });
      at.come({ status: "ok", durationMs: 2_400 });
      const { exit, stdout, stderr } = await at.claw(["run", "morning beat", "--wait"]);
      assert.equal(exit, 0, stderr);
      assert.equal(plain(stdout, at), "the run of 'morning beat' succeeded after 2.4 s\ngood morning\n");
      // A busy machine may see its end first.
      assert.match(plain(stderr, at), /^claw: run RUN: queued\n(claw: run RUN: running\n)?$/);
    });

    it("--wait ends with 1 when it failed or was skipped, with the gateway's reason", async () => {
      await using at = await setUp({ protocol });
      at.come({ status: "error", error: "no API key found" });
      const failed = await at.claw(["run", "morning beat", "--wait", "--quiet"]);
      assert.equal(failed.exit, 1, failed.stderr);
      assert.equal(plain(failed.stdout, at), "the run of 'morning beat' failed after N ms: no API key found\n");
      at.come({ status: "skipped", error: "quiet hours" });
      const skipped = await at.claw(["run", "morning beat", "--wait", "--json"]);
      assert.equal(skipped.exit, 1, skipped.stderr);
      const { data } = JSON.parse(skipped.stdout);
      assert.deepEqual([data.status, data.run.error], ["skipped", "quiet hours"]);
    });

    it("--wait ends with 79 when it is not over in time, and a second run is not begun", async () => {
      await using at = await setUp({ protocol });
      at.come({ status: "ok", durationMs: 3_600_000 });
      const args = ["run", "morning beat", "--wait", "--wait-timeout", "2s", "--quiet"];
      const { exit, stdout, stderr } = await at.claw(args);
      assert.deepEqual([exit, stdout], [79, ""]);
      assert.equal(
        plain(stderr, at),
        "claw: error: the run of 'morning beat' was started, but it was not over within 2 s\n" +
          `claw: hint: running it again would run it twice: look with \`${look}\`\n`,
      );
      const again = await at.claw(["run", "morning beat"]);
      assert.equal(again.exit, 1);
      assert.equal(
        plain(again.stdout, at),
        "'morning beat' was not run: it is running already\nfollow it with: claw cron runs ID --watch\n",
      );
    });

    for (const [signal, number] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
      it(`${signal} ends the waiting, not the run`, async () => {
        await using at = await setUp({ protocol });
        at.come({ status: "ok", durationMs: 3_600_000 });
        const controller = new AbortController();
        const onStderr = (text: string) => {
          if (!text.endsWith(": running\n")) return;
          controller.abort(new ClawError("interrupted", "interrupted", { details: { signal } }));
        };
        const world = { interrupted: controller.signal, onStderr };
        const { exit, stderr } = await at.claw(["run", "morning beat", "--wait"], world);
        assert.equal(exit, number);
        const how = protocol === 4 ? "--run-id RUN --watch" : "--watch --limit 1";
        const progress = "claw: run RUN: queued\nclaw: run RUN: running\n";
        const told =
          `claw: error: interrupted: the run RUN goes on\nclaw: hint: follow it with \`claw cron runs ID ${how}\`\n`;
        assert.equal(plain(stderr, at), `${progress}${told}`);
        assert.ok(at.cron.find(at.job.id)?.state.runningAtMs !== undefined);
      });
    }

    it("--due does not run what is not due, and a disabled job runs when asked to", async () => {
      await using at = await setUp({ protocol });
      const off = at.add("switched off", { enabled: false });
      const due = await at.claw(["run", "switched off", "--due"]);
      assert.equal(due.exit, 1);
      assert.equal(
        due.stdout,
        `'switched off' was not run: it is not due\nsee when it is with: claw cron show ${off.id}\n`,
      );
      assert.equal((await at.claw(["run", "switched off", "--wait", "--quiet"])).exit, 0);
    });

    it("--dry-run sends nothing", async () => {
      await using at = await setUp({ protocol });
      const { exit, stdout } = await at.claw(["run", "morning beat", "--due", "--dry-run"]);
      assert.deepEqual([exit, plain(stdout, at)], [0, "would run 'morning beat' (ID) now, if it is due\n"]);
      assert.equal(at.asked(), 0);
    });

    it("refuses what makes no sense, and suggests the nearest name", async () => {
      await using at = await setUp({ protocol });
      assert.equal((await at.claw(["run", "morning beat", "--wait-timeout", "5s"])).exit, 64);
      assert.equal((await at.claw(["run", "morning beat", "--wait", "--wait-timeout", "5"])).exit, 64);
      const { exit, stderr } = await at.claw(["run", "mornin beat"]);
      assert.equal(exit, 65);
      assert.equal(
        stderr,
        "claw: error: there is no cron job 'mornin beat'\nclaw: hint: did you mean 'morning beat'?\n",
      );
    });
  });

  describe(`claw cron run, when connections are lost, protocol ${protocol}`, () => {
    /** Cuts at the answer to `cron.run`, or at the request itself; later connections are left alone. */
    const losing = (what: "answer" | "request"): (passing: Passing) => "pass" | "cut" => {
      let id: string | undefined;
      let isDone = false;
      return ({ from, frame }) => {
        if (isDone) return "pass";
        if (from === "client" && frame.method === "cron.run") id = frame.id;
        isDone = id !== undefined && (what === "request" || (from === "gateway" && frame.id === id));
        return isDone ? "cut" : "pass";
      };
    };

    it("finds the run whose answer was lost, and never asks twice", async () => {
      await using at = await setUp({ protocol, decide: losing("answer") });
      at.come({ status: "ok", durationMs: 300 });
      const { exit, stdout, stderr } = await at.claw(["run", "morning beat"]);
      assert.equal(exit, 0, stderr);
      assert.match(stdout, /^'morning beat' runs, or has run\nlook it up with: claw cron runs \S+( --run-id \S+)?\n$/);
      assert.match(
        stderr,
        /claw: warning: the gateway's answer was lost; its records show that the run took place once\n/,
      );
      assert.deepEqual([at.asked(), at.cron.runs({ id: at.job.id }).total], [1, 1]);
    });

    it("follows that run to its end with --wait", async () => {
      await using at = await setUp({ protocol, decide: losing("answer") });
      at.come({ status: "error", error: "no model", durationMs: 1_500 });
      const { exit, stdout } = await at.claw(["run", "morning beat", "--wait"]);
      assert.equal(exit, 1);
      assert.match(stdout, /^the run of 'morning beat' failed after 1\.5 s: no model\n$/);
      assert.equal(at.asked(), 1);
    });

    it("says 79 when the request itself may be lost, and how to look", async () => {
      await using at = await setUp({ protocol, decide: losing("request") });
      const { exit, stdout, stderr } = await at.claw(["run", "morning beat", "--quiet"]);
      assert.deepEqual([exit, stdout], [79, ""]);
      assert.match(
        plain(stderr, at),
        /^claw: error: cron.run was sent, but the gateway closed .*\nclaw: hint: look before you repeat it, with `claw cron runs ID`\n$/,
      );
      assert.deepEqual([at.asked(), at.cron.runs({ id: at.job.id }).total], [1, 0]);
    });

    it("says where to look when it is interrupted before the answer", async () => {
      const decide = ({ from, frame }: Passing) => from === "client" && frame.method === "cron.run" ? "drop" : "pass";
      await using at = await setUp({ protocol, decide });
      const controller = new AbortController();
      const running = at.claw(["run", "morning beat"], { interrupted: controller.signal });
      await eventually(() => at.asked() > 0 || undefined, "the request");
      controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }));
      const { exit, stderr } = await running;
      assert.equal(exit, 130);
      assert.match(
        plain(stderr, at),
        /may or may not have acted .*\nclaw: hint: look whether it runs with `claw cron runs ID`\n/,
      );
    });

    it("keeps to --timeout for the answer, and then looks", async () => {
      const decide = ({ from, frame }: Passing) =>
        from === "gateway" && frame.payload?.enqueued === true ? "drop" : "pass";
      await using at = await setUp({ protocol, decide });
      const { exit, stdout, stderr } = await at.claw(["run", "morning beat", "--wait", "--timeout", "8s"]);
      assert.equal(exit, 0, stderr);
      assert.match(stdout, /^the run of 'morning beat' succeeded/);
      assert.equal(at.asked(), 1);
    });

    it("goes on waiting over a lost connection", async () => {
      let cuts = 2;
      const decide = ({ from, frame }: Passing) =>
        from === "client" && frame.method === "cron.runs" && cuts-- > 0 ? "cut" : "pass";
      await using at = await setUp({ protocol, decide });
      at.come({ status: "ok", durationMs: 900 });
      const { exit, stderr } = await at.claw(["run", "morning beat", "--wait"]);
      assert.equal(exit, 0, stderr);
      assert.match(stderr, /claw: warning: .*connecting again\n/);
      assert.deepEqual([at.asked(), at.proxy.clients], [1, 3]);
    });
  });
}
