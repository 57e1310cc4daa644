import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeEnd, lookUp, refusalWords, viewCandidates } from "../../../src/commands/cron/run_words.ts";
import { endOf } from "../../../src/cron/run_verdict.ts";

const end = (facts: Record<string, unknown>) => endOf({ ts: 1, jobId: "j", action: "finished", ...facts });

describe("describeEnd()", () => {
  const table: readonly (readonly [facts: Record<string, unknown>, text: string])[] = [
    [{ status: "ok", durationMs: 6 }, "succeeded after 6 ms"],
    [{ status: "error", error: "no model", durationMs: 106 }, "failed after 106 ms: no model"],
    [{ status: "error", errorReason: "auth" }, "failed: auth"],
    [{ status: "error" }, "failed"],
    [{ status: "skipped", summary: "quiet hours" }, "was skipped: quiet hours"],
    [
      { status: "ok", completionStatus: "failed", deliveryStatus: "not-delivered", deliveryError: "no channel" },
      "failed: no channel",
    ],
    [
      { status: "ok", completionStatus: "unknown", deliveryStatus: "unknown" },
      "ended, with an outcome unknown even there: delivery: unknown",
    ],
  ];
  for (const [facts, text] of table) it(`says ${text}`, () => assert.equal(describeEnd(end(facts)), text));
});

describe("lookUp()", () => {
  it("is one command line, whatever a gateway calls its jobs", () => {
    assert.equal(lookUp("3ccdc604-7ee5", "manual:3c:17:1"), "claw cron runs 3ccdc604-7ee5 --run-id manual:3c:17:1");
    assert.equal(lookUp("it's $HOME; rm", undefined), `claw cron runs 'it'\\''s $HOME; rm'`);
  });
});

describe("refusalWords()", () => {
  it("explains the reasons that gateways give, and passes on any other", () => {
    for (const reason of ["not-due", "already-running", "disabled", "stopped", "invalid-spec", "ownerless"]) {
      assert.notEqual(refusalWords(reason, "j")[0], reason);
    }
    assert.deepEqual(refusalWords("constructor", "j"), ["constructor", "look at it with: claw cron show j"]);
  });
});

describe("viewCandidates()", () => {
  it("lists the runs that it may be", () => {
    const candidates = [
      { runAtMs: 1, end: end({ status: "error", error: "no model" }) },
      { runAtMs: 2, end: end({ status: "ok", summary: "hello" }) },
      { runAtMs: 3, end: undefined },
    ];
    const view = viewCandidates(candidates, (ms) => `at ${ms}`);
    assert.ok(view.kind === "table");
    assert.deepEqual(view.rows, [["at 1", "failed", "no model"], ["at 2", "succeeded", ""], ["at 3", "not over", ""]]);
  });
});
