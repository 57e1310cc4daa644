import assert from "node:assert/strict";
import { describe, it } from "node:test";
import process from "node:process";
import { realClock } from "../../src/platform/clock.ts";
import { captureProgram, notStarted, runShell } from "../../src/platform/shell.ts";

const never = new AbortController().signal;

describe("runShell()", () => {
  it("tells exit code and both outputs", async () => {
    const line = process.platform === "win32" ? "echo out& exit 3" : "echo out; echo err >&2; exit 3";
    const { exitCode, stdout, stderr } = await runShell(line, never);
    assert.equal(exitCode, 3);
    assert.match(stdout, /^out\r?\n$/);
    if (process.platform !== "win32") assert.equal(stderr, "err\n");
  });

  it("ends a command that outlasts the signal", async () => {
    const controller = new AbortController();
    realClock.after(50, () => controller.abort(new Error("over")));
    const startedAt = realClock.elapsed();
    await assert.rejects(runShell("sleep 30", controller.signal), { message: "over" });
    assert.ok(realClock.elapsed() - startedAt < 10_000);
  });

  it("gives up on a command whose group is gone while its output is still held open", async () => {
    if (process.platform !== "linux") return console.log("not tested: this system has no setsid");
    const controller = new AbortController();
    const running = runShell("setsid sleep 3 & echo token", controller.signal);
    realClock.after(500, () => controller.abort(new Error("over")));
    await assert.rejects(running, { message: "over" });
  });
});

describe("captureProgram()", () => {
  it("hands arguments and input over as they are, and finds the program by the given PATH", async () => {
    if (process.platform === "win32") return console.log("not tested: this system has no sh");
    const argv = ["sh", "-c", 'printf "%s|" "$@"; cat; echo err >&2; exit 3', "sh", "a b", "$HOME"];
    const { exitCode, stdout, stderr } = await captureProgram(argv, "in;put", { PATH: "/usr/bin:/bin" }, never);
    assert.deepEqual([exitCode, stdout, stderr], [3, "a b|$HOME|in;put", "err\n"]);
  });

  it("tells that a program is not there", async () => {
    const { exitCode, stderr } = await captureProgram(["sh"], "", { PATH: "/nowhere" }, never);
    assert.equal(exitCode, notStarted);
    assert.match(stderr, /ENOENT|not found/);
  });

  it("ends one that outlasts the signal, or does not read its input", async () => {
    if (process.platform === "win32") return console.log("not tested: this system has no sleep");
    const env = { PATH: "/usr/bin:/bin" };
    assert.equal((await captureProgram(["true"], "x".repeat(1_000_000), env, never)).exitCode, 0);
    const controller = new AbortController();
    realClock.after(50, () => controller.abort(new Error("over")));
    await assert.rejects(captureProgram(["sleep", "30"], "", env, controller.signal), { message: "over" });
  });
});
