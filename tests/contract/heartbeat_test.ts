/**
 * `claw event --verify`: what it says must be what the agent did. The model is ours, so the test knows. A gateway of its
 * own, since 2026.9.6 puts off the sixth run within a minute.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../support/binary.ts";
import { eventually } from "../support/eventually.ts";
import { hasAnswer } from "../support/trace.ts";
import { setUpLabs } from "./lab.ts";
import { mark } from "./mark.ts";

for (const lab of setUpLabs({ hasModel: true })) {
  describe(`event --verify at gateway ${lab.version}`, () => {
    const isOld = lab.protocol === 3;

    it("event --verify says that the heartbeat ran when the agent answers that all is well", async () => {
      using home = lab.home();
      lab.provider.answer("HEARTBEAT_OK");
      const text = mark();
      const run = await home.claw(["event", text, "--now", "--verify"]);
      assertExit(run, 0);
      assert.equal(run.stdout, `heartbeat ran: ${isOld ? "ok-token" : "ok-empty"}\n`);
      assert.ok(lab.provider.prompts.some((prompt) => prompt.includes(text)), "the agent had it by then");
    });

    it("event --verify says that an answer went nowhere when heartbeats have no target", async () => {
      using home = lab.home();
      lab.provider.answer(`the disk is full ${mark()}`);
      const run = await home.claw(["event", mark(), "--now", "--verify"]);
      assertExit(run, 1);
      assert.equal(run.stdout, `accepted, but its answer was not delivered: ${isOld ? "target-none" : "no-route"}\n`);
    });

    it("event --verify says that the run failed when the model does", async () => {
      using home = lab.home();
      lab.provider.answer(400);
      const run = await home.claw(["event", mark(), "--now", "--verify", "--json"]);
      assertExit(run, 1);
      const { ok, data: { status, heartbeat: { verdict, reason } } } = envelopeOf(run);
      // 2026.3.13 takes the model's complaint for the agent's answer, which then has no target.
      const expected = isOld ? ["skipped", "target-none"] : ["failed", "agent-runner-failure"];
      assert.deepEqual([ok, status, verdict, reason], [true, "delivered", ...expected]);
    });

    it("event --verify takes no run for proof that began before the event came", async () => {
      using home = lab.home();
      const [first, second] = [mark(), mark()];
      let release = (_answer: string) => {};
      lab.provider.answer(new Promise((resolve) => (release = resolve)));
      assertExit(await home.claw(["event", first, "--now"]), 0);
      await lab.provider.heard(first);
      const waiting = home.claw(["event", second, "--now", "--verify", "--trace", "trace"]);
      await eventually(() => hasAnswer(join(home.path, "trace")) || undefined, "the second event's answer");
      release("HEARTBEAT_OK");
      lab.provider.answer("HEARTBEAT_OK");
      const run = await waiting;
      assertExit(run, 0);
      assert.ok(lab.provider.prompts.some((prompt) => prompt.includes(second)), "the agent had it by then");
    });

    it("event --verify gives up after --verify-timeout, and says that the event was accepted", async () => {
      using home = lab.home();
      let release = (_answer: string) => {};
      lab.provider.answer(new Promise((resolve) => (release = resolve)));
      const run = await home.claw(["event", mark(), "--now", "--verify", "--verify-timeout", "2s"]);
      release("HEARTBEAT_OK");
      lab.provider.answer("HEARTBEAT_OK");
      assertExit(run, 1);
      assert.equal(run.stdout, "accepted, but no heartbeat was seen in time\n");
      assert.ok(run.wallMs < 3_500, `${run.wallMs} ms`);
    });
  });
}
