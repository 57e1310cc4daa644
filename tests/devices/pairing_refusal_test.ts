import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readPairingRefusal } from "../../src/devices/pairing_refusal.ts";
import { failureOf } from "../../src/protocol/mod.ts";

const read = (details: Record<string, unknown>, more = {}) =>
  readPairingRefusal(
    failureOf({
      code: "NOT_PAIRED",
      message: "pairing required",
      details: { code: "PAIRING_REQUIRED", ...details },
      ...more,
    }, "connect"),
  );

describe("readPairingRefusal()", () => {
  it("reads what gateways say", () => {
    const said = { requestId: "5f2f5b6e-1", reason: "scope-upgrade", approvedScopes: ["operator.read"] };
    assert.deepEqual(read(said), { ...said, mayPoll: true, retryAfterMs: 0 });
    assert.equal(read({ ...said, retryable: false })?.mayPoll, false);
    assert.equal(read({ ...said, pauseReconnect: true })?.mayPoll, false);
    assert.equal(read({ ...said, recommendedNextStep: "wait_then_retry" })?.mayPoll, true);
    assert.equal(read(said, { retryAfterMs: 9_000 })?.retryAfterMs, 9_000);
  });

  it("takes nothing strange for an id, a reason or scopes", () => {
    const strange = [";reboot", "-rf", "a b", 7, null, {}, "x".repeat(101)];
    for (const value of strange) {
      const nothing = { requestId: undefined, reason: undefined, approvedScopes: undefined };
      const refusal = read({ requestId: value, reason: value, approvedScopes: [value, 1] });
      assert.deepEqual(refusal, { ...nothing, mayPoll: true, retryAfterMs: 0 });
    }
  });

  it("shows no more scopes than people read", () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `operator.${index}`);
    assert.equal(read({ approvedScopes: many })?.approvedScopes?.length, 32);
    assert.equal(read({ approvedScopes: ["x".repeat(1_000)] })?.approvedScopes, undefined);
  });

  it("is of no other failure", () => {
    assert.equal(readPairingRefusal(failureOf({ code: "INVALID_REQUEST", message: "x" }, "connect")), undefined);
  });
});
