import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { spreadOf } from "../../src/doctor/statistics.ts";

describe("spreadOf()", () => {
  it("knows least, middle and the 95th of 100", () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual(spreadOf(values), { minMs: 1, medianMs: 50.5, p95Ms: 95 });
    assert.deepEqual(spreadOf([3, 1, 2]), { minMs: 1, medianMs: 2, p95Ms: 3 });
    assert.deepEqual(spreadOf([7]), { minMs: 7, medianMs: 7, p95Ms: 7 });
  });

  it("knows nothing of nothing", () => {
    assert.equal(spreadOf([]), undefined);
  });
});
