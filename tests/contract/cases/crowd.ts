/**
 * Many runs at once, as cron fires them: the very first ones, which have to agree on one identity, and runs that need
 * different scopes of one token. 2026.9.6 admits 32 newcomers at a time and sends the others away for a moment.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, type BinaryHome, envelopeOf } from "../../support/binary.ts";
import { openOperator } from "../../support/operator.ts";
import { paramsSent, readTrace } from "../../support/trace.ts";
import { peacefulLabs } from "./peaceful_labs.ts";

for (const lab of peacefulLabs) {
  describe(`a crowd at gateway ${lab.version}`, () => {
    it("a hundred first runs at once make one identity, and deliver a hundred events", async () => {
      using home = lab.home();
      const numbers = Array.from({ length: 100 }, (_, at) => at);
      const runs = await Promise.all(
        numbers.map((at) =>
          home.claw(["event", `crowd ${at}`, "--timeout", "60s", "--trace", `trace-${at}`], { killAfterMs: 90_000 })
        ),
      );
      for (const run of runs) assertExit(run, 0);
      const traces = numbers.map((at) => readTrace(join(home.path, `trace-${at}`)));
      const devices = new Set(traces.flatMap((trace) => paramsSent(trace, "connect")).map(({ device }) => device.id));
      const wakes = traces.flatMap((trace) => paramsSent(trace, "wake")).map(({ text }) => text);
      assert.equal(devices.size, 1);
      assert.equal(wakes.length, 100);
      assert.deepEqual(wakes.toSorted(), numbers.map((at) => `crowd ${at}`).toSorted());
      await assertPairedOnce(home);
      assert.deepEqual(leftovers(home.path), []);
      await assertTokenWorks(home);
    });

    it("runs that need different scopes at once all get through, and end with one token that works", async () => {
      using home = lab.home();
      const runs = await Promise.all(
        Array.from({ length: 20 }, (_, at) => home.claw(at % 2 === 0 ? ["status"] : ["event", `mixed ${at}`])),
      );
      for (const run of runs) assertExit(run, 0);
      assertExit(await home.claw(["status"]), 0);
      assertExit(await home.claw(["event", "afterwards"]), 0);
      await assertTokenWorks(home);
    });

    /** The gateway knows this device once, and nothing of it is left waiting. */
    async function assertPairedOnce(home: BinaryHome): Promise<void> {
      const { deviceId } = envelopeOf(await home.claw(["whoami", "--json"])).data;
      using operator = await openOperator(lab.gateway);
      const { paired, pending } = await operator.call("device.pair.list");
      const ours = (list: { deviceId: string }[]) => list.filter((entry) => entry.deviceId === deviceId).length;
      assert.deepEqual([ours(paired), ours(pending)], [1, 0]);
    }

    /** Without the shared secret. */
    async function assertTokenWorks(home: BinaryHome): Promise<void> {
      const env = { OPENCLAW_CONFIG_PATH: "", CLAW_URL: lab.gateway.url };
      assertExit(await home.claw(["event", "with the token alone"], { env }), 0);
    }
  });
}

function leftovers(home: string): readonly string[] {
  return readdirSync(home, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tmp"));
}
