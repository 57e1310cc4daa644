/**
 * 2026.9.6 locks an address out after ten failed logins within a minute, unless it is on loopback. 2026.3.13 does so
 * only when it is configured.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, createBinaryHome } from "../support/binary.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { setUpLabs } from "./lab.ts";

for (const lab of setUpLabs({ only: "2026.9.6", trustsProxy: true })) {
  describe(`a lockout of gateway ${lab.version}`, () => {
    it("is remembered for as long as the gateway says, and the gateway is not dialled meanwhile", async () => {
      const headers = { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" };
      await using proxy = await startTcpProxy({ targetPort: lab.gateway.port, headers });
      using home = createBinaryHome({ CLAW_URL: `ws://127.0.0.1:${proxy.port}`, CLAW_TOKEN: "wrong" });
      const runs = [];
      for (let run = 0; run < 12 && runs.at(-1)?.exit !== 75; run++) runs.push(await home.claw(["event", "x"]));
      const last = runs.at(-1);
      assert.ok(last !== undefined);
      assertExit(last, 75);
      assert.doesNotMatch(last.stderr, /not dialled/);
      const { clients } = proxy;
      const again = await home.claw(["event", "x", "--retry", "30s"]);
      assertExit(again, 75);
      assert.match(again.stderr, /^claw: error: not dialled: .* asked to wait until \d{4}-\d\d-\d\dT[\d:]+Z/);
      assert.equal(proxy.clients, clients);
    });
  });
}
