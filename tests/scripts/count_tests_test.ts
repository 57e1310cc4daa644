import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import process from "node:process";
import { describe, it } from "node:test";

/** What the counter prints for a log: passed, failed, skipped. */
function count(log: string): string {
  return execFileSync("awk", ["-f", "scripts/count_tests.awk"], { input: log, encoding: "utf8" }).trim();
}

// Windows has no awk; .ci/run, its only user, does not run there either.
describe("count_tests.awk", { skip: process.platform === "win32" ? "no awk on Windows" : false }, () => {
  it("count_tests.awk counts Deno's steps, or its tests where there are no steps", () => {
    assert.equal(count("ok | 12 passed (66 steps) | 0 failed (418ms)\n"), "66 0 0");
    assert.equal(count("ok | 3 passed | 0 failed | 1 ignored (8ms)\n"), "3 0 1");
    assert.equal(count("FAILED | 4 passed (37 steps) | 2 failed (11 steps) (253ms)\n"), "37 11 0");
    assert.equal(count("FAILED | 0 passed | 1 failed (1 step) | 2 filtered out (1s)\n"), "0 1 0");
  });

  it("count_tests.awk counts Bun's lines", () => {
    assert.equal(
      count(" 48 pass\n 1 skip\n 2 todo\n 3 fail\n 90 expect() calls\nRan 54 tests across 2 files.\n"),
      "48 3 3",
    );
  });

  it("count_tests.awk sees through colours and adds up several runners", () => {
    const log =
      "\x1b[0m\x1b[32mok\x1b[0m | 2 passed | 0 failed \x1b[38;5;245m(8ms)\x1b[0m\n\x1b[32m 5 pass\x1b[0m\n 0 fail\n";
    assert.equal(count(log), "7 0 0");
  });

  it("count_tests.awk finds nothing in other text", () => {
    assert.equal(count("(pass) 3 pass\nthe gateway says: ok | 3 passed\nerror: No test modules found\n"), "0 0 0");
  });
});
