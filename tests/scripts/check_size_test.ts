import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { check, maxFileLines, maxFunctionLines, totals } from "../../scripts/check_size.ts";

/** Statements that fill so many lines. */
function lines(count: number): string {
  return "read;\n".repeat(count);
}

function complaints(source: string): string[] {
  return check(new Map([["src/a.ts", source]])).map(({ line, text }) => `${line}: ${text}`);
}

describe("check() of sizes", () => {
  it("check() caps files", () => {
    assert.deepEqual(complaints("//\n".repeat(maxFileLines)), []);
    assert.deepEqual(complaints("//\n".repeat(maxFileLines + 1)), ["1: 301 lines, at most 300"]);
  });

  const shapes: readonly [name: string, head: string, tail: string][] = [
    ["read", "function read() {", "}"],
    ["read", "export const read = async () => {", "};"],
    ["a function", "run(() => {", "});"],
    ["read", "class A { read() {", "} }"],
    ["a function", "class A { #read() {", "} }"],
    ["read", "const a = { read() {", "} };"],
    ["read", "const a = { read: () => {", "} };"],
    ["read", "const read = function () {", "};"],
  ];

  for (const [name, head, tail] of shapes) {
    it(`check() caps functions like ${head}`, () => {
      assert.deepEqual(complaints(`${head}\n${lines(maxFunctionLines - 2)}${tail}\n`), []);
      assert.deepEqual(complaints(`\n${head}\n${lines(maxFunctionLines - 1)}${tail}\n`), [
        `2: ${name}: 41 lines, at most 40`,
      ]);
    });
  }

  it("check() counts comments inside a function, and not the one above it", () => {
    const comment = "// why\n".repeat(maxFunctionLines);
    assert.equal(complaints(`function read() {\n${comment}}\n`).length, 1);
    assert.equal(complaints(`${comment}function read() {\n}\n`).length, 0);
  });

  it("check() takes a suite of tests for a chapter, and its tests for functions", () => {
    assert.deepEqual(complaints(`describe("a", () => {\n${lines(maxFunctionLines)}});\n`), []);
    assert.equal(complaints(`describe("a", () => { it("b", () => {\n${lines(maxFunctionLines)}}); });\n`).length, 1);
  });

  it("totals() names the longest file of each folder", () => {
    const printed = totals(new Map([["src/cli/a.ts", "1;\n"], ["src/cli/b.ts", "1;\n2;\n"], ["src/app.ts", "1;\n"]]));
    assert.match(printed, /^src\/cli +2 files +3 lines +longest 2 \(src\/cli\/b\.ts\)\nsrc +1 files/);
  });
});
