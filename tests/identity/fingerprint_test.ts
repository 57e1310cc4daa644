import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, it } from "node:test";
import { createFingerprinter } from "../../src/identity/fingerprint.ts";
import { createStoreHome } from "../support/store.ts";

describe("createFingerprinter()", () => {
  it("gives a secret the same six digits every time, and another secret others", async () => {
    using home = createStoreHome();
    const first = await createFingerprinter(home.store);
    const second = await createFingerprinter(home.store);
    const secrets = Array.from({ length: 50 }, (_, n) => `secret ${n}`);
    const prints = await Promise.all(secrets.map(first));
    assert.deepEqual(await Promise.all(secrets.map(second)), prints);
    for (const print of prints) assert.match(print, /^[0-9a-f]{6}$/);
    assert.ok(new Set(prints).size > 45);
    assert.equal(fs.statSync(`${home.store.directory}/fingerprint.key`).mode & 0o777, 0o600);
  });

  it("takes the first digits of HMAC-SHA-256 (RFC 4231, test case 2, its key filled with zeros)", async () => {
    using home = createStoreHome();
    const key = new Uint8Array(32);
    key.set(new TextEncoder().encode("Jefe"));
    const fingerprintOf = await createFingerprinter({ ...home.store, ids: { ...home.store.ids, bytes: () => key } });
    assert.equal(await fingerprintOf("what do ya want for nothing?"), "5bdcc1");
  });

  it("gives one secret different digits in two installations", async () => {
    using one = createStoreHome();
    using other = createStoreHome();
    const printsOf = async (home: typeof one) => {
      const fingerprintOf = await createFingerprinter(home.store);
      return (await Promise.all(["a", "b", "c"].map(fingerprintOf))).join();
    };
    assert.notEqual(await printsOf(one), await printsOf(other));
  });

  it("agrees on one key when many come first at once", async () => {
    using home = createStoreHome();
    const all = await Promise.all(Array.from({ length: 100 }, () => createFingerprinter(home.store)));
    const prints = await Promise.all(all.map((fingerprintOf) => fingerprintOf("secret")));
    assert.equal(new Set(prints).size, 1);
    assert.deepEqual(fs.readdirSync(home.store.directory), ["fingerprint.key"]);
  });

  it("writes nothing and throws nothing when it is read-only", async () => {
    using home = createStoreHome();
    const path = `${home.store.directory}/fingerprint.key`;
    const own = await (await createFingerprinter(home.store, true))("secret");
    assert.match(own, /^[0-9a-f]{6}$/);
    assert.equal(fs.existsSync(path), false);
    const lasting = await (await createFingerprinter(home.store))("secret");
    assert.equal(await (await createFingerprinter(home.store, true))("secret"), lasting);
    fs.writeFileSync(path, "damaged");
    assert.match(await (await createFingerprinter(home.store, true))("secret"), /^[0-9a-f]{6}$/);
    assert.equal(fs.readFileSync(path, "utf8"), "damaged");
  });

  it("refuses a damaged key with the remedy", async () => {
    using home = createStoreHome();
    await createFingerprinter(home.store);
    const path = `${home.store.directory}/fingerprint.key`;
    const whole = fs.readFileSync(path, "utf8");
    for (const content of ["", "\n", whole.slice(1), `${whole}x`, whole.replace(/.\n/, "B\n"), `*${whole.slice(1)}`]) {
      fs.writeFileSync(path, content);
      await assert.rejects(createFingerprinter(home.store), {
        code: "config/key-damaged",
        message: `the key for fingerprints ${path} is damaged`,
        hint: "remove that file: only the fingerprints that claw shows will change",
      });
    }
  });
});
