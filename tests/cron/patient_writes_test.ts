import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { patiently } from "../../src/cron/patient_writes.ts";
import { asClawError, ClawError } from "../../src/errors.ts";
import { createManualClock } from "../support/clock.ts";

const later = (retryAfterMs?: number) =>
  new ClawError("gateway/unavailable", "rate limit exceeded for cron.add", {
    details: retryAfterMs === undefined ? {} : { retryAfterMs, limit: "30 per 60s" },
  });

/** A write that is put off so, one after the other, and then goes well. */
function setUp(refusals: readonly ClawError[], controller = new AbortController()) {
  const clock = createManualClock();
  const said: string[] = [];
  let granted = 0;
  let sent = 0;
  const done = patiently(() => {
    const refusal = refusals[sent++];
    return refusal === undefined ? Promise.resolve("done") : Promise.reject(refusal);
  }, {
    clock,
    signal: controller.signal,
    grant: (ms) => void (granted += ms),
    waiting: (ms) => {
      said.push(`begin ${ms}`);
      return Promise.resolve({ [Symbol.dispose]: () => void said.push("end") });
    },
  });
  return { clock, said, done, controller, sent: () => sent, granted: () => granted };
}

describe("patiently()", () => {
  it("waits as long as it is told to, says so, grants the time, and sends again", async () => {
    const { clock, said, done, sent, granted } = setUp([later(41_000)]);
    await clock.advance(41_000);
    assert.equal(sent(), 1);
    assert.deepEqual(said, ["begin 41200"]);
    await clock.advance(200);
    assert.equal(await done, "done");
    assert.equal(sent(), 2);
    assert.deepEqual(said, ["begin 41200", "end"]);
    assert.equal(granted(), 41_200);
  });

  it("gives up when it is put off again and again", async () => {
    const { clock, done, sent } = setUp(Array.from({ length: 9 }, () => later(10)));
    const failure = done.catch(asClawError);
    await clock.advance(10_000);
    assert.equal((await failure as ClawError).code, "gateway/unavailable");
    assert.equal(sent(), 6);
  });

  it("waits for nothing else: no other failure, no wait without end, none without a time", async () => {
    for (const error of [new ClawError("gateway/rejected", "no"), later(), later(3_600_000)]) {
      const { done, said } = setUp([error]);
      await assert.rejects(done, error);
      assert.deepEqual(said, []);
    }
  });

  it("ends its wait when the run ends", async () => {
    const { clock, done, controller, said, sent } = setUp([later(60_000)]);
    const failure = done.catch(asClawError);
    await clock.advance(1_000);
    controller.abort(new ClawError("interrupted", "interrupted"));
    assert.equal((await failure as ClawError).code, "interrupted");
    assert.equal(sent(), 1);
    assert.deepEqual(said, ["begin 60200", "end"]);
  });
});
