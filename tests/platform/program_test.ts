import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { realClock } from "../../src/platform/clock.ts";
import { runProgram } from "../../src/platform/program.ts";
import { itWhen } from "../support/it_when.ts";

const noShell = process.platform === "win32" ? "Windows has no sh" : undefined;
const never = new AbortController().signal;

function after(ms: number): AbortSignal {
  const controller = new AbortController();
  realClock.after(ms, () => controller.abort(new Error("over")));
  return controller.signal;
}

describe("runProgram()", () => {
  itWhen(noShell, "hands over the text, and the arguments as they are", async () => {
    const directory = mkdtempSync(join(tmpdir(), "claw-test-"));
    try {
      const out = join(directory, "out");
      const argv = ["sh", "-c", 'cat > "$1"; printf %s "$2" >> "$1"; exit 3', "sh", out, "$(id) `id` *"];
      assert.deepEqual(await runProgram(argv, "a text\n", never), { kind: "exited", exitCode: 3 });
      assert.equal(readFileSync(out, "utf8"), "a text\n$(id) `id` *");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it("says what kept a program from starting", async () => {
    assert.deepEqual(await runProgram(["/no/such/program"], "", never), { kind: "absent", osCode: "ENOENT" });
  });

  itWhen(noShell, "bears a program that does not read what it is given", async () => {
    assert.deepEqual(await runProgram(["true"], "x".repeat(1_000_000), never), { kind: "exited", exitCode: 0 });
  });

  itWhen(noShell, "ends a program with all that it started when the signal is aborted", async () => {
    const startedAt = realClock.elapsed();
    const end = await runProgram(["sh", "-c", "sleep 30 & wait"], "", after(100));
    assert.deepEqual(end, { kind: "ended", by: "SIGTERM" });
    assert.ok(realClock.elapsed() - startedAt < 10_000);
  });

  itWhen(noShell, "kills a program that does not end when it is told to", async () => {
    const end = await runProgram(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], "", after(300));
    assert.deepEqual(end, { kind: "ended", by: "SIGKILL" });
  });

  it("starts nothing when the signal was aborted before", async () => {
    const aborted = AbortSignal.abort(new Error("over"));
    assert.deepEqual(await runProgram(["/no/such/program"], "", aborted), { kind: "ended", by: "SIGTERM" });
  });
});
