/**
 * `claw device pair`: a device that comes from afar waits for a decision, and gets it from claw, from the official
 * command line, or is refused.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, type BinaryHome, envelopeOf } from "../../support/binary.ts";
import { eventually } from "../../support/eventually.ts";
import { deviceLabs, openRemoteWay, remoteHome } from "./device_labs.ts";

for (const lab of deviceLabs) {
  describe(`claw device pair at gateway ${lab.version}`, () => {
    it("waits with one request, and is let in when claw approves it", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      const requestId = await askOnce(remote);
      const waiting = remote.claw(["device", "pair", "--wait", "--json"]);
      const before = way.clients;
      await eventually(() => way.clients >= before + 2 || undefined, "it asks again", 20_000);
      assert.equal(await askOnce(remote), requestId, "asking again makes no other request");
      assertExit(await home.claw(["device", "approve", requestId, "--yes"]), 0);
      const run = await waiting;
      assertExit(run, 0);
      const [pending, paired] = run.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).data);
      assert.deepEqual([pending.requestId, paired.status, paired.isTokenStored], [requestId, "paired", true]);
      assertExit(await remote.claw(["event", "x"], { env: { CLAW_TOKEN: "" } }), 0);
      const again = await remote.claw(["device", "pair", "--json"]);
      assert.equal(envelopeOf(again).data.status, "already-paired");
      // Gateways forget the name of who does not say it.
      const { paired: devices } = envelopeOf(await home.claw(["device", "list", "--json"])).data;
      const there = devices.find(({ deviceId }: { deviceId: string }) => deviceId === envelopeOf(again).data.deviceId);
      assert.equal(there.displayName, "from afar");
    });

    it("waits, and is let in when the official command line approves it", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      const requestId = await askOnce(remote);
      const waiting = remote.claw(["device", "pair", "--wait"]);
      await lab.gateway.cli("devices", "approve", requestId);
      assertExit(await waiting, 0);
    });

    it("stops when it is rejected while it waits", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      const requestId = await askOnce(remote);
      const before = way.clients;
      const waiting = remote.claw(["device", "pair", "--wait"]);
      await eventually(() => way.clients > before || undefined, "it asks");
      assertExit(await home.claw(["device", "reject", requestId]), 0);
      const run = await waiting;
      assertExit(run, 77);
      assert.match(run.stderr, /was rejected, or replaced by another wish of this device/);
    });

    it("asks for more without the gateway's secret where the gateway hears it", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      assertExit(await home.claw(["device", "approve", await askOnce(remote, "read"), "--yes"]), 0);
      assertExit(await remote.claw(["device", "pair", "--scopes", "read"]), 0);
      const noSecret = { env: { CLAW_TOKEN: "" } };
      const waiting = remote.claw(["device", "pair", "--scopes", "write", "--wait"], noSecret);
      if (lab.protocol === 3) return assertExit(await waiting, 77);
      const { deviceId } = envelopeOf(await remote.claw(["device", "show", "--json"])).data;
      const requestId = await eventually(async () => {
        const { pending } = envelopeOf(await home.claw(["device", "list", "--json"])).data;
        return pending.find((request: { deviceId: string }) => request.deviceId === deviceId)?.requestId;
      }, "the request is there");
      assertExit(await home.claw(["device", "approve", String(requestId), "--yes"]), 0);
      assertExit(await waiting, 0);
      assertExit(await remote.claw(["event", "x"], noSecret), 0);
    });

    it("asks for more with the gateway's secret, and waits with the request that connecting made", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      assertExit(await home.claw(["device", "approve", await askOnce(remote, "read"), "--yes"]), 0);
      assertExit(await remote.claw(["device", "pair", "--scopes", "read"]), 0);
      const requestId = await askOnce(remote, "write");
      const waiting = remote.claw(["device", "pair", "--scopes", "write", "--wait", "--json"]);
      const before = way.clients;
      await eventually(() => way.clients > before || undefined, "it asks");
      assertExit(await home.claw(["device", "approve", requestId, "--yes"]), 0);
      const run = await waiting;
      assertExit(run, 0);
      assert.equal(JSON.parse(run.stdout.split("\n")[0] ?? "").data.requestId, requestId);
      assertExit(await remote.claw(["event", "x"], { env: { CLAW_TOKEN: "" } }), 0);
    });
  });
}

async function askOnce(remote: BinaryHome, scopes = "write"): Promise<string> {
  const run = await remote.claw(["device", "pair", "--scopes", scopes, "--name", "from afar", "--json"]);
  assertExit(run, 77);
  return String(envelopeOf(run).data.requestId);
}
