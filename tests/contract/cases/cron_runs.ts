/**
 * Runs: by the clock, by request, followed to their end. 2026.9.6 runs no more than five heartbeats a minute, so few of
 * these wake the main session.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, type BinaryHome, envelopeOf } from "../../support/binary.ts";
import { eventually } from "../../support/eventually.ts";
import { mark } from "../mark.ts";
import { cronLabs } from "./cron_labs.ts";

for (const lab of cronLabs) {
  describe(`cron runs at gateway ${lab.version}`, () => {
    it("a job for two seconds from now fires by itself, and its run is found", async () => {
      using home = lab.home();
      const text = mark();
      const added = await home.claw([
        "cron",
        "add",
        "--name",
        text,
        "--at",
        "+2s",
        "--keep-after-run",
        "--system-event",
        text,
      ]);
      assertExit(added, 0);
      const entries = await eventually(
        async () => {
          const { runs } = envelopeOf(await home.claw(["cron", "runs", text, "--json"])).data;
          return runs.length > 0 ? runs : undefined;
        },
        "its run",
        30_000,
      );
      assert.equal(entries[0].status, "ok", JSON.stringify(entries));
      assert.match((await home.claw(["cron", "runs", text])).stdout, /\bok\b/);
    });

    it("run --wait ends with 0 when a system event's run succeeded, by a name too", async () => {
      using home = lab.home();
      const name = await add(home, ["--system-event", "hello", "--wake", "next-heartbeat"]);
      const run = await home.claw(["cron", "run", name, "--wait", "--wait-timeout", "60s"], { killAfterMs: 90_000 });
      assertExit(run, 0);
      assert.match(run.stdout, /succeeded/);
      assertExit(await home.claw(["cron", "run", name, "--wait", "--json"]), 0);
      assert.equal(envelopeOf(await home.claw(["cron", "runs", name, "--json"])).data.runs.length, 2);
    });

    it("run --wait ends with 0 when an agent's turn succeeded", async () => {
      using home = lab.home();
      const answer = mark();
      lab.provider.answer(answer);
      const name = await add(home, ["--message", "hi", "--no-deliver"]);
      const run = await home.claw(["cron", "run", name, "--wait"], { killAfterMs: 120_000 });
      lab.provider.answer("HEARTBEAT_OK");
      assertExit(run, 0);
      assert.ok(run.stdout.includes(answer), run.stdout);
    });

    it("run --wait ends with 1 and the gateway's reason when the run failed", async () => {
      using home = lab.home();
      lab.provider.answer(400);
      const name = await add(home, ["--message", "hi", "--no-deliver"]);
      const run = await home.claw(["cron", "run", name, "--wait"], { killAfterMs: 120_000 });
      lab.provider.answer("HEARTBEAT_OK");
      assertExit(run, 1);
      assert.match(run.stdout, / failed after .*: .*(the stub fails as asked|LLM request failed)/);
      const failed = envelopeOf(await home.claw(["cron", "runs", name, "--status", "error", "--json"])).data.runs;
      assert.equal(failed.length, 1);
      const { findings } = envelopeOf(await home.claw(["cron", "doctor", "--json"])).data;
      const found = findings.filter(({ jobName }: { jobName?: string }) => jobName === name);
      assert.equal(found.length, 1, "the doctor finds it, and says it once");
      assert.equal(envelopeOf(await home.claw(["cron", "runs", name, "--status", "ok", "--json"])).data.runs.length, 0);
    });

    it("run without --wait prints the run's id and how to look it up, and ends at once", async () => {
      using home = lab.home();
      const name = await add(home, ["--system-event", "hello", "--wake", "next-heartbeat"]);
      const run = await home.claw(["cron", "run", name, "--json"]);
      assertExit(run, 0);
      assert.match(envelopeOf(run).data.runId, /^manual:/);
    });

    it("run --due of a job that is not due ends with 1, and says so", async () => {
      using home = lab.home();
      const name = await add(home, ["--system-event", "hello"]);
      const run = await home.claw(["cron", "run", name, "--due"]);
      assertExit(run, 1);
      assert.match(run.stdout, /not due/);
    });

    it("a disabled job runs when asked to", async () => {
      using home = lab.home();
      const name = await add(home, ["--system-event", "hello", "--wake", "next-heartbeat", "--disabled"]);
      assertExit(await home.claw(["cron", "run", name, "--wait"], { killAfterMs: 90_000 }), 0);
    });

    it("Ctrl-C while waiting leaves the run alone, and says how to follow it", async () => {
      using home = lab.home();
      const { promise, resolve } = Promise.withResolvers<string>();
      lab.provider.answer(promise);
      const name = await add(home, ["--message", "slow", "--no-deliver"]);
      const run = home.start(["cron", "run", name, "--wait"], { killAfterMs: 120_000 });
      await eventually(() => /run \S+: running/.test(run.output.stderr) || undefined, "the run to begin", 60_000);
      run.kill("SIGINT");
      const ended = await run.ended;
      assertExit(ended, 130);
      const [, command = ""] = /follow it with `claw (.+)`/.exec(ended.stderr) ?? assert.fail(ended.stderr);
      const following = home.start(command.split(" "), { killAfterMs: 60_000 });
      resolve("done");
      lab.provider.answer("HEARTBEAT_OK");
      await eventually(
        async () => {
          const { runs } = envelopeOf(await home.claw(["cron", "runs", name, "--json"])).data;
          return runs.length === 1 || undefined;
        },
        "the run to end by itself",
        60_000,
      );
      await eventually(() => following.output.stdout.includes(name) || undefined, "the follower to tell of it", 30_000);
      // Where runs have names, what follows one ends with it.
      if (command.includes("--run-id")) assertExit(await following.ended, 0);
      else following.kill("SIGINT");
      await following.ended;
    });
  });
}

/** A job that does not fire for an hour. @returns its name */
async function add(home: BinaryHome, flags: readonly string[]): Promise<string> {
  const name = mark();
  assertExit(await home.claw(["cron", "add", "--name", name, "--every", "1h", ...flags]), 0);
  return name;
}
