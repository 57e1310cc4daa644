import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openDeviceStage } from "../../support/device_stage.ts";
import { keyIdIn, tokenNames } from "../../support/key_files.ts";
import { createTestHome } from "../../support/world.ts";

describe("claw device import", () => {
  for (const format of ["pem", "openclaw"]) {
    it(`brings an exported key (${format}) and its tokens back, and keeps the key before`, async () => {
      await using stage = await openDeviceStage(4);
      const { home } = stage;
      const file = join(home.path, "key");
      await home.claw(["event", "x"]);
      const old = await stage.ownId();
      const tokens = tokenNames(home);
      assert.equal((await stage.run(["export", file, "--format", format])).exit, 0);
      await stage.run(["reset", "--yes"]);
      const between = await stage.ownId();
      const { exit, stdout, stderr } = await stage.run(["import", file, "--json"]);
      assert.equal(exit, 0, stderr);
      const { data } = JSON.parse(stdout);
      assert.deepEqual([data.status, data.deviceId, data.oldDeviceId], ["imported", old, between]);
      assert.deepEqual([keyIdIn(home, "device.json"), keyIdIn(home, "device.prev")], [old, between]);
      assert.deepEqual(tokenNames(home).filter((name) => name.endsWith(".json")), tokens);
      assert.match(stderr, /^claw: warning: a key that the official command line uses, too, leads to one approval/);
      assert.equal((await home.claw(["event", "x"], { env: { CLAW_TOKEN: "" } })).exit, 0, "its token lets it in");
      assert.equal((await stage.run(["verify"])).exit, 0);
      const again = await stage.run(["import", file]);
      assert.deepEqual([again.exit, again.stdout], [0, "this device has that very key already\n"]);
      assert.equal(keyIdIn(home, "device.prev"), between);
    });
  }

  it("brings back the key that a reset put aside, and its tokens", async () => {
    await using stage = await openDeviceStage(4);
    const { home } = stage;
    await home.claw(["event", "x"]);
    const old = await stage.ownId();
    const between = JSON.parse((await stage.run(["reset", "--yes", "--json"])).stdout).data;
    const { exit, stdout, stderr } = await stage.run(["import", between.previousKey, "--json"]);
    assert.equal(exit, 0, stderr);
    const { data } = JSON.parse(stdout);
    assert.deepEqual([data.deviceId, data.oldDeviceId], [old, between.deviceId]);
    assert.deepEqual([keyIdIn(home, "device.json"), keyIdIn(home, "device.prev")], [old, between.deviceId]);
    assert.equal((await home.claw(["event", "x"], { env: { CLAW_TOKEN: "" } })).exit, 0, "its token lets it in");
  });

  it("does not say that every gateway must approve what some may know", async () => {
    await using stage = await openDeviceStage(4);
    await stage.home.claw(["event", "x"]);
    const { previousKey } = JSON.parse((await stage.run(["reset", "--yes", "--json"])).stdout).data;
    await stage.home.claw(["event", "x"]);
    const { stdout } = await stage.run(["import", previousKey]);
    assert.doesNotMatch(stdout, /these gateways must approve/);
    assert.match(stdout, /\na gateway that does not know this device must approve it: claw device pair --wait\n/);
  });

  it("refuses what is OpenClaw's own, wherever links lead, unless it is told to", async () => {
    using home = createTestHome();
    const identity = join(home.path, ".openclaw/identity");
    mkdirSync(identity, { recursive: true });
    await home.claw(["event", "x", "--url", "ws://127.0.0.1:1"]);
    await home.claw(["device", "export", join(home.path, "key"), "--format", "openclaw"]);
    copyFileSync(join(home.path, "key"), join(identity, "device.json"));
    await home.claw(["device", "reset", "--yes"]);
    const before = keyIdIn(home, "device.json");
    symlinkSync(join(identity, "device.json"), join(home.path, "link"));
    symlinkSync(identity, join(home.path, "folder"));
    for (const path of [".openclaw/identity/device.json", "link", "folder/device.json"]) {
      const { exit, stderr } = await home.claw(["device", "import", join(home.path, path)]);
      assert.equal(exit, 65, path);
      assert.match(stderr, /is OpenClaw's own identity: a key that the official command line uses, too, leads to/);
    }
    assert.equal(keyIdIn(home, "device.json"), before);
    assert.equal((await home.claw(["device", "import", join(home.path, "link"), "--i-know"])).exit, 0);
    assert.notEqual(keyIdIn(home, "device.json"), before);
  });

  it("refuses what is no such key, is open to others or not there, and changes nothing", async () => {
    using home = createTestHome();
    await home.claw(["event", "x", "--url", "ws://127.0.0.1:1"]);
    const whole = readFileSync(join(home.path, ".config/claw/device.json"), "utf8");
    const file = join(home.path, "file");
    const damaged = whole.replace(/"createdAtMs":1/, '"createdAtMs":2');
    for (const text of ["", "{}", "x".repeat(100_000), damaged]) {
      writeFileSync(file, text, { mode: 0o600 });
      const { exit, stderr } = await home.claw(["device", "import", file]);
      assert.equal(exit, 65, stderr);
      assert.match(stderr, /file cannot be used: it (holds|is) .*\nclaw: hint: it takes an unencrypted Ed25519 key/);
    }
    chmodSync(file, 0o644);
    assert.equal((await home.claw(["device", "import", file])).exit, 78);
    assert.equal((await home.claw(["device", "import", join(home.path, "none")])).exit, 65);
    assert.equal((await home.claw(["device", "import", "-"])).exit, 64);
    for (const path of ["/dev/null", home.path]) {
      const { exit, stderr } = await home.claw(["device", "import", path]);
      assert.equal(exit, 65);
      assert.match(stderr, /is not a file\nclaw: hint: name a file that holds a key\n$/);
    }
    assert.equal(readFileSync(join(home.path, ".config/claw/device.json"), "utf8"), whole);
    assert.equal(keyIdIn(home, "device.prev"), undefined);
  });
});
