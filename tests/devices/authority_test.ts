import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ableDevices,
  plainWord,
  scopesToApprove,
  scopesToRevoke,
  scopesToRotate,
  whoElse,
  withAuthority,
} from "../../src/devices/authority.ts";
import { ClawError } from "../../src/errors.ts";
import type { PairedDevice } from "../../src/protocol/mod.ts";

const pairing = "operator.pairing";
const read = "operator.read";

describe("scopesToApprove()", () => {
  for (
    const [roles, requestedScopes, protocol, needs] of [
      [["operator"], [read], 3, [pairing]],
      [["node"], [], 3, [pairing]],
      [["operator"], [read], 4, [pairing, read]],
      [["operator"], [], 4, [pairing]],
      [["operator"], ["operator.admin"], 4, [pairing, "operator.admin"]],
      [["node"], [], 4, [pairing, "operator.admin"]],
      [["operator"], ["x.own"], 4, [pairing, "operator.admin"]],
    ] as const
  ) {
    it(`wants ${needs.join(" and ")} for ${roles} with ${requestedScopes.join() || "nothing"} on protocol ${protocol}`, () => {
      assert.deepEqual(scopesToApprove({ roles, requestedScopes }, protocol), needs);
    });
  }
});

describe("scopesToRotate() and scopesToRevoke()", () => {
  it("want what the token carries, admin for other roles, and on protocol 3 nothing for revoking", () => {
    assert.deepEqual(scopesToRotate("operator", [read], 3), [pairing, read]);
    assert.deepEqual(scopesToRotate("operator", [read, pairing], 4), [pairing, read]);
    assert.deepEqual(scopesToRotate("node", [], 4), [pairing, "operator.admin"]);
    assert.deepEqual(scopesToRevoke("operator", [read], 3), [pairing]);
    assert.deepEqual(scopesToRevoke("operator", [read], 4), [pairing, read]);
  });
});

describe("ableDevices()", () => {
  const able: PairedDevice = {
    deviceId: "able",
    role: "operator",
    scopes: ["operator.admin"],
    tokens: [{ role: "operator", scopes: [] }],
  };
  const names = (device: Partial<PairedDevice>) =>
    ableDevices({ pending: [], paired: [{ ...able, ...device }] }, [pairing, read], "me").map((one) => one.deviceId);

  it("are others that are operators, hold the scopes, and can log in", () => {
    assert.deepEqual(names({}), ["able"]);
    assert.deepEqual(names({ deviceId: "me" }), []);
    assert.deepEqual(names({ scopes: [pairing] }), []);
    assert.deepEqual(names({ scopes: [pairing, "operator.write"] }), ["able"]);
    assert.deepEqual(names({ role: "node" }), []);
    assert.deepEqual(names({ tokens: [] }), []);
    assert.deepEqual(names({ tokens: [{ role: "operator", scopes: [], revokedAtMs: 1 }] }), []);
  });
});

describe("whoElse()", () => {
  it("names the scopes without those that others bring, three devices at most, and the host's command", () => {
    const devices = ["a", "b", "c", "d"].map((deviceId) => ({ deviceId }));
    assert.equal(
      whoElse([pairing, "operator.admin"], [{ deviceId: "0123456789", operatorLabel: "desk" }], "openclaw x"),
      "it takes operator.admin, which 'desk' (01234567) has; else on the gateway host: openclaw x",
    );
    assert.equal(
      whoElse([pairing, read, "operator.write"], devices, "openclaw x"),
      "it takes operator.pairing and operator.write, which a, b, c and 1 more have; else on the gateway host: openclaw x",
    );
  });
});

describe("withAuthority()", () => {
  it("keeps how to get more, and leaves other errors alone", () => {
    const asked = new ClawError("auth/pairing-required", "refused", { hint: "approve it there" });
    assert.equal(withAuthority(asked, "who can").hint, "who can; or give this device more: approve it there");
    assert.equal(withAuthority(new ClawError("auth/scope", "refused"), "who can").hint, "who can");
    assert.equal(
      withAuthority(new ClawError("gateway/rejected", "denied"), "who can").hint,
      "look whether it is still there with `claw device list`; if so, who can",
    );
    const other = new ClawError("net/timeout", "late");
    assert.equal(withAuthority(other, "who can"), other);
  });
});

describe("plainWord()", () => {
  it("takes nothing that a shell would read otherwise", () => {
    assert.equal(plainWord("3f2a-91_C"), "3f2a-91_C");
    for (const odd of ["", "-x", "a b", "$(x)", "a;b", "a\n", "x".repeat(101)]) assert.equal(plainWord(odd), undefined);
  });
});
