import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Hooks, type HookTrouble } from "../../src/cli/hooks.ts";
import type { ProgramEnd } from "../../src/platform/world.ts";
import { createManualClock, settle } from "../support/clock.ts";

function stage() {
  const clock = createManualClock();
  const controller = new AbortController();
  const given: string[] = [];
  const ends: ((end: ProgramEnd) => void)[] = [];
  const troubles: HookTrouble[] = [];
  const absences: string[] = [];
  const hooks = new Hooks({
    run: (text, signal) => {
      given.push(text);
      signal.addEventListener("abort", () => ends.forEach((end) => end({ kind: "ended", by: "SIGTERM" })));
      return new Promise((resolve) => ends.push(resolve));
    },
    clock,
    signal: controller.signal,
    onTrouble: (trouble) => troubles.push(trouble),
    onAbsent: ({ message }) => absences.push(message),
  });
  const finish = async (end: ProgramEnd = { kind: "exited", exitCode: 0 }) => {
    ends.shift()?.(end);
    await settle(1);
  };
  return { clock, hooks, given, troubles, absences, finish, stop: () => controller.abort() };
}

describe("Hooks", () => {
  it("hands each item over as a line of JSON, four at a time, in order", async () => {
    const { hooks, given, finish } = stage();
    for (let n = 1; n <= 6; n++) hooks.hand({ n });
    assert.deepEqual(given, ['{"n":1}\n', '{"n":2}\n', '{"n":3}\n', '{"n":4}\n']);
    await finish();
    assert.equal(given.at(-1), '{"n":5}\n');
    let isSettled = false;
    const settled = hooks.settled().then(() => (isSettled = true));
    for (let n = 0; n < 4; n++) await finish();
    assert.equal(isSettled, false);
    await finish();
    await settled;
  });

  it("leaves out what does not fit, says so at once, and how many they were when there is room", async () => {
    const { hooks, given, troubles, finish } = stage();
    for (let n = 0; n < 4 + 256 + 7; n++) hooks.hand(n);
    assert.deepEqual(troubles, [{ kind: "full", waiting: 256 }]);
    for (let n = 0; n < 129; n++) await finish();
    assert.deepEqual(troubles.slice(1), [{ kind: "missed", count: 7 }]);
    hooks.hand("late");
    for (let n = 0; n < 132; n++) await finish();
    await hooks.settled();
    assert.equal(given.length, 4 + 256 + 1);
    assert.equal(given.at(-1), '"late"\n');
  });

  it("is full of a few large ones too", () => {
    const { hooks, troubles } = stage();
    for (let n = 0; n < 7; n++) hooks.hand("x".repeat(4_000_000));
    assert.deepEqual(troubles, [{ kind: "full", waiting: 2 }]);
  });

  it("tells of a program that failed, and goes on", async () => {
    const { hooks, troubles, finish } = stage();
    hooks.hand(1);
    await finish({ kind: "exited", exitCode: 3 });
    hooks.hand(2);
    await finish({ kind: "absent", osCode: "ENOENT" });
    assert.deepEqual(troubles.map((trouble) => trouble.kind === "failed" && trouble.end.kind), ["exited", "absent"]);
  });

  it("gives up a program that was never there", async () => {
    const { hooks, absences, troubles, finish } = stage();
    hooks.hand(1);
    await finish({ kind: "absent", osCode: "ENOENT" });
    assert.deepEqual([absences, troubles], [["the program of --exec cannot be started: ENOENT"], []]);
  });

  it("starts none after the signal, and is settled when those that run have ended", async () => {
    const { hooks, given, troubles, stop } = stage();
    for (let n = 1; n <= 9; n++) hooks.hand(n);
    stop();
    await hooks.settled();
    hooks.hand(10);
    assert.deepEqual([given.length, troubles], [4, [{ kind: "missed", count: 5 }]]);
  });

  it("ends a program that goes on for ten minutes, says so, and gives its place to others", async () => {
    const { clock, hooks, given, troubles, finish } = stage();
    for (let n = 1; n <= 5; n++) hooks.hand(n);
    await clock.advance(1_000);
    await finish();
    assert.equal(given.length, 5);
    await clock.advance(599_000 - 1);
    assert.deepEqual(troubles, []);
    await clock.advance(1);
    await hooks.settled();
    assert.deepEqual(troubles[0], { kind: "late", afterMs: 600_000 });
    assert.equal(clock.waiting, 0);
  });
});
