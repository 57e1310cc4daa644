import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256 } from "../../src/platform/sha256.ts";

test("sha256() is the digest of the text's UTF-8", () => {
  const hex = (text: string) => [...sha256(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // FIPS 180-2, appendix B.1.
  assert.equal(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(hex("é"), "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c");
});
