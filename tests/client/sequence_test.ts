import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSequenceCheck, type SequenceGap } from "../../src/client/sequence.ts";

function judge(protocol: 3 | 4, seqs: readonly (number | undefined)[]): readonly SequenceGap[] {
  const check = createSequenceCheck(protocol);
  return seqs.flatMap((seq) => check({ type: "event", event: "cron", seq }) ?? []);
}

describe("createSequenceCheck()", () => {
  it("finds nothing in events that are numbered from 1, whatever has no number between them", () => {
    assert.deepEqual(judge(4, [1, undefined, 2, 3, undefined]), []);
  });

  it("tells how many are missing, also before the first that came", () => {
    assert.deepEqual(judge(4, [3, 4, 7]), [
      { expected: 1, received: 3, missed: 2 },
      { expected: 5, received: 7, missed: 2 },
    ]);
  });

  it("tells of one that comes again or too late, and goes on behind the highest", () => {
    assert.deepEqual(judge(4, [1, 2, 2, 1, 3]), [
      { expected: 3, received: 2, missed: 0 },
      { expected: 3, received: 1, missed: 0 },
    ]);
  });

  it("counts no number that is none to count with, and bears the largest and the least", () => {
    const most = Number.MAX_SAFE_INTEGER;
    assert.deepEqual(judge(4, [1, 1e300, 1.5, 2, -3, most, 3]), [
      { expected: 3, received: -3, missed: 0 },
      { expected: 3, received: most, missed: most - 3 },
      { expected: most + 1, received: 3, missed: 0 },
    ]);
  });

  it("believes no hole of protocol 3, whose counter is the whole gateway's", () => {
    assert.deepEqual(judge(3, [37, 40, 39]), []);
  });
});
