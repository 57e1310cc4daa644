import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { coversScopes, missingScope, sortedScopes, tidyScopes } from "../../src/devgateway/grants.ts";

describe("coversScopes()", () => {
  const rows: readonly (readonly [role: string, requested: string[], granted: string[], covers: boolean])[] = [
    ["operator", [], [], true],
    ["operator", ["operator.read"], ["operator.read"], true],
    ["operator", ["operator.read"], ["operator.write"], true],
    ["operator", ["operator.write"], ["operator.read"], false],
    ["operator", ["operator.pairing"], ["operator.write"], false],
    ["operator", ["operator.pairing", "operator.read"], ["operator.admin"], true],
    ["operator", ["operator.unheard-of"], ["operator.admin"], true],
    ["operator", ["node.exec"], ["operator.admin"], false],
    ["operator", ["node.exec"], ["node.exec"], true],
    ["operator", ["operator.read", "operator.pairing"], ["operator.read"], false],
    ["operator", ["  ", ""], [], true],
    ["node", ["operator.read"], ["operator.write"], false],
    ["node", ["operator.read"], ["operator.admin"], false],
    ["node", ["operator.read"], ["operator.read"], true],
  ];
  for (const [role, requested, granted, covers] of rows) {
    test(`${role}: [${requested}] of [${granted}] is ${covers}`, () => {
      assert.equal(coversScopes(role, requested, granted), covers);
      assert.equal(missingScope(role, requested, granted) === undefined, covers);
    });
  }
});

test("missingScope() names the first that is not granted", () => {
  assert.equal(missingScope("operator", ["operator.read", "a", "b"], ["operator.write"]), "a");
});

test("tidyScopes() trims, drops blanks and doubles, and keeps the order; sortedScopes() sorts", () => {
  assert.deepEqual(tidyScopes([" b", "a", "", "b "]), ["b", "a"]);
  assert.deepEqual(sortedScopes([" b", "a", "", "b "]), ["a", "b"]);
  assert.deepEqual(tidyScopes(undefined), []);
});
