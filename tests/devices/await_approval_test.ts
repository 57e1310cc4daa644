import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ApprovalWait, awaitApproval } from "../../src/devices/await_approval.ts";
import { ClawError, type ErrorDetails } from "../../src/errors.ts";
import { createManualClock } from "../support/clock.ts";

const minute = 60_000;
const refusal = (requestId: string, details: ErrorDetails = {}) =>
  new ClawError("auth/pairing-required", "pairing required", { details: { requestId, ...details } });

/** A wait for request `a` whose attempts end as given, in turn; the last one for ever. */
function begin(answers: readonly (Error | string)[], choices: Partial<ApprovalWait<string>> = {}) {
  const clock = createManualClock();
  const askedAt: number[] = [];
  const troubles: string[] = [];
  const end = awaitApproval<string>({
    clock,
    signal: new AbortController().signal,
    requestId: "a",
    mayPoll: true,
    retryAfterMs: 0,
    limitMs: 10 * minute,
    ask() {
      askedAt.push(clock.elapsed());
      const answer = answers[Math.min(askedAt.length, answers.length) - 1] ?? "in";
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    onTrouble: ({ code }) => troubles.push(code),
    ...choices,
  });
  end.catch(() => {});
  return { clock, askedAt, troubles, end };
}

describe("awaitApproval()", () => {
  it("asks twelve times a minute while the same request waits, and ends when it is let in", async () => {
    const { clock, askedAt, end } = begin([...Array(24).fill(refusal("a")), "in"]);
    await clock.advance(3 * minute);
    assert.deepEqual(await end, { kind: "approved", value: "in" });
    assert.deepEqual([askedAt.length, askedAt[0], askedAt[24]], [25, 5_000, 125_000]);
  });

  it("looks once more at the very end of its time", async () => {
    const { clock, askedAt, end } = begin([refusal("a")], { limitMs: 12_000 });
    await clock.advance(minute);
    assert.deepEqual(await end, { kind: "late" });
    assert.deepEqual(askedAt, [5_000, 10_000, 12_000]);
  });

  it("stops at another request", async () => {
    const { clock, end } = begin([refusal("a"), refusal("b")]);
    await clock.advance(minute);
    assert.deepEqual(await end, { kind: "replaced", by: "b", hasExpired: false });
  });

  it("tells a request that ran out from one that was rejected", async () => {
    const { clock, end } = begin([new ClawError("net/unreachable", "nobody listens"), refusal("b")], {
      retryAfterMs: 4 * minute,
    });
    await clock.advance(3 * minute);
    await clock.advance(7 * minute);
    assert.equal((await end).kind, "replaced");
    const slept = begin([refusal("b")], { retryAfterMs: 6 * minute });
    await slept.clock.advance(7 * minute);
    assert.deepEqual(await slept.end, { kind: "replaced", by: "b", hasExpired: true });
  });

  it("does not ask a gateway that does not want it", async () => {
    for (const details of [{ pauseReconnect: true }, { retryable: false }, { recommendedNextStep: "give_up" }]) {
      const { clock, askedAt, end } = begin([refusal("a", details)]);
      await clock.advance(minute);
      assert.deepEqual(await end, { kind: "paused" });
      assert.equal(askedAt.length, 1);
    }
    assert.deepEqual(await begin([], { mayPoll: false }).end, { kind: "paused" });
    const wanted = { pauseReconnect: false, retryable: true, recommendedNextStep: "wait_then_retry" };
    const { clock, end } = begin([refusal("a", wanted), "in"]);
    await clock.advance(minute);
    assert.equal((await end).kind, "approved");
  });

  it("waits as long as it is told to, unless that is absurd", async () => {
    const { clock, askedAt, end } = begin([
      refusal("a", { retryAfterMs: 20_000 }),
      new ClawError("gateway/unavailable", "too many logins", { details: { retryAfterMs: 30_000 } }),
      refusal("a", { retryAfterMs: -1 }),
      refusal("a", { retryAfterMs: Number.MAX_VALUE }),
      "in",
    ]);
    await clock.advance(2 * minute);
    assert.equal((await end).kind, "approved");
    assert.deepEqual(askedAt, [5_000, 25_000, 55_000, 60_000, 65_000]);
  });

  it("does not ask too early at the end of its time", async () => {
    const { clock, askedAt, end } = begin([refusal("a", { retryAfterMs: 20_000 })], { limitMs: 12_000 });
    await clock.advance(minute);
    assert.deepEqual([(await end).kind, askedAt], ["late", [5_000]]);
  });

  it("bears what passes, and not what does not", async () => {
    const { clock, troubles, end } = begin([new ClawError("net/closed", "x"), new ClawError("auth/rejected", "wrong")]);
    await clock.advance(minute);
    await assert.rejects(end, { code: "auth/rejected" });
    assert.deepEqual(troubles, ["net/closed"]);
  });

  it("ends with the signal's reason", async () => {
    const stop = new AbortController();
    const { end } = begin([], { signal: stop.signal });
    stop.abort(new ClawError("interrupted", "interrupted"));
    await assert.rejects(end, { code: "interrupted" });
  });
});
