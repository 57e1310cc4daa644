/**
 * A gateway that is not there, comes back, or is only just starting. One gateway of each generation, without a model,
 * stopped and started again in the course of the tests.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../support/binary.ts";
import { eventually } from "../support/eventually.ts";
import { freePort, isListening } from "../support/sockets.ts";
import { hasAnswer } from "../support/trace.ts";
import { setUpLabs } from "./lab.ts";
import { mark } from "./mark.ts";

for (const lab of setUpLabs()) {
  describe(`a restart of gateway ${lab.version}`, () => {
    it("event --verify exits 1 when the agent has no model", async () => {
      using home = lab.home();
      const run = await home.claw(["event", mark(), "--now", "--verify"]);
      assertExit(run, 1);
      // 2026.3.13 takes its own complaint for the agent's answer, which then has no target.
      const why = lab.protocol === 3
        ? "its answer was not delivered: target-none"
        : "the heartbeat failed: agent-runner-failure";
      assert.equal(run.stdout, `accepted, but ${why}\n`);
    });

    it("event at a port where nobody listens fails at once, and says so", async () => {
      using home = lab.home();
      const port = await freePort();
      const run = await home.claw(["event", "x", "--port", String(port), "--json"]);
      assertExit(run, 69);
      const { code, message, hint } = envelopeOf(run).error ?? {};
      assert.equal(code, "net/unreachable");
      assert.equal(message, `nothing listens on 127.0.0.1:${port} (connection refused)`);
      assert.match(hint ?? "", /is the gateway running there\?/);
      assert.ok(run.wallMs < 2_000, `${run.wallMs} ms`);
    });

    it("event ends by itself, and never as a success that was none, while the gateway stops", async () => {
      using home = lab.home();
      assertExit(await home.claw(["event", "brings a device token home"]), 0);
      const watching = home.start(["event", "x", "--verify", "--trace", "trace"]);
      await eventually(() => hasAnswer(join(home.path, "trace")) || undefined, "the event's answer");
      let hasStopped = false;
      const stopping = lab.gateway.stop().then(() => (hasStopped = true));
      const exits = new Set<number | undefined>();
      while (!hasStopped) exits.add((await home.claw(["event", "x", "--timeout", "3s"])).exit);
      await stopping;
      const watched = await watching.ended;
      assertExit(watched, 1);
      const restart = "the gateway closed the connection (1012: service restart)";
      assert.equal(watched.stdout, `accepted, but no heartbeat was seen: ${restart}\n`);
      const refused = await home.claw(["event", "x"]);
      assertExit(refused, 69);
      assert.ok(refused.wallMs < 2_000, `${refused.wallMs} ms`);
      assert.deepEqual([...exits].filter((exit) => ![0, 69, 79].includes(exit ?? -1)), []);
    });

    it("event waits for a gateway that comes back with --retry, and for one that is starting in any case", async () => {
      using home = lab.home();
      const absent = home.claw(["event", mark(), "--retry", "60s"], { killAfterMs: 90_000 });
      const starting = lab.gateway.start();
      await eventually(async () => await isListening(lab.gateway.port) || undefined, "the port", 120_000);
      const early = await home.claw(["event", mark(), "--verbose", "--timeout", "30s"]);
      await starting;
      assertExit(early, 0);
      // 2026.3.13 opens its port when it is ready.
      if (lab.protocol === 4) assert.match(early.stderr, /^claw: note: .*gateway starting.*: trying again in/);
      assertExit(await absent, 0);
    });
  });
}
