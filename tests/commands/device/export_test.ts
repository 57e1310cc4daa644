import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseKeyText } from "../../../src/identity/key_formats.ts";
import { deviceIdOf, fromBase64url } from "../../../src/identity/keypair.ts";
import { keyIdIn } from "../../support/key_files.ts";
import { createTestHome, type TestHome } from "../../support/world.ts";

async function homeWithKey(): Promise<TestHome> {
  const home = createTestHome();
  await home.claw(["event", "x", "--url", "ws://127.0.0.1:1"]);
  return home;
}

describe("claw device export", () => {
  it("writes a new file that its owner alone may read, in either form, and shows nothing of the key", async () => {
    using home = await homeWithKey();
    const id = keyIdIn(home, "device.json");
    const { privateKey } = JSON.parse(readFileSync(join(home.path, ".config/claw/device.json"), "utf8"));
    for (const format of ["pem", "openclaw"]) {
      const path = join(home.path, `key.${format}`);
      const { exit, stdout, stderr } = await home.claw(["device", "export", path, "--format", format, "--json"]);
      assert.equal(exit, 0, stderr);
      assert.deepEqual(JSON.parse(stdout).data, { status: "exported", deviceId: id, path, format });
      assert.equal(statSync(path).mode & 0o777, 0o600);
      const key = await parseKeyText(readFileSync(path, "utf8"), path);
      assert.equal(key.privateKey, privateKey);
      assert.equal(await deviceIdOf(fromBase64url(key.publicKey)), id);
      const body = /KEY-----\\?n?\s*([^-\\\s]+)/.exec(readFileSync(path, "utf8"))?.[1] ?? "none";
      for (const secret of [privateKey, body]) assert.ok(!(stdout + stderr).includes(secret));
      assert.equal(/one approval after the other/.test(stderr), format === "openclaw");
    }
  });

  it("overwrites nothing, follows no link, and writes to no terminal", async () => {
    using home = await homeWithKey();
    const taken = join(home.path, "taken");
    const link = join(home.path, "link");
    writeFileSync(taken, "mine");
    symlinkSync(join(home.path, "elsewhere"), link);
    for (const [path, code] of [[taken, 65], [link, 65], ["/dev/stdout", 65], ["/dev/tty", 65], ["-", 64]] as const) {
      const { exit, stdout } = await home.claw(["device", "export", path]);
      assert.deepEqual([exit, stdout], [code, ""], path);
    }
    assert.equal(readFileSync(taken, "utf8"), "mine");
    assert.deepEqual(readdirSync(home.path).sort(), [".config", "link", "taken"]);
  });

  it("leaves OpenClaw's identity alone, wherever links lead, unless it is told to", async () => {
    using home = await homeWithKey();
    const identity = join(home.path, ".openclaw/identity");
    mkdirSync(identity, { recursive: true });
    symlinkSync(identity, join(home.path, "link"));
    for (const folder of [identity, join(home.path, "link")]) {
      const { exit, stderr } = await home.claw(["device", "export", join(folder, "device.json")]);
      assert.equal(exit, 65);
      assert.match(stderr, /is OpenClaw's own identity: .*\nclaw: hint: .*if you must, say --i-know\n$/);
    }
    const named = join(home.path, "state/identity");
    mkdirSync(named, { recursive: true });
    const env = { OPENCLAW_STATE_DIR: join(home.path, "state") };
    assert.equal((await home.claw(["device", "export", join(named, "x")], { env })).exit, 65);
    assert.equal((await home.claw(["device", "export", join(named, "x")])).exit, 0);
    assert.equal((await home.claw(["device", "export", join(identity, "device.json"), "--i-know"])).exit, 0);
  });

  it("sends nobody who cannot write there to another folder for claw's own files", async () => {
    using home = await homeWithKey();
    for (const path of ["/sys/claw-key", "/nowhere/claw-key"]) {
      const { exit, stderr } = await home.claw(["device", "export", path]);
      assert.equal(exit, 74);
      assert.match(
        stderr,
        /cannot write \/\w+\/claw-key: E.*\nclaw: hint: name a file in a folder where you may write\n$/,
      );
    }
  });

  it("makes no key to export it", async () => {
    using home = createTestHome();
    const { exit, stderr } = await home.claw(["device", "export", join(home.path, "key")]);
    assert.equal(exit, 65);
    assert.match(stderr, /there is no key yet/);
    assert.deepEqual(readdirSync(home.path), []);
  });
});
