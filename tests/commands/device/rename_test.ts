import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { losingAnswer, openDeviceStage } from "../../support/device_stage.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";

describe("claw device rename", () => {
  it("gives a label, by which every verb knows the device", async () => {
    await using stage = await openDeviceStage(4);
    const { deviceId } = await stage.pair({ displayName: "Phone" });
    const { exit, stdout } = await stage.run(["rename", deviceId.slice(0, 6), " kitchen pi "]);
    assert.equal(exit, 0);
    assert.equal(stdout, `device ${deviceId.slice(0, 8)} is called 'kitchen pi' now\n`);
    assert.equal(stage.pairings.find(deviceId)?.operatorLabel, "kitchen pi");
    const again = await stage.run(["rename", "kitchen pi", "kitchen pi"]);
    assert.match(again.stdout, /^'kitchen pi' \(\w{8}\) is called so already\n$/);
    assert.match((await stage.run(["list"])).stdout, /^kitchen pi {2}/m);
    assert.match((await stage.run(["remove", "kitchen", "--yes"])).stderr, /hint: did you mean 'kitchen pi'\?\n$/);
  });

  it("takes no label that names another device, reads like an id, or is no label", async () => {
    await using stage = await openDeviceStage(4);
    const [one, two] = [await stage.pair(), await stage.pair()];
    await stage.run(["rename", one.deviceId, "desk"]);
    for (
      const [label, complaint] of [
        ["desk", /is called 'desk' already/],
        [one.deviceId.slice(0, 8), /reads like the beginning of an id\nclaw: hint: use a word/],
        ["x".repeat(65), /at most 64 characters, and this one 65/],
        ["  ", /needs a character that can be seen/],
      ] as const
    ) {
      const { exit, stderr } = await stage.run(["rename", two.deviceId, label]);
      assert.equal(exit, 65, label);
      assert.match(stderr, complaint);
    }
    assert.equal(stage.pairings.find(two.deviceId)?.operatorLabel, undefined);
  });

  it("sends nothing with --dry-run, and finds out what became of a lost answer", async () => {
    await using stage = await openDeviceStage(4);
    const { deviceId } = await stage.pair();
    const dry = await stage.run(["rename", deviceId, "desk", "--dry-run"]);
    assert.match(dry.stdout, /^would call \w{8} 'desk', and sent nothing\n$/);
    assert.equal(stage.pairings.find(deviceId)?.operatorLabel, undefined);
    await using proxy = await startTcpProxy(losingAnswer(stage.gateway.port, "device.pair.rename"));
    const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
    const { exit, stderr } = await stage.run(["rename", deviceId, "desk"], { env });
    assert.equal(exit, 0, stderr);
    assert.match(stderr, /the gateway shows that it is done\n$/);
  });

  it("says that 2026.3.13 keeps no labels", async () => {
    await using stage = await openDeviceStage(3);
    const { deviceId } = await stage.pair();
    const { exit, stderr } = await stage.run(["rename", deviceId, "desk"]);
    assert.equal(exit, 65);
    assert.match(stderr, /^claw: error: gateway 2026\.3\.13 \(protocol 3\) does not know device\.pair\.rename\n/);
  });
});
