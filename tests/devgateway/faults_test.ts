import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rulesFor } from "../../src/devgateway/fault_rules.ts";
import { parseFault } from "../../src/devgateway/fault_text.ts";
import { faultNames, faultOf } from "../../src/devgateway/faults.ts";

describe("faults", () => {
  it("are named, described and traced back alike", () => {
    for (const [name, { does, reports }] of faultNames.map((name) => [name, faultOf(name)] as const)) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      assert.match(does, /^[a-z].*[^.]$/);
      for (const report of reports) assert.match(report, /^(\d+|[\w-]+\/[\w-]+#\d+)$/, name);
    }
  });

  it("each do something on the wire, but for the clock", () => {
    for (const name of faultNames) {
      assert.equal(rulesFor(parseFault(name)).length > 0, name !== "clock-skew", name);
    }
  });
});
