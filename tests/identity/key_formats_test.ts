import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { loadOrCreateIdentity } from "../../src/identity/key_file.ts";
import { parseKeyText, toOpenclaw, toPem } from "../../src/identity/key_formats.ts";
import { deviceIdOf, fromBase64url, generateKey, type StoredKey } from "../../src/identity/keypair.ts";
import { createStoreHome } from "../support/store.ts";

async function dated(key: StoredKey) {
  return { ...key, deviceId: await deviceIdOf(fromBase64url(key.publicKey)), createdAtMs: 1_795_262_041_010 };
}

describe("toPem()", () => {
  it("is what another library reads, and parseKeyText() gives back", async () => {
    const key = await generateKey();
    const read = createPrivateKey(toPem(key)).export({ format: "jwk" });
    assert.deepEqual([read.d, createPublicKey(toPem(key)).export({ format: "jwk" }).x], [
      key.privateKey,
      key.publicKey,
    ]);
    assert.deepEqual(await parseKeyText(toPem(key), "k"), key);
  });
});

describe("toOpenclaw()", () => {
  it("has the members of OpenClaw's file, and parseKeyText() gives the key back", async () => {
    const key = await dated(await generateKey());
    const file = JSON.parse(toOpenclaw(key));
    assert.deepEqual(Object.keys(file), ["version", "deviceId", "publicKeyPem", "privateKeyPem", "createdAtMs"]);
    assert.equal(createPublicKey(file.publicKeyPem).export({ format: "jwk" }).x, key.publicKey);
    const { publicKey, privateKey } = key;
    assert.deepEqual(await parseKeyText(toOpenclaw(key), "k"), { publicKey, privateKey });
  });
});

describe("parseKeyText()", () => {
  it("reads what another library writes, with any line ends and words around it", async () => {
    const pair = generateKeyPairSync("ed25519");
    const pem = String(pair.privateKey.export({ format: "pem", type: "pkcs8" }));
    const { x } = pair.publicKey.export({ format: "jwk" });
    assert.equal((await parseKeyText(`a key\n${pem.replaceAll("\n", "\r\n")}\n`, "k")).publicKey, x);
  });

  it("reads claw's own form, unless anything in it was changed", async () => {
    using home = createStoreHome();
    const { path } = await loadOrCreateIdentity(home.store);
    const text = readFileSync(path, "utf8");
    const file = JSON.parse(text);
    const { publicKey, privateKey } = file;
    assert.deepEqual(await parseKeyText(text, "k"), { publicKey, privateKey });
    for (const change of [{ privateKey: (await generateKey()).privateKey }, { deviceId: "x" }, { version: 2 }]) {
      const refused = { code: "input/invalid", message: /^k cannot be used: it is a damaged key file of claw's$/ };
      await assert.rejects(parseKeyText(JSON.stringify({ ...file, ...change }), "k"), refused);
    }
  });

  it("reads the longer form, in which the public key follows, and by the private half alone", async () => {
    const key = await generateKey();
    const [seed, raw] = [fromBase64url(key.privateKey).toHex(), fromBase64url(key.publicKey).toHex()];
    const long = Uint8Array.fromHex(`3051020101300506032b657004220420${seed}812100${raw}`).toBase64();
    assert.deepEqual(await parseKeyText(`-----BEGIN PRIVATE KEY-----\n${long}\n-----END PRIVATE KEY-----`, "k"), key);
  });

  it("refuses other keys and forms, and a file that contradicts its key, without a word of the key", async () => {
    const [one, other] = [await dated(await generateKey()), await dated(await generateKey())];
    const file = JSON.parse(toOpenclaw(one));
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "pem", type: "pkcs8" });
    const cases: readonly (readonly [string, RegExp])[] = [
      [String(rsa), /no Ed25519 key/],
      [toPem(one).replaceAll("PRIVATE", "ENCRYPTED PRIVATE"), /it is encrypted/],
      [toPem(one).replaceAll("PRIVATE", "OPENSSH PRIVATE"), /the form of OpenSSH/],
      [toPem(one).replace("MC4C", "MC4D"), /no Ed25519 key/],
      [file.publicKeyPem, /no private key in PEM/],
      [JSON.stringify({ ...file, deviceId: other.deviceId }), /its device id is another key's/],
      [JSON.stringify({ ...file, publicKeyPem: JSON.parse(toOpenclaw(other)).publicKeyPem }), /of different keys/],
      [JSON.stringify({ ...file, version: 2 }), /no device\.json of OpenClaw/],
      ["{not json", /no private key in PEM/],
    ];
    for (const [text, why] of cases) {
      const error = await parseKeyText(text, "k").then(() => assert.fail(text), (thrown: unknown) => thrown);
      assert.ok(error instanceof ClawError && error.code === "input/invalid");
      assert.match(error.message, why);
      assert.ok(!`${error.message}${error.hint}${String(error.cause)}`.includes(one.privateKey.slice(0, 12)));
    }
  });
});
