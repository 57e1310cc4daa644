import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { type IdentityStore, keyFilePath, loadIdentity, loadOrCreateIdentity } from "../../src/identity/key_file.ts";
import { verifySignature } from "../../src/identity/keypair.ts";
import { startScript } from "../support/script.ts";
import { createStoreHome, keepUser, type Outcome, slow, storeIn } from "../support/store.ts";

/** The error that loading ends with. */
async function failureOf(store: IdentityStore): Promise<ClawError> {
  const thrown = await loadIdentity(store).then(() => assert.fail("it should have failed"), (error: unknown) => error);
  assert.ok(thrown instanceof ClawError, String(thrown));
  return thrown;
}

describe("loadIdentity()", () => {
  it("finds nothing before the first run, and creates nothing", async () => {
    using home = createStoreHome();
    assert.equal(await loadIdentity(home.store), undefined);
    assert.deepEqual(fs.readdirSync(home.path), []);
  });

  it("finds what was created, with a key that signs", async () => {
    using home = createStoreHome();
    const created = await loadOrCreateIdentity(home.store);
    const found = await loadIdentity(home.store);
    assert.equal(found?.path, created.path);
    assert.equal(found?.identity.deviceId, created.identity.deviceId);
    assert.ok(await verifySignature(created.identity.publicKey, "text", await found?.identity.sign("text") ?? ""));
  });

  it(
    "finds any one changed character, and tells the file, the reason and the remedy but nothing of the key",
    slow,
    async () => {
      using home = createStoreHome();
      const { identity, path } = await loadOrCreateIdentity(home.store);
      const whole = fs.readFileSync(path, "utf8");
      const { privateKey } = JSON.parse(whole) as { privateKey: string };
      for (let position = 0; position < whole.length; position++) {
        for (const other of ["A", "b", "7", "-", "}", " ", "\u0000"]) {
          const changed = whole.slice(0, position) + other + whole.slice(position + 1);
          if (changed.trim() === whole.trim()) continue; // The line break at the end says nothing.
          fs.writeFileSync(path, changed);
          const { code, message, hint, stack } = await failureOf(home.store);
          assert.equal(code, "config/key-damaged", changed);
          assert.ok(message.startsWith(`the device key ${path} is damaged: `), message);
          assert.match(hint ?? "", /restore it from a backup, or move it aside; .* must be paired again/);
          assert.ok(
            !`${message}${hint}${stack}`.includes(privateKey.slice(0, 20)),
            "a part of the key stands in an error",
          );
        }
      }
      fs.writeFileSync(path, whole);
      assert.equal((await loadIdentity(home.store))?.identity.deviceId, identity.deviceId);
    },
  );

  it("refuses every shorter file, the empty one too", async () => {
    using home = createStoreHome();
    const { path } = await loadOrCreateIdentity(home.store);
    const whole = fs.readFileSync(path, "utf8");
    for (let length = 0; length < whole.length - 1; length++) {
      fs.writeFileSync(path, whole.slice(0, length));
      assert.equal((await failureOf(home.store)).code, "config/key-damaged", `${length} characters`);
    }
    fs.writeFileSync(path, "");
    assert.match((await failureOf(home.store)).message, /is damaged: it is empty$/);
  });

  it("says what is wrong with a damaged file", async () => {
    using home = createStoreHome();
    using other = createStoreHome();
    const { path } = await loadOrCreateIdentity(home.store);
    const { path: otherPath } = await loadOrCreateIdentity(other.store);
    const mine = JSON.parse(fs.readFileSync(path, "utf8")) as Record<string, unknown>;
    const theirs = JSON.parse(fs.readFileSync(otherPath, "utf8")) as Record<string, unknown>;
    const cases: readonly [unknown, RegExp][] = [
      ["-----BEGIN PRIVATE KEY-----", /it is not JSON/],
      [null, /other members/],
      [[mine], /other members/],
      [{ ...mine, version: 2 }, /other members/],
      [{ ...mine, more: 1 }, /other members/],
      [{ ...mine, privateKey: undefined }, /other members/],
      [{ ...mine, privateKey: theirs["privateKey"] }, /its checksum does not fit/],
      [{ ...mine, createdAtMs: 1 }, /its checksum does not fit/],
    ];
    for (const [content, reason] of cases) {
      fs.writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
      assert.match((await failureOf(home.store)).message, reason);
    }
  });

  it("refuses a file whose id is another key's, and one without a key, though their checksums fit", async () => {
    using home = createStoreHome();
    const { path } = await loadOrCreateIdentity(home.store);
    const file = JSON.parse(fs.readFileSync(path, "utf8")) as Record<string, string | number>;
    const cases: readonly [Record<string, string>, RegExp][] = [
      [{ deviceId: "0".repeat(64) }, /its device id is another key's/],
      [{ publicKey: "A", privateKey: "A" }, /it holds no Ed25519 key/],
      [{ publicKey: "*", privateKey: "*" }, /it holds no Ed25519 key/],
    ];
    for (const [change, reason] of cases) {
      const { version, deviceId, publicKey, privateKey, createdAtMs } = { ...file, ...change } as typeof file;
      const text = ["claw device key", version, deviceId, publicKey, privateKey, createdAtMs].join("\n");
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
      const checksum = btoa(String.fromCharCode(...digest.subarray(0, 8)))
        .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
      fs.writeFileSync(path, JSON.stringify({ ...file, ...change, checksum }));
      assert.match((await failureOf(home.store)).message, reason);
    }
  });

  it("leaves a file that is bad for any reason as it is", async () => {
    using home = createStoreHome();
    const { path } = await loadOrCreateIdentity(home.store);
    fs.writeFileSync(path, "{}");
    await assert.rejects(loadOrCreateIdentity(home.store), { code: "config/key-damaged" });
    assert.equal(fs.readFileSync(path, "utf8"), "{}");
    assert.deepEqual(fs.readdirSync(home.store.directory), ["device.json"]);
  });
});

describe("loadOrCreateIdentity()", () => {
  it("creates a private file in a private directory, once", async () => {
    using home = createStoreHome();
    const first = await loadOrCreateIdentity(home.store);
    const second = await loadOrCreateIdentity(home.store);
    assert.deepEqual([first.wasCreated, second.wasCreated], [true, false]);
    assert.equal(second.identity.deviceId, first.identity.deviceId);
    assert.equal(first.path, keyFilePath(home.store));
    assert.equal(fs.statSync(first.path).mode & 0o777, 0o600);
    assert.equal(fs.statSync(home.store.directory).mode & 0o777, 0o700);
    assert.deepEqual(fs.readdirSync(home.store.directory), ["device.json"]);
    assert.equal((JSON.parse(fs.readFileSync(first.path, "utf8")) as { version: number }).version, 1);
  });

  it("creates one identity when a hundred calls come first at once", async () => {
    using home = createStoreHome();
    const found = await Promise.all(Array.from({ length: 100 }, () => loadOrCreateIdentity(home.store)));
    assert.equal(new Set(found.map(({ identity }) => identity.deviceId)).size, 1);
    assert.equal(found.filter(({ wasCreated }) => wasCreated).length, 1);
    assert.deepEqual(fs.readdirSync(home.store.directory), ["device.json"]);
  });

  it("creates one identity when many processes come first at once", slow, async () => {
    using home = createStoreHome();
    const scripts = Array.from({ length: 40 }, () => startScript("store_script.ts", [keepUser, home.path, "identity"]));
    // All have loaded their modules before the first may begin.
    await Promise.all(scripts.map((script) => script.lines(1)));
    for (const script of scripts) script.begin();
    const outcomes = await Promise.all(scripts.map(async ({ ended }) => {
      const { stdout, stderr, exitCode } = await ended;
      assert.equal(exitCode, 0, stderr);
      return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Outcome;
    }));
    const { identity } = await loadIdentity(home.store) ?? assert.fail("no identity");
    for (const outcome of outcomes) assert.equal(outcome.ok ? outcome.value : outcome.message, identity.deviceId);
    assert.equal(outcomes.filter((outcome) => outcome.ok && outcome.isNew).length, 1);
  });

  it("leaves a whole identity or none when it dies at any moment, and goes on from either", slow, async () => {
    using home = createStoreHome();
    for (let round = 0; round < 10; round++) {
      const path = `${home.path}/${round}`;
      const script = startScript("store_script.ts", [keepUser, path, "identities-for-ever"]);
      script.begin();
      await script.lines(2 + round);
      script.kill();
      assert.equal((await script.ended).signal, "SIGKILL");
      for (const name of fs.readdirSync(path)) {
        const store = storeIn(`${path}/${name}`);
        const before = await loadIdentity(store);
        const after = await loadOrCreateIdentity(store);
        assert.equal(after.wasCreated, before === undefined);
        if (before !== undefined) assert.equal(after.identity.deviceId, before.identity.deviceId);
      }
    }
  });

  it("is not disturbed by what a crash left behind", async () => {
    using home = createStoreHome();
    fs.mkdirSync(home.store.directory);
    fs.writeFileSync(`${keyFilePath(home.store)}.3ed0a0c3.tmp`, '{"version":1,"dev');
    assert.equal((await loadOrCreateIdentity(home.store)).wasCreated, true);
    assert.equal((await loadOrCreateIdentity(home.store)).wasCreated, false);
  });
});
