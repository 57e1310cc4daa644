import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf, rolesOf, scopesBeyond, tokenState, wholeNameOf } from "../../src/devices/roster.ts";

describe("rolesOf()", () => {
  it("merges the one and the many that gateways name", () => {
    assert.deepEqual(rolesOf({ role: "operator", roles: ["node", "operator"] }), ["node", "operator"]);
    assert.deepEqual(rolesOf({ role: "operator" }), ["operator"]);
    assert.deepEqual(rolesOf({}), []);
  });
});

describe("scopesBeyond()", () => {
  it("knows what other scopes bring", () => {
    assert.deepEqual(scopesBeyond(["operator.read", "operator.pairing"], ["operator.write"]), ["operator.pairing"]);
    assert.deepEqual(scopesBeyond(["operator.read"], ["operator.admin"]), []);
  });
});

describe("nameOf() and wholeNameOf()", () => {
  it("name a device by its label and id, never by what it calls itself", () => {
    const device = { deviceId: "0123456789", displayName: "laptop" };
    assert.deepEqual([nameOf(device), wholeNameOf(device)], ["01234567", "0123456789"]);
    const labelled = { ...device, operatorLabel: "desk" };
    assert.deepEqual([nameOf(labelled), wholeNameOf(labelled)], ["'desk' (01234567)", "'desk' (0123456789)"]);
  });
});

describe("tokenState()", () => {
  it("is valid as long as one token is", () => {
    const [valid, revoked] = [{ role: "operator", scopes: [] }, { role: "node", scopes: [], revokedAtMs: 1 }];
    assert.equal(tokenState({ deviceId: "d", tokens: [valid, revoked] }), "valid");
    assert.equal(tokenState({ deviceId: "d", tokens: [revoked] }), "revoked");
    assert.equal(tokenState({ deviceId: "d", tokens: [] }), "none");
    assert.equal(tokenState({ deviceId: "d" }), "none");
  });
});
