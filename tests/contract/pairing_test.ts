/**
 * A client that looks remote and so needs a person's approval.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../support/binary.ts";
import { openOperator } from "../support/operator.ts";
import { deviceLabs, openRemoteWay, remoteHome } from "./cases/device_labs.ts";

for (const lab of deviceLabs) {
  describe(`pairing with gateway ${lab.version}`, () => {
    it("event names the request and how to approve it, keeps to it, and is delivered once it is approved", async () => {
      await using way = await openRemoteWay(lab);
      using home = remoteHome(lab, way);
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
      assert.equal(way.clients, 2, "one attempt a run");
      using operator = await openOperator(lab.gateway);
      await operator.call("device.pair.approve", { requestId });
      assertExit(await home.claw(["event", "x"]), 0);
    });
  });
}
