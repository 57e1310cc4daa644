import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lying, openDeviceStage } from "../../support/device_stage.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";

const admin = ["operator.admin", "operator.read"];

describe("claw device approve --yes", () => {
  it("approves nothing beyond --scopes, and recommends it where a request grows under the same id", async () => {
    await using stage = await openDeviceStage(3);
    const { requestId, device, deviceId } = await stage.ask();
    await stage.ask({ device, scopes: admin });
    const grown = await stage.run(["approve", requestId, "--yes", "--scopes", "read"]);
    assert.equal(grown.exit, 65);
    assert.match(grown.stderr, /error: request \S+ asks for more: admin: not approved\n/);
    assert.equal(stage.pairings.find(deviceId), undefined);
    const bare = await stage.run(["approve", requestId, "--yes"]);
    assert.equal(bare.exit, 0);
    assert.match(
      bare.stderr,
      /^claw: warning: gateway 2026\.3\.13 adds to a request that waits, under the same id: --scopes/,
    );
    assert.ok(stage.pairings.find(deviceId));
  });

  it("takes other roles without --scopes alone", async () => {
    for (const protocol of [3, 4] as const) {
      await using stage = await openDeviceStage(protocol);
      const { requestId } = await stage.ask({ role: "node", scopes: [] });
      const limited = await stage.run(["approve", requestId, "--yes", "--scopes", "read"]);
      assert.equal(limited.exit, 65);
      assert.match(limited.stderr, /asks for more: to be node: not approved\n/);
      const { exit, stderr } = await stage.run(["approve", requestId, "--yes"]);
      assert.equal(exit, 0, stderr);
    }
  });

  it("warns when this device's own token was given more for it", async () => {
    await using stage = await openDeviceStage(4);
    await stage.run(["list"]);
    const { requestId } = await stage.ask({ scopes: admin });
    const { exit, stderr } = await stage.run(["approve", requestId, "--yes"]);
    assert.equal(exit, 0, stderr);
    assert.match(
      stderr,
      /^claw: warning: for that, this device's own token was given admin, read, too, and keeps it: /,
    );
  });

  it("warns of roles that were not shown, and shows no token of the answer", async () => {
    await using stage = await openDeviceStage(4);
    const { requestId } = await stage.ask();
    const leak = "leaked-secret-0123456789";
    await using proxy = await startTcpProxy(
      lying(stage.gateway.port, "device.pair.approve", (payload) => ({
        ...payload,
        device: { ...payload.device, roles: ["operator", "node"], deviceToken: leak },
      })),
    );
    const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
    const { exit, stdout, stderr } = await stage.run(["approve", requestId, "--yes", "--json"], { env });
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /warning: the gateway approved more than was shown: the role node; take it back with /);
    assert.ok(!(stdout + stderr).includes(leak));
  });
});
