/**
 * A client that looks remote and so needs a person's approval. 2026.9.6 is made to trust a proxy on loopback, which names
 * a foreign address; 2026.3.13 goes by the Host header.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../support/binary.ts";
import { openOperator } from "../support/operator.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { setUpLabs } from "./lab.ts";

const labs = [
  ...setUpLabs({ only: "2026.3.13" }),
  // The same setting would make every client of 2026.3.13 a remote one.
  ...setUpLabs({ only: "2026.9.6", trustsProxy: true }),
];
const remoteHeaders = {
  "2026.3.13": { host: "gw.example.test" },
  "2026.9.6": { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" },
};

for (const lab of labs) {
  describe(`pairing with gateway ${lab.version}`, () => {
    it("event names the request and how to approve it, keeps to it, and is delivered once it is approved", async () => {
      const headers = remoteHeaders[lab.version];
      await using proxy = await startTcpProxy({ targetPort: lab.gateway.port, headers });
      using home = lab.home({
        OPENCLAW_CONFIG_PATH: "",
        CLAW_URL: `ws://127.0.0.1:${proxy.port}`,
        CLAW_TOKEN: lab.gateway.secret,
      });
      const first = await home.claw(["event", "x", "--json"]);
      assertExit(first, 77);
      const { code, details, hint } = envelopeOf(first).error ?? {};
      assert.equal(code, "auth/pairing-required");
      const requestId = String(details?.["requestId"]);
      assert.match(requestId, /^[0-9a-f-]{36}$/);
      assert.ok(hint?.includes(`openclaw devices approve ${requestId}`), hint);
      const again = await home.claw(["event", "x"]);
      assertExit(again, 77);
      assert.match(
        again.stderr,
        new RegExp(`^claw: error: .*pairing.*\nclaw: hint: .*openclaw devices approve ${requestId}`),
      );
      assert.equal(proxy.clients, 2, "one attempt a run");
      using operator = await openOperator(lab.gateway);
      await operator.call("device.pair.approve", { requestId });
      assertExit(await home.claw(["event", "x"]), 0);
    });
  });
}
