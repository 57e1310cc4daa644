import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseFingerprint } from "../../src/settings/fingerprint.ts";

const flag = { kind: "flag", name: "--tls-fingerprint" } as const;
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));

describe("parseFingerprint()", () => {
  it("reads every usual spelling of one digest as the same", () => {
    const prefix = fc.constantFrom("", "sha256:", "SHA256:", "sha-256 ", "SHA256 Fingerprint=", "sha256 fingerprint: ");
    const between = fc.constantFrom("", ":", " ", "-");
    const edge = fc.constantFrom("", " ", "\n");
    fc.assert(fc.property(digest, prefix, between, edge, fc.boolean(), (hex, start, middle, space, isUpper) => {
      const pairs = hex.match(/../g) ?? [];
      const text = space + start + (isUpper ? pairs.map((pair) => pair.toUpperCase()) : pairs).join(middle) + space;
      assert.equal(parseFingerprint(text, flag), pairs.join(":").toUpperCase());
    }));
  });

  it("refuses what is not 64 hex digits, and says which flag it was", () => {
    const text = fc.string({ unit: "binary", maxLength: 80 }).filter((any) =>
      any.replace(/[^0-9a-f]/gi, "").length !== 64
    );
    const refused = { code: "usage/bad-flag", message: /^--tls-fingerprint: this is (a SHA-1, not|not) a SHA-256/ };
    fc.assert(fc.property(text, (any) => assert.throws(() => parseFingerprint(any, flag), refused)));
  });

  it("does not pass over strange characters, as OpenClaw does", () => {
    const hex = "ab".repeat(32);
    for (const text of [`${hex}00`, hex.slice(1), `x${hex}`, `${hex.slice(0, 63)}g`, `md5:${hex}`, `${hex},${hex}`]) {
      assert.throws(() => parseFingerprint(text, flag), { code: "usage/bad-flag" }, text);
    }
  });

  it("recognises a SHA-1", () => {
    const message = "--tls-fingerprint: this is a SHA-1, not a SHA-256";
    assert.throws(() => parseFingerprint("AB:".repeat(19) + "AB", flag), { message });
  });
});
