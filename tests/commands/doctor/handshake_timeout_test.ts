/**
 * The report that began it all, `gateway closed (1000): no close reason`: a gateway whose own handshake timer ran out
 * while its event loop was busy. Both generations say it alike; only its age tells them apart.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createFastClock } from "../../support/clock.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";
import { createTestHome } from "../../support/world.ts";

describe("claw doctor and a handshake that the gateway gave up", () => {
  for (const [protocol, words] of [[3, "3 s"], [4, "15 s"]] as const) {
    it(`knows the timer of ${words} by the age of its bare 1000, on protocol ${protocol}`, async () => {
      const clock = createFastClock(20);
      await using gateway = await openSocketGateway({ protocol, clock });
      // The gateway never reads connect, as when it is busy.
      await using between = await startTcpProxy({
        targetPort: gateway.port,
        decide: ({ from, frame }) => from === "client" && frame.method === "connect" ? "drop" : "pass",
      });
      using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${between.port}`, CLAW_TOKEN: gateway.secret });
      const run = await home.claw(["doctor", "--json"], { clock });
      assert.equal(run.exit, 1, run.stdout);
      const { findings, closeCode } = JSON.parse(run.stdout).data;
      assert.equal(closeCode, 1000);
      assert.deepEqual(findings.map(({ id }: { id: string }) => id), ["HS-TIMEOUT"]);
      assert.ok(findings[0].cause.includes(`it gives up after ${words},`), findings[0].cause);
      assert.equal(between.clients, 1, "it tries nothing twice");
    });
  }
});
