import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { isName, loadName, saveName } from "../../src/identity/name_file.ts";
import { createStoreHome } from "../support/store.ts";

describe("isName()", () => {
  it("takes what stands on one line, and not too much of it", () => {
    for (const name of ["a", "the shed", "Ännchens Läptop", "x".repeat(64)]) assert.equal(isName(name), true, name);
    for (const name of ["", " ", " a", "a\n", "a\nb", "a\u001b[2J", "x".repeat(65)]) assert.equal(isName(name), false);
  });
});

describe("saveName()", () => {
  it("keeps a name until there is another", () => {
    using home = createStoreHome();
    assert.equal(loadName(home.store), undefined);
    assert.deepEqual(readdirSync(home.path), []);
    for (const name of ["one", "one", "two"]) {
      saveName(home.store, name);
      assert.equal(loadName(home.store), name);
    }
    assert.deepEqual(readdirSync(home.store.stateDirectory), ["device-name"]);
  });
});

describe("loadName()", () => {
  it("says nothing that is no name, and fails for none", () => {
    using home = createStoreHome();
    mkdirSync(home.store.stateDirectory);
    const path = `${home.store.stateDirectory}/device-name`;
    for (const text of ["", "a\nb", "\u001b]0;x\u0007", "x".repeat(100_000)]) {
      writeFileSync(path, text);
      assert.equal(loadName(home.store), undefined);
    }
    assert.equal(loadName({ ...home.store, stateDirectory: path }), undefined);
  });
});
