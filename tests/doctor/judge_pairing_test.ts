import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgePairing, type PairingEvidence } from "../../src/doctor/judge_pairing.ts";

const nowMs = 1_795_262_041_010;
const own = "a".repeat(64);
const request = (requestId: string, deviceId: string, ageMs = 1_000) => ({ requestId, deviceId, ts: nowMs - ageMs });
const token = (scopes: string[], revokedAtMs?: number) => ({
  role: "operator",
  scopes,
  ...(revokedAtMs === undefined ? {} : { revokedAtMs }),
});
const device = (deviceId: string, facts: object = {}) => ({ deviceId, tokens: [token(["operator.admin"])], ...facts });

function found(roster: PairingEvidence["roster"], grantedScopes = ["operator.write"]) {
  return judgePairing({ roster, deviceId: own, grantedScopes, nowMs });
}

describe("judgePairing()", () => {
  it("finds nothing among a few devices", () => {
    const paired = [device(own), device("b".repeat(64), { displayName: "laptop" })];
    assert.deepEqual(found({ pending: [request("r1", "c".repeat(64))], paired }), []);
  });

  it("says what it takes to see them", () => {
    const [only] = found(undefined);
    assert.equal(`${only?.id} ${only?.severity}`, "PR-0 info");
  });

  it("finds a request that waits for more than an hour, and the command that ends it", () => {
    const [old] = found({ pending: [request("req-1", "c".repeat(64), 7_200_000)], paired: [] });
    assert.deepEqual([old?.id, old?.command], ["PR-1", "claw device reject req-1"]);
    assert.match(old?.cause ?? "", /for 2 h$/);
  });

  it("puts no id on a command line that is no plain word", () => {
    const [old] = found({ pending: [request("x; rm -rf ~", "c".repeat(64), 7_200_000)], paired: [] });
    assert.equal(old?.command, "claw device list");
  });

  it("finds several requests of one device", () => {
    const pending = [request("r1", "c".repeat(64)), request("r2", "c".repeat(64)), request("r3", "d".repeat(64))];
    assert.deepEqual(found({ pending, paired: [] }).map(({ id }) => id), ["PR-1"]);
  });

  it("compares this device's token with what the gateway knows of it", () => {
    const idsFor = (tokens: readonly ReturnType<typeof token>[]) =>
      found({ pending: [], paired: [device(own, { tokens })] }).map(({ id }) => id);
    assert.deepEqual(idsFor([token(["operator.write"])]), []);
    assert.deepEqual(idsFor([token(["operator.read"])]), ["PR-2"]);
    assert.deepEqual(idsFor([token(["operator.write"], nowMs)]), ["PR-2"]);
    assert.deepEqual(idsFor([]), ["PR-2"]);
  });

  it("finds devices of one name, and many of one kind", () => {
    const named = ["b", "c"].map((letter) => device(letter.repeat(64), { displayName: "cron on nas" }));
    assert.deepEqual(found({ pending: [], paired: named }).map(({ id }) => id), ["PR-3"]);
    const kind = { clientId: "cli", clientMode: "cli", platform: "linux" };
    const plain = ["b", "c", "d"].map((letter) => device(letter.repeat(64), kind));
    assert.deepEqual(found({ pending: [], paired: plain.slice(0, 2) }), []);
    const [churn] = found({ pending: [], paired: plain });
    assert.match(churn?.cause ?? "", /^3 paired devices are called cli\/cli on linux:/);
  });
});
