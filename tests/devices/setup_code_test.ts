import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readSetupCode } from "../../src/devices/setup_code.ts";
import { ClawError } from "../../src/errors.ts";
import { toBase64url } from "../../src/identity/keypair.ts";
import { codeOf } from "../support/setup_code.ts";

const nowMs = 1_795_290_000_000;
const token = "bNSfo3VbWtEFlyKV2nf0JQOxMgSyW6ZyVDOJ6e4p1QA";
const plain = { url: "ws://127.0.0.1:18789", bootstrapToken: token };

function failure(text: string): ClawError {
  try {
    readSetupCode(text, nowMs);
  } catch (error) {
    assert.ok(error instanceof ClawError, String(error));
    return error;
  }
  assert.fail(`it was read: ${text}`);
}

describe("readSetupCode()", () => {
  it("reads what 2026.3.13 makes: an address and a token for one try", () => {
    const code = readSetupCode(codeOf(plain), nowMs);
    assert.deepEqual(code, {
      places: [{ url: plain.url, tlsFingerprint: undefined }],
      bootstrapToken: token,
      expiresAtMs: undefined,
    });
  });

  it("reads what 2026.9.6 makes: several addresses, a certificate, an end, and whatever else", () => {
    const url = "wss://192.0.2.7:18789";
    const urls = [url, "wss://gateway.example/way"];
    const more = { urls, tlsFingerprint: "AB:CD", expiresAtMs: nowMs + 1, somethingNew: { a: 1 } };
    assert.deepEqual(readSetupCode(codeOf({ ...plain, url, ...more }), nowMs), {
      // The certificate is that of the first address alone.
      places: [{ url, tlsFingerprint: "AB:CD" }, { url: urls[1], tlsFingerprint: undefined }],
      bootstrapToken: token,
      expiresAtMs: nowMs + 1,
    });
  });

  it("takes space around it, and its link", () => {
    for (const text of [`  ${codeOf(plain)}\n`, `oc-pair://${codeOf(plain)}`, `OC-PAIR://${codeOf(plain)}\r\n`]) {
      assert.equal(readSetupCode(text, nowMs).bootstrapToken, token);
    }
  });

  it("knows a code that is over without asking anybody", () => {
    for (const expiresAtMs of [nowMs, nowMs - 1, 0]) {
      const error = failure(codeOf({ ...plain, expiresAtMs }));
      assert.deepEqual([error.code, error.message], [
        "auth/rejected",
        "the setup code has expired by this machine's clock: nothing was sent",
      ]);
      assert.match(error.hint ?? "", /openclaw qr --setup-code-only/);
    }
  });

  it("names a join link as what it is: for nodes", () => {
    for (const link of ["https://gateway.example/j/cOq-_rA9uZXA8mCB9dcpQg", "http://127.0.0.1:1/j/x"]) {
      const error = failure(link);
      assert.equal(error.code, "input/invalid");
      assert.match(error.message, /^a join link lets in a node/);
    }
  });

  const faults: readonly (readonly [what: string, payload: unknown])[] = [
    ["no object", [plain]],
    ["null", null],
    ["no token", { url: plain.url }],
    ["an older code, which held the shared secret", { url: plain.url, token }],
    ["a token with a line in it", { ...plain, bootstrapToken: `${token}\nx` }],
    ["a token without an end", { ...plain, bootstrapToken: "x".repeat(513) }],
    ["no address", { bootstrapToken: token }],
    ["a path for an address", { ...plain, url: "/etc/passwd" }],
    ["a web page for an address", { ...plain, url: "https://gateway.example" }],
    ["an address with a user", { ...plain, url: "wss://me:secret@gateway.example" }],
    ["an address with a query", { ...plain, url: "wss://gateway.example/?token=x" }],
    ["an address with a mark", { ...plain, url: "wss://gateway.example/#x" }],
    ["an address with space", { ...plain, url: "ws://127.0.0.1:1 " }],
    ["no list of addresses", { ...plain, urls: plain.url }],
    ["an empty list", { ...plain, urls: [] }],
    ["a list without an end", { ...plain, urls: Array(9).fill(plain.url) }],
    ["a list with something else in it", { ...plain, urls: [plain.url, 1] }],
    ["a time in words", { ...plain, expiresAtMs: "tomorrow" }],
    ["a time before all time", { ...plain, expiresAtMs: -1 }],
    ["a broken fingerprint", { ...plain, tlsFingerprint: 1 }],
  ];
  for (const [what, payload] of faults) {
    it(`refuses ${what}, and shows nothing of it`, () => {
      const error = failure(codeOf(payload));
      assert.equal(error.code, "input/invalid");
      assert.ok(!`${error.message}${error.hint}`.includes(token.slice(0, 8)));
      assert.ok(!/secret|\n/.test(error.message), error.message);
    });
  }

  it("refuses any other text by one word, and quotes none of it", () => {
    fc.assert(fc.property(fc.string({ minLength: 6 }), (text) => {
      const { code, message } = failure(text);
      assert.ok(["input/invalid"].includes(code));
      assert.ok(!message.includes(text));
    }));
    for (const text of ["", "-", "e30", codeOf(plain).slice(0, -7), toBase64url(Uint8Array.of(0xff, 0xfe))]) {
      assert.equal(failure(text).code, "input/invalid");
    }
  });
});
