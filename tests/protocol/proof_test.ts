import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fc } from "../support/property.ts";
import { normaliseMetadata, proofText } from "../../src/protocol/mod.ts";

const fields = {
  deviceId: "d1",
  clientId: "cli",
  clientMode: "cli",
  role: "operator",
  scopes: ["operator.write", "operator.read"],
  signedAt: 1_795_262_041_010,
  token: "t",
  nonce: "n1",
  platform: " Linux ",
  deviceFamily: undefined,
};

describe("proofText()", () => {
  it("joins the fields with bars, scopes in the order sent, platform and family last", () => {
    assert.equal(
      proofText(fields),
      "v3|d1|cli|cli|operator|operator.write,operator.read|1795262041010|t|n1|linux|",
    );
    assert.equal(
      proofText({ ...fields, deviceFamily: "Server", scopes: [], token: "" }),
      "v3|d1|cli|cli|operator||1795262041010||n1|linux|server",
    );
  });

  it("leaves platform and family out of version 2", () => {
    assert.equal(proofText(fields, "v2"), "v2|d1|cli|cli|operator|operator.write,operator.read|1795262041010|t|n1");
  });

  it("differs when any field does", () => {
    const texts = [
      fields,
      { ...fields, deviceId: "d2" },
      { ...fields, clientId: "test" },
      { ...fields, clientMode: "test" },
      { ...fields, role: "node" },
      { ...fields, scopes: ["operator.read", "operator.write"] },
      { ...fields, signedAt: 1 },
      { ...fields, token: "" },
      { ...fields, nonce: "n2" },
      { ...fields, platform: "darwin" },
      { ...fields, deviceFamily: "server" },
    ].map((changed) => proofText(changed));
    assert.equal(new Set(texts).size, texts.length);
  });
});

describe("normaliseMetadata()", () => {
  it("trims, and lower-cases A to Z alone, as the gateway does (recording 02)", () => {
    assert.equal(normaliseMetadata(" MacOS\t"), "macos");
    assert.equal(normaliseMetadata("ÄİΣ LINUX"), "ÄİΣ linux");
    assert.equal(normaliseMetadata(undefined), "");
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      const once = normaliseMetadata(text);
      assert.equal(normaliseMetadata(once), once);
      assert.doesNotMatch(once, /[A-Z]/);
    }));
  });
});
