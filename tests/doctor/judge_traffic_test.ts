import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Traffic } from "../../src/doctor/evidence.ts";
import { lookAtLoop } from "../../src/doctor/judge_traffic.ts";
import { rowsOf, soundWay } from "../support/doctor_evidence.ts";

describe("judgeTraffic()", () => {
  const rows: readonly (readonly [Partial<Traffic>, readonly string[]])[] = [
    [{}, []],
    [{ repeatedAnswers: 1 }, ["WIRE-TWICE warning"]],
    [{ missedEvents: 3 }, ["WIRE-GAP warning"]],
    [{ events: 999 }, []],
    [{ events: 1_000 }, ["WIRE-FLOOD warning"]],
  ];
  for (const [counted, found] of rows) {
    it(`finds ${found.join() || "nothing"} in ${JSON.stringify(counted)}`, () => {
      const traffic = { repeatedAnswers: 0, missedEvents: 0, events: 0, ...counted };
      assert.deepEqual(rowsOf({ ...soundWay, traffic }), found);
    });
  }

  it("judges nothing that was not counted", () => assert.deepEqual(rowsOf({ ...soundWay, traffic: undefined }), []));
});

describe("lookAtLoop()", () => {
  it("names a command that the gateway's own generation has", () => {
    const { hello } = soundWay;
    assert.ok(hello !== undefined);
    assert.equal(lookAtLoop(hello).command, "openclaw gateway stability");
    assert.equal(lookAtLoop({ ...hello, protocol: 3 }).command, "openclaw gateway status --deep");
    assert.equal(lookAtLoop(undefined).command, "openclaw gateway status --deep");
  });
});
