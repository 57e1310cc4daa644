import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planFaults, readFaultScript, skewClock } from "../../src/devgateway/fault_plan.ts";
import { parseFault } from "../../src/devgateway/fault_text.ts";
import { createManualClock } from "../support/clock.ts";

const script = (value: unknown) => readFaultScript(value, "faults.json5");

describe("planFaults()", () => {
  const codes = (plan: ReturnType<typeof planFaults>, connection: number) =>
    plan.rulesFor(connection).map(({ deed }) => deed.kind === "close" ? deed.code : deed.kind);

  it("plays a script by the number of the connection, and nothing after its end", () => {
    const plan = planFaults(
      [],
      script([{ connections: 2, faults: ["close-before-challenge=1000"] }, {}, { faults: ["close-after-hello=4008"] }]),
    );
    assert.deepEqual([1, 2, 3, 4, 5].map((connection) => codes(plan, connection)), [[1000], [1000], [], [4008], []]);
  });

  it("plays the last step for good where it says rest", () => {
    const plan = planFaults([], script([{ connections: 3 }, { connections: "rest", faults: ["no-challenge"] }]));
    assert.deepEqual([1, 3, 4, 400].map((connection) => codes(plan, connection)), [[], [], ["swallow"], ["swallow"]]);
  });

  it("puts what every connection meets before what its step says", () => {
    const plan = planFaults([parseFault("late-challenge=1s")], script([{ faults: ["close-after-connect=1011"] }]));
    assert.deepEqual([1, 2].map((connection) => codes(plan, connection)), [["wait", 1011], ["wait"]]);
  });

  it("knows how far the clock is to be off", () => {
    assert.equal(planFaults([parseFault("clock-skew=-1m")]).clockSkewMs, -60_000);
    assert.equal(planFaults([parseFault("no-challenge")]).clockSkewMs, 0);
  });
});

describe("readFaultScript()", () => {
  for (
    const [value, says] of [
      [{}, /it is no script/],
      [[{ connections: 0 }], /0\.connections/],
      [[{ connections: 1.5 }], /0\.connections/],
      [[{ fault: ["no-challenge"] }], /0/],
      [[{ faults: "no-challenge" }], /0\.faults/],
      [[{ connections: "rest" }, {}], /"rest" must stand last/],
      [[{ faults: ["clock-skew"] }], /clock-skew is for all connections/],
    ] as const
  ) {
    it(`refuses ${JSON.stringify(value)}, naming the file`, () => {
      assert.throws(() => script(value), (error: Error & { code?: string }) => {
        assert.equal(error.code, "config/invalid");
        assert.match(error.message, /^faults\.json5: /);
        assert.match(error.message, says);
        return true;
      });
    });
  }

  it("refuses a fault that there is not", () => {
    assert.throws(() => script([{ faults: ["nothing"] }]), { code: "usage/bad-flag" });
  });
});

describe("skewClock()", () => {
  it("moves what it shows, not how fast it runs", async () => {
    const clock = createManualClock();
    const skewed = skewClock(clock, -5_000);
    assert.equal(skewed.now(), clock.now() - 5_000);
    let isDue = false;
    skewed.after(1_000, () => (isDue = true));
    await clock.advance(1_000);
    assert.equal(isDue, true);
    assert.equal(skewed.elapsed(), clock.elapsed());
  });
});
