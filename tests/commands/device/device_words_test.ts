import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameWords, requestPairs, scopeWords } from "../../../src/commands/device/device_words.ts";
import { factsOfRequest } from "../../../src/devices/request_facts.ts";

describe("requestPairs()", () => {
  it("lets a requester push nothing out of sight, and hide no scope behind others", async () => {
    const made = Array.from({ length: 500 }, (_, at) => `x.${at}`);
    const request = {
      requestId: "r",
      deviceId: "d",
      ts: 0,
      displayName: `"laptop" (verified)${"x".repeat(5_000)}`,
      platform: "linux".repeat(500),
      roles: made,
      scopes: [...made, "operator.admin"],
    };
    const pairs = Object.fromEntries(requestPairs(await factsOfRequest(request, { pending: [], paired: [] })));
    assert.match(pairs["asks for"] ?? "", /^admin \(NEW\), x\.0 \(NEW\), .*, and 491 more$/);
    assert.match(pairs["roles"] ?? "", /, and 490 more$/);
    assert.match(pairs["calls itself"] ?? "", /^"\\"laptop\\" \(verified\)x+…" \(anybody may\)$/);
    for (const text of Object.values(pairs)) assert.ok(text.length < 300, text);
  });
});

describe("nameWords()", () => {
  it("quotes what a device calls itself, and not an operator's label", () => {
    assert.equal(nameWords("desk", "laptop"), "desk");
    assert.equal(nameWords(undefined, 'say "hi"'), '"say \\"hi\\""');
    assert.equal(nameWords(undefined, 'out\\" (checked'), '"out\\\\\\" (checked"');
    assert.equal(nameWords(undefined, undefined), "-");
  });
});

describe("scopeWords()", () => {
  it("marks what is asked for with a plus", () => {
    assert.equal(scopeWords(["x.own", "operator.read"], ["operator.admin"]), "+admin read x.own");
    assert.equal(scopeWords([]), "none");
  });
});
