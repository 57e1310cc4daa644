import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isMembers, membersOf } from "../../src/cron/members.ts";

describe("isMembers()", () => {
  it("knows an object from lists, null and plain values", () => {
    assert.deepEqual([{}, { a: 1 }, [], null, undefined, "a", 1].map(isMembers), [true, true, ...Array(5).fill(false)]);
  });
});

describe("membersOf()", () => {
  it("finds none where there are none", () => {
    assert.deepEqual([{ a: 1 }, ["a"], null, "a"].map(membersOf), [{ a: 1 }, {}, {}, {}]);
  });
});
