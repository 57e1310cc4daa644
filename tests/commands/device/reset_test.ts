import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openDeviceStage } from "../../support/device_stage.ts";
import { keyIdIn, tokenNames } from "../../support/key_files.ts";
import { createTestHome } from "../../support/world.ts";

describe("claw device reset", () => {
  it("makes another device, keeps key and tokens of the old one, and says what is to be done", async () => {
    await using stage = await openDeviceStage(4);
    const { home } = stage;
    await home.claw(["event", "x"]);
    const old = await stage.ownId();
    const { exit, stdout, stderr } = await stage.run(["reset", "--yes", "--json"]);
    assert.equal(exit, 0, stderr);
    const { data } = JSON.parse(stdout);
    assert.deepEqual([data.status, data.oldDeviceId, data.gateways], ["reset", old, [stage.gateway.url]]);
    assert.equal(data.deviceId, await stage.ownId());
    assert.notEqual(data.deviceId, old);
    assert.deepEqual([keyIdIn(home, "device.json"), keyIdIn(home, "device.prev")], [data.deviceId, old]);
    assert.deepEqual(tokenNames(home), [old]);
    assert.equal((await stage.run(["verify"])).exit, 0);
    assert.equal((await home.claw(["event", "x"])).exit, 0, "the gateway pairs it anew");
    const again = await stage.run(["reset", "--yes"]);
    assert.ok(again.stdout.includes(`claw device remove ${data.deviceId}\n`), again.stdout);
    assert.ok(again.stdout.includes("these gateways must approve this device anew: claw device pair --wait\n"));
    assert.deepEqual(tokenNames(home), [old, data.deviceId].sort());
  });

  it("asks first, and needs a terminal or --yes for that", async () => {
    await using stage = await openDeviceStage(4);
    await stage.home.claw(["event", "x"]);
    const old = await stage.ownId();
    const unasked = await stage.run(["reset"]);
    assert.equal(unasked.exit, 64);
    const no = await stage.run(["reset"], { isTty: true, stdin: "n\n" });
    assert.deepEqual([no.exit, no.stdout], [1, "kept the key\n"]);
    assert.equal(await stage.ownId(), old);
    assert.equal((await stage.run(["reset"], { isTty: true, stdin: "y\n" })).exit, 0);
    assert.notEqual(await stage.ownId(), old);
  });

  it("makes no key where there is none, and replaces one that is damaged", async () => {
    using home = createTestHome();
    const nothing = await home.claw(["device", "reset", "--yes"]);
    assert.deepEqual([nothing.exit, nothing.stdout.slice(0, 21)], [0, "there is no key yet: "]);
    assert.equal(keyIdIn(home, "device.json"), undefined);
    await home.claw(["event", "x", "--url", "ws://127.0.0.1:1"]);
    writeFileSync(join(home.path, ".config/claw/device.json"), "{}");
    const { exit, stdout } = await home.claw(["device", "reset", "--yes"]);
    assert.equal(exit, 0);
    assert.match(stdout, /\nold key {2}\S+device\.prev\n/);
    assert.match(stdout, /\na gateway that knew the old one must approve this device anew: claw device pair --wait\n$/);
    assert.equal((await home.claw(["device", "verify"])).exit, 0);
  });
});
