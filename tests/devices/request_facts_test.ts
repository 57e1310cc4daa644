import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changedFacts, factsOfRequest, type RequestFacts } from "../../src/devices/request_facts.ts";
import type { Roster } from "../../src/devices/roster.ts";
import { keyFingerprintOf } from "../../src/identity/keypair.ts";
import type { PendingDevice } from "../../src/protocol/mod.ts";
import { createDevice } from "../support/dev_client.ts";

const nobody: Roster = { pending: [], paired: [] };

async function factsOf(given: Partial<PendingDevice> = {}, roster = nobody): Promise<RequestFacts> {
  const base = {
    requestId: "r",
    deviceId: "d",
    role: "operator",
    roles: ["operator"],
    scopes: ["operator.read"],
    ts: 1,
  };
  return await factsOfRequest({ ...base, ...given }, roster);
}

describe("factsOfRequest() of very long lists", () => {
  it("takes time in proportion to them", async () => {
    const many = (end: string) => Array.from({ length: 100_000 }, (_, at) => `x.${at}${end}`);
    const request = { requestId: "r", deviceId: "d", ts: 0, scopes: many(""), roles: many("") };
    const device = { deviceId: "d", scopes: many("y"), roles: many("y") };
    const startedAt = performance.now();
    const facts = await factsOfRequest(request, { pending: [request], paired: [device] });
    assert.equal(facts.newScopes.length, 100_000);
    // In proportion to their product it takes minutes.
    assert.ok(performance.now() - startedAt < 10_000);
  });
});

describe("factsOfRequest()", () => {
  it("tells what is new from what was approved, with what admin and write bring", async () => {
    const scopes = ["operator.read", "operator.pairing", "x.own"];
    for (
      const [approved, added] of [
        [["operator.write"], ["operator.pairing", "x.own"]],
        [["operator.admin"], []],
        [[], scopes],
      ] as const
    ) {
      const roster = { pending: [], paired: [{ deviceId: "d", roles: ["operator"], scopes: [...approved] }] };
      const facts = await factsOf({ scopes: [...scopes, "operator.read"] }, roster);
      assert.deepEqual(facts.newScopes, added);
      assert.deepEqual(facts.requestedScopes, scopes);
      assert.deepEqual([facts.isPaired, facts.newRoles], [true, []]);
    }
  });

  it("names roles that are new", async () => {
    const roster = { pending: [], paired: [{ deviceId: "d", role: "operator" }] };
    assert.deepEqual((await factsOf({ role: "node", roles: ["operator", "node"] }, roster)).newRoles, ["node"]);
    assert.deepEqual((await factsOf()).newRoles, ["operator"]);
  });

  it("says whether the id follows from the key, and nothing without one that can be read", async () => {
    const { deviceId, publicKey } = await createDevice();
    const mine = await factsOf({ deviceId, publicKey });
    assert.deepEqual([mine.keyFingerprint, mine.idFollowsFromKey], [await keyFingerprintOf(publicKey), true]);
    assert.equal((await factsOf({ deviceId: "d", publicKey })).idFollowsFromKey, false);
    for (const odd of [{}, { publicKey: "-----BEGIN PUBLIC KEY-----" }]) {
      const facts = await factsOf(odd);
      assert.deepEqual([facts.keyFingerprint, facts.idFollowsFromKey], [undefined, undefined]);
    }
  });
});

describe("changedFacts()", () => {
  it("names everything that a person judged by, and not that it was asked again", async () => {
    const before = await factsOf({ remoteIp: "10.0.0.1" });
    assert.deepEqual(changedFacts(before, await factsOf({ remoteIp: "10.0.0.1", ts: 99 })), []);
    for (
      const [given, names] of [
        [{ scopes: ["operator.read", "operator.admin"] }, ["requestedScopes", "newScopes"]],
        [{ roles: ["operator", "node"] }, ["roles", "newRoles"]],
        [{ displayName: "laptop" }, ["displayName"]],
        [{ platform: "darwin" }, ["platform"]],
        [{ remoteIp: "10.0.0.2" }, ["remoteIp"]],
        [{ publicKey: (await createDevice()).publicKey }, ["keyFingerprint", "idFollowsFromKey"]],
      ] as const
    ) {
      const now = await factsOf({ remoteIp: "10.0.0.1", ...given as Partial<PendingDevice> });
      assert.deepEqual(changedFacts(before, now), names);
    }
  });

  it("does not mind another order, and does mind a grant that shrank meanwhile", async () => {
    const scopes = ["operator.read", "operator.write"];
    const paired = (held: string[]) => ({ pending: [], paired: [{ deviceId: "d", role: "operator", scopes: held }] });
    const before = await factsOf({ scopes }, paired(scopes));
    assert.deepEqual(changedFacts(before, await factsOf({ scopes: scopes.toReversed() }, paired(scopes))), []);
    assert.deepEqual(changedFacts(before, await factsOf({ scopes }, paired(["operator.read"]))), [
      "approvedScopes",
      "newScopes",
    ]);
  });
});
