import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTimeLimit, realClock, unlessAborted } from "../../src/platform/clock.ts";
import { createManualClock } from "../support/clock.ts";

const never = new AbortController().signal;
const expired = () => new Error("over");

describe("createTimeLimit()", () => {
  it("is not set at first, and expires when its time since creation is over", async () => {
    const clock = createManualClock();
    using limit = createTimeLimit(clock, expired, never);
    await clock.advance(60_000);
    assert.equal(limit.signal.aborted, false);
    limit.set(60_100);
    await clock.advance(99);
    assert.equal(limit.signal.aborted, false);
    await clock.advance(1);
    assert.equal(limit.signal.aborted, true);
    assert.equal((limit.signal.reason as Error).message, "over");
  });

  it("may be moved either way while it has not passed", async () => {
    const clock = createManualClock();
    using limit = createTimeLimit(clock, expired, never);
    limit.set(100);
    limit.set(1000);
    await clock.advance(500);
    assert.equal(limit.signal.aborted, false);
    limit.set(600);
    await clock.advance(100);
    assert.equal(limit.signal.aborted, true);
  });

  it("expires at once when it is moved before now, and stays expired", async () => {
    const clock = createManualClock();
    using limit = createTimeLimit(clock, expired, never);
    await clock.advance(500);
    limit.set(400);
    await clock.advance(0);
    assert.equal(limit.signal.aborted, true);
    limit.set(10_000);
    assert.equal(limit.signal.aborted, true);
  });

  it("follows its parent, with the parent's reason", () => {
    const parent = new AbortController();
    using limit = createTimeLimit(createManualClock(), expired, parent.signal);
    parent.abort(new Error("interrupted"));
    assert.equal((limit.signal.reason as Error).message, "interrupted");
    using late = createTimeLimit(createManualClock(), expired, parent.signal);
    assert.equal((late.signal.reason as Error).message, "interrupted");
  });

  it("leaves no timer behind", () => {
    const clock = createManualClock();
    const limit = createTimeLimit(clock, expired, never);
    limit.set(100);
    assert.equal(clock.waiting, 1);
    limit[Symbol.dispose]();
    assert.equal(clock.waiting, 0);
  });
});

describe("realClock", () => {
  it("sleeps, and wakes with the signal's reason when that is aborted first", async () => {
    const before = realClock.elapsed();
    await realClock.sleep(5);
    // A timer may fire a fraction of a millisecond early.
    assert.ok(realClock.elapsed() - before >= 4);
    const controller = new AbortController();
    const sleeping = realClock.sleep(3_600_000, controller.signal);
    controller.abort(new Error("woken"));
    await assert.rejects(sleeping, /woken/);
    await assert.rejects(realClock.sleep(3_600_000, controller.signal), /woken/);
  });

  it("runs an action once, unless it is called off", async () => {
    const done: string[] = [];
    realClock.after(1, () => void done.push("ran"));
    realClock.after(1, () => void done.push("called off"))();
    await realClock.sleep(10);
    assert.deepEqual(done, ["ran"]);
  });

  it("tells epoch milliseconds", () => {
    assert.ok(Math.abs(realClock.now() - Date.now()) < 1000);
  });
});

describe("unlessAborted()", () => {
  it("gives what the work gives, and leaves no listener on the signal", async () => {
    const controller = new AbortController();
    assert.equal(await unlessAborted(Promise.resolve("done"), controller.signal), "done");
    await assert.rejects(unlessAborted(Promise.reject(new Error("broken")), controller.signal), { message: "broken" });
    controller.abort(new Error("nobody hears this"));
  });

  it("leaves work that never ends behind, with the signal's reason", async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(new Promise(() => {}), controller.signal);
    controller.abort(new Error("over"));
    await assert.rejects(waiting, { message: "over" });
    await assert.rejects(unlessAborted(Promise.resolve("late"), controller.signal), { message: "over" });
  });
});

describe("realClock", () => {
  it("waits as long as it was told, in as many timers as it takes", () => {
    const day = 86_400_000;
    const { setTimeout, clearTimeout } = globalThis;
    const timers: { readonly action: () => void; readonly ms: number }[] = [];
    const cleared: unknown[] = [];
    Object.assign(globalThis, {
      setTimeout: (action: () => void, ms: number) => timers.push({ action, ms }),
      clearTimeout: (timer: unknown) => void cleared.push(timer),
    });
    let waitedMs = 0;
    try {
      let isOver = false;
      const cancel = realClock.after(60 * day, () => (isOver = true));
      for (let at = 0; !isOver; at++) {
        waitedMs += timers[at]?.ms ?? NaN;
        timers[at]?.action();
      }
      cancel();
    } finally {
      Object.assign(globalThis, { setTimeout, clearTimeout });
    }
    assert.deepEqual([waitedMs, timers.length, cleared], [60 * day, 3, [3]]);
  });

  it("waits long where a timer would overflow and fire at once", async () => {
    const controller = new AbortController();
    let fired = "";
    const sleeping = realClock.sleep(1e12, controller.signal).then(() => (fired += "sleep"));
    const cancel = realClock.after(Infinity, () => (fired += "after"));
    await realClock.sleep(20);
    cancel();
    controller.abort(new Error("over"));
    await assert.rejects(sleeping, { message: "over" });
    assert.equal(fired, "");
  });
});
