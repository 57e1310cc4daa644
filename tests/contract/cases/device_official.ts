/**
 * Side by side with the official command line: each approves the other, where the other asks.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../../support/binary.ts";
import { deviceLabs, openRemoteWay, remoteHome } from "./device_labs.ts";

for (const lab of deviceLabs) {
  describe(`devices beside the official command line at gateway ${lab.version}`, () => {
    // With a shared token on a loopback address that of 2026.9.6 presents no device, so there is nothing to approve.
    const title = lab.protocol === 3 ? "claw approves it" : "it presents no device, and claw lists none for it";
    it(title, async () => {
      await using way = await openRemoteWay(lab);
      using home = lab.home();
      const words = ["cron", "list", "--json", "--url", `ws://127.0.0.1:${way.port}`, "--token", lab.gateway.secret];
      const complaint = lab.protocol === 3 ? /pairing required/ : /missing scope: operator\.read/;
      await assert.rejects(lab.gateway.cli(...words), complaint);
      const { pending } = envelopeOf(await home.claw(["device", "list", "--json"])).data;
      if (lab.protocol === 4) return assert.deepEqual(pending, []);
      assert.equal(pending.length, 1);
      const [{ requestId }] = pending;
      assertExit(await home.claw(["device", "approve", requestId, "--yes", "--scopes", "admin,pairing,approvals"]), 0);
      assert.ok(JSON.parse(await lab.gateway.cli(...words)).jobs);
    });

    it("it approves claw", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      const asked = await remote.claw(["event", "x", "--json"]);
      assertExit(asked, 77);
      const requestId = String(envelopeOf(asked).error?.details?.["requestId"]);
      await lab.gateway.cli("devices", "approve", requestId);
      assertExit(await remote.claw(["event", "x"]), 0);
    });
  });
}
