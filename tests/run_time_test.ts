import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClawError } from "../src/errors.ts";
import { RunTime } from "../src/run_time.ts";
import { createManualClock } from "./support/clock.ts";

function setUp() {
  const clock = createManualClock();
  const interrupter = new AbortController();
  return { clock, interrupter, time: new RunTime(clock, interrupter.signal) };
}

describe("RunTime", () => {
  it("ends when the settings say so, counted from the start", async () => {
    const { clock, time } = setUp();
    await clock.advance(400);
    time.know(1_000);
    await clock.advance(599);
    assert.equal(time.signal.aborted, false);
    await clock.advance(1);
    assert.equal(time.signal.reason.code, "net/timeout");
  });

  it("grants more, before and after the settings are known", async () => {
    const { clock, time } = setUp();
    time.extend(500);
    time.know(1_000);
    time.extend(500);
    await clock.advance(1_999);
    assert.equal(time.signal.aborted, false);
    await clock.advance(1);
    assert.equal(time.signal.aborted, true);
  });

  it("grants more after the time is over, by a new signal, counted from then on", async () => {
    const { clock, time } = setUp();
    time.know(1_000);
    await clock.advance(5_000);
    const over = time.signal;
    time.extend(300);
    assert.equal(over.aborted, true);
    assert.equal(time.signal.aborted, false);
    await clock.advance(300);
    assert.equal(time.signal.reason.code, "net/timeout");
  });

  it("grants nothing after a signal came", async () => {
    const { clock, time, interrupter } = setUp();
    time.know(1_000);
    interrupter.abort(new ClawError("interrupted", "interrupted"));
    time.extend(300);
    assert.equal(time.signal.reason.code, "interrupted");
    await clock.advance(1);
  });

  it("hears a signal during the time that was granted afterwards", async () => {
    const { clock, time, interrupter } = setUp();
    time.know(1_000);
    await clock.advance(1_000);
    time.extend(300);
    interrupter.abort(new ClawError("interrupted", "interrupted"));
    assert.equal(time.signal.reason.code, "interrupted");
  });

  it("does not count what a person does meanwhile", async () => {
    const { clock, time } = setUp();
    time.know(1_000);
    await clock.advance(600);
    const busy = time.pause(() => clock.sleep(3_600_000));
    await clock.advance(3_600_000);
    await busy;
    await clock.advance(399);
    assert.equal(time.signal.aborted, false);
    await clock.advance(1);
    assert.equal(time.signal.aborted, true);
  });

  it("does not begin anew because a person was asked after the time was over", async () => {
    const { clock, time } = setUp();
    time.know(1_000);
    await clock.advance(1_000);
    await time.pause(() => Promise.resolve());
    assert.equal(time.signal.aborted, true);
  });

  it("leaves no timer behind", async () => {
    const { clock, time } = setUp();
    time.know(1_000);
    await clock.advance(1_000);
    time.extend(300);
    time[Symbol.dispose]();
    assert.equal(clock.waiting, 0);
  });
});
