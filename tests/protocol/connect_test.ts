import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Challenge, ConnectParams, hasScope, HelloOk, type Scope, scopes } from "../../src/protocol/mod.ts";
import { helloOk } from "../support/wire.ts";

const all = Object.values(scopes);

describe("hasScope()", () => {
  /** What one granted scope allows, row by row; everything else it does not. */
  const allows: Readonly<Record<Scope, readonly Scope[]>> = {
    "operator.admin": all,
    "operator.write": ["operator.write", "operator.read"],
    "operator.read": ["operator.read"],
    "operator.approvals": ["operator.approvals"],
    "operator.pairing": ["operator.pairing"],
  };
  for (const granted of all) {
    it(`lets ${granted} do what it says and no more`, () => {
      assert.deepEqual(
        all.filter((wanted) => hasScope([granted], wanted)),
        all.filter((s) => allows[granted].includes(s)),
      );
    });
  }

  it("adds up what several scopes allow, and gives nothing for none or for unknown ones", () => {
    assert.ok(hasScope(["operator.pairing", "operator.read"], "operator.pairing"));
    assert.ok(!hasScope(["operator.pairing", "operator.read"], "operator.write"));
    for (const wanted of all) assert.ok(!hasScope([], wanted));
    for (const wanted of all) assert.ok(!hasScope(["operator", "operator.*", "OPERATOR.ADMIN", ""], wanted));
  });
});

describe("Challenge", () => {
  it("needs a nonce and an integer ts, and may grow", () => {
    assert.ok(Challenge.safeParse({ nonce: "n", ts: 1_795_262_041_010, capabilities: [] }).success);
    for (
      const wrong of [{}, { nonce: "n" }, { ts: 1 }, { nonce: "", ts: 1 }, { nonce: "n", ts: 1.5 }, {
        nonce: "n",
        ts: "1",
      }]
    ) {
      assert.ok(!Challenge.safeParse(wrong).success, JSON.stringify(wrong));
    }
  });
});

describe("ConnectParams", () => {
  const least = {
    minProtocol: 3,
    maxProtocol: 4,
    client: { id: "cli", version: "0", platform: "linux", mode: "cli" },
  };

  it("needs no more than versions and a client", () => {
    assert.ok(ConnectParams.safeParse(least).success);
  });

  it("is closed at every level", () => {
    const device = { id: "d", publicKey: "k", signature: "s", signedAt: 1, nonce: "n" };
    assert.ok(ConnectParams.safeParse({ ...least, device, auth: { token: "t" } }).success);
    const wrong: readonly Record<string, unknown>[] = [
      { bogus: 1 },
      { client: { ...least.client, bogus: 1 } },
      { auth: { bogus: "x" } },
      { device: { ...device, bogus: 1 } },
      { device: { ...device, nonce: undefined } },
      { minProtocol: 0 },
      { client: { ...least.client, id: "claw" } },
      { client: { ...least.client, mode: "operator" } },
      { client: { ...least.client, platform: "" } },
      { scopes: "operator.read" },
    ];
    for (const change of wrong) {
      assert.ok(!ConnectParams.safeParse({ ...least, ...change }).success, JSON.stringify(change));
    }
  });
});

describe("HelloOk", () => {
  const hello = helloOk("1").payload;

  it("bears that protocol 3 sends no auth to a client without a device", () => {
    const { auth: _, ...without } = hello;
    assert.ok(HelloOk.safeParse(without).success);
  });

  it("may grow anywhere, and needs what claw reads", () => {
    assert.ok(HelloOk.safeParse({ ...hello, added: 1, server: { ...hello.server, buildId: "b" } }).success);
    for (const name of ["type", "protocol", "server", "features", "snapshot", "policy"] as const) {
      assert.ok(!HelloOk.safeParse({ ...hello, [name]: undefined }).success, name);
    }
    assert.ok(!HelloOk.safeParse({ ...hello, auth: { role: "operator" } }).success);
  });
});
