import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import { describe, it } from "node:test";
import { fc } from "../support/property.ts";
import {
  deviceIdOf,
  fromBase64url,
  generateKey,
  importIdentity,
  keyFingerprintOf,
  toBase64url,
  toHex,
  verifySignature,
} from "../../src/identity/keypair.ts";

/** RFC 8032 §7.1, test 2. */
const vector = {
  privateKey: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
  publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
  text: "\x72",
  signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
};

function fromHex(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64url");
}

describe("importIdentity()", () => {
  it("signs as RFC 8032 does", async () => {
    const identity = await importIdentity({
      publicKey: fromHex(vector.publicKey),
      privateKey: fromHex(vector.privateKey),
    });
    assert.equal(await identity.sign(vector.text), fromHex(vector.signature));
    assert.ok(await verifySignature(fromHex(vector.publicKey), vector.text, fromHex(vector.signature)));
  });

  it("has the id that node:crypto computes, and signatures that it accepts", async () => {
    const identity = await importIdentity(await generateKey());
    const raw = Buffer.from(identity.publicKey, "base64url");
    assert.equal(raw.length, 32);
    assert.equal(identity.deviceId, crypto.createHash("sha256").update(raw).digest("hex"));
    const key = crypto.createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: identity.publicKey }, format: "jwk" });
    const signature = Buffer.from(await identity.sign("v3|ä|😀"), "base64url");
    assert.ok(crypto.verify(null, Buffer.from("v3|ä|😀"), key, signature));
  });

  it("refuses what is no Ed25519 key", async () => {
    const { publicKey, privateKey } = await generateKey();
    for (
      const damaged of [{ publicKey, privateKey: "" }, { publicKey: "AAAA", privateKey }, {
        publicKey,
        privateKey: "AAAA",
      }]
    ) {
      await assert.rejects(importIdentity(damaged), { code: "config/key-damaged" });
    }
  });

  it("gives away no private key", async () => {
    const { publicKey, privateKey } = await generateKey();
    const identity = await importIdentity({ publicKey, privateKey });
    assert.ok(!JSON.stringify(identity).includes(privateKey));
    assert.deepEqual(Object.keys(identity).sort(), ["deviceId", "publicKey", "sign"]);
  });
});

describe("generateKey()", () => {
  it("makes another key each time", async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, generateKey));
    assert.equal(new Set(keys.map(({ privateKey }) => privateKey)).size, 20);
    assert.equal(new Set(keys.map(({ publicKey }) => publicKey)).size, 20);
  });
});

describe("verifySignature()", () => {
  it("accepts the key's own signature over the text, and no other", async () => {
    const identity = await importIdentity(await generateKey());
    const other = await importIdentity(await generateKey());
    const signature = await identity.sign("text");
    assert.ok(await verifySignature(identity.publicKey, "text", signature));
    assert.ok(!await verifySignature(identity.publicKey, "Text", signature));
    assert.ok(!await verifySignature(other.publicKey, "text", signature));
    assert.ok(!await verifySignature(identity.publicKey, "text", await other.sign("text")));
  });

  it("never throws, whatever it is given", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), fc.string(), async (key, text, signature) => {
        assert.equal(await verifySignature(key, text, signature), false);
      }),
    );
  });
});

describe("toBase64url()", () => {
  it("agrees with node:buffer, and fromBase64url() takes it back, padded and plain too", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = toBase64url(bytes);
        assert.equal(text, Buffer.from(bytes).toString("base64url"));
        assert.equal(toHex(bytes), Buffer.from(bytes).toString("hex"));
        for (const form of [text, Buffer.from(bytes).toString("base64")]) {
          assert.deepEqual([...fromBase64url(form)], [...bytes]);
        }
      }),
    );
  });
});

describe("deviceIdOf()", () => {
  it("is the SHA-256 of the key in lower-case hex", async () => {
    assert.equal(
      await deviceIdOf(new Uint8Array(32)),
      "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925",
    );
  });
});

describe("keyFingerprintOf()", () => {
  it("is what ssh-keygen -l makes of a digest: SHA-256 in base64 without padding", async () => {
    const raw = new Uint8Array(32);
    const expected = crypto.createHash("sha256").update(raw).digest("base64").replaceAll("=", "");
    assert.equal(await keyFingerprintOf(toBase64url(raw)), `SHA256:${expected}`);
  });

  it("refuses what is no base64", async () => {
    await assert.rejects(keyFingerprintOf("%"), SyntaxError);
  });
});
