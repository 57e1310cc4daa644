import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import { type AnswerItem, finalAnswer } from "../../src/client/final_answer.ts";
import type { Handshake } from "../../src/client/handshake.ts";
import { ClawError } from "../../src/errors.ts";
import { HelloOk } from "../../src/protocol/mod.ts";
import { settle } from "../support/clock.ts";
import { createPeer, helloOk } from "../support/wire.ts";

const accepted = { runId: "run-1", status: "accepted" };

/** A call of `agent` that is under way; what comes of it is noted. */
async function ask() {
  const { taking, first, ...call } = await begin();
  const items: AnswerItem[] = [];
  const over = first.then(async ({ done, value }) => {
    if (done !== true) items.push(value);
    await collect(taking, items);
  });
  over.catch(() => {});
  return { ...call, items, over };
}

/** A call of `agent` whose items are taken by hand after the first. */
async function begin() {
  const peer = createPeer();
  const hello = HelloOk.parse(helloOk("connect").payload);
  const challengedAt = { gatewayMs: 0, localMs: 0, elapsedMs: 0 };
  const handshake: Handshake = { hello, protocol: 4, challengedAt, challengeMs: 0, helloMs: 0 };
  const connection = new Connection(peer.transport, handshake, 0);
  const controller = new AbortController();
  const call = {
    connection,
    method: "agent",
    params: { message: "hi" },
    resend: "unsafe",
    signal: controller.signal,
  } as const;
  const taking = finalAnswer(call);
  const first = taking.next();
  const { id } = await peer.hear();
  const answer = (response: object) => peer.say({ type: "res", id, ok: true, ...response });
  const event = (name: string, payload: object) => peer.say({ type: "event", event: name, payload });
  return { peer, controller, taking, first, answer, event };
}

async function collect(from: AsyncIterable<AnswerItem>, into: AnswerItem[]): Promise<void> {
  for await (const item of from) into.push(item);
}

async function failureOf(over: Promise<void>): Promise<ClawError> {
  const error = await over.then(() => assert.fail("it should have failed"), (thrown: unknown) => thrown);
  assert.ok(error instanceof ClawError);
  return error;
}

describe("finalAnswer()", () => {
  it("gives the acceptance, this run's events and the last answer, in their order", async () => {
    const { items, over, answer, event } = await ask();
    answer({ payload: accepted });
    event("agent", { runId: "run-1", n: 1 });
    event("agent", { runId: "another", n: 2 });
    event("tick", { ts: 1 });
    event("cron", { jobId: "j" });
    answer({ payload: { runId: "run-1", status: "ok" } });
    await over;
    assert.deepEqual(items, [
      { kind: "accepted", payload: accepted },
      { kind: "event", event: "agent", payload: { runId: "run-1", n: 1 } },
      { kind: "event", event: "cron", payload: { jobId: "j" } },
      { kind: "answer", payload: { runId: "run-1", status: "ok" } },
    ]);
  });

  it("ends with the first answer of a method that answers once", async () => {
    const { items, over, answer } = await ask();
    answer({ payload: { runId: "run-1", status: "started" } });
    await over;
    assert.deepEqual(items.map(({ kind }) => kind), ["answer"]);
  });

  it("calls a refusal after the acceptance what it is, even when the gateway says that it may be repeated", async () => {
    const { over, answer } = await ask();
    answer({ payload: accepted });
    answer({ ok: false, error: { code: "UNAVAILABLE", message: "no model", retryable: true } });
    const error = await failureOf(over);
    assert.deepEqual([error.code, error.message], ["gateway/rejected", "agent was accepted, and failed: no model"]);
  });

  it("leaves a refusal without an acceptance as it is", async () => {
    const { over, answer } = await ask();
    answer({ ok: false, error: { code: "UNAVAILABLE", message: "busy", retryable: true } });
    assert.equal((await failureOf(over)).code, "gateway/unavailable");
  });

  it("says how to look what became of a run whose end was not heard", async () => {
    const { peer, items, over, answer } = await ask();
    answer({ payload: accepted });
    await settle();
    peer.close(1006);
    const error = await failureOf(over);
    assert.deepEqual([items.length, error.code, error.details["runId"]], [1, "gateway/unsettled", "run-1"]);
    assert.equal(error.hint, `look what became of it: claw call agent.wait --params '{"runId":"run-1"}'`);
  });

  it("puts no run id into a command line that is not a plain word", async () => {
    const { peer, over, answer } = await ask();
    answer({ payload: { ...accepted, runId: "'; rm -rf ~" } });
    await settle();
    peer.close(1006);
    assert.doesNotMatch((await failureOf(over)).hint ?? "", /rm -rf/);
  });

  it("keeps a bounded number of events for who takes them slowly, and tells how many it lost", async () => {
    const { taking, first, answer, event } = await begin();
    answer({ payload: accepted });
    assert.equal((await first).value?.kind, "accepted");
    for (let n = 0; n < 10_500; n++) event("cron", { n });
    answer({ payload: { status: "ok" } });
    await settle();
    const items: AnswerItem[] = [];
    await collect(taking, items);
    assert.deepEqual(items[0], { kind: "event", event: "cron", payload: { n: 0 } });
    assert.deepEqual(items.slice(-2), [{ kind: "lost", count: 500 }, { kind: "answer", payload: { status: "ok" } }]);
    assert.equal(items.length, 10_002);
  });

  it("bounds what waits by its size too, and loses neither the acceptance nor the answer", async () => {
    const { taking, first, answer, event } = await begin();
    const text = "x".repeat(5_000_000);
    for (let n = 0; n < 9; n++) event("cron", { n, text });
    answer({ payload: accepted });
    answer({ payload: { status: "ok" } });
    assert.equal((await first).value?.kind, "event");
    await settle();
    const items: AnswerItem[] = [];
    await collect(taking, items);
    const kinds = items.map((item) => item.kind === "lost" ? `${item.count} lost` : item.kind);
    assert.deepEqual(kinds, ["event", "event", "event", "event", "4 lost", "accepted", "answer"]);
  });

  it("ends with a signal, and names the run that goes on", async () => {
    const { controller, over, answer } = await ask();
    answer({ payload: accepted });
    await settle();
    controller.abort(new ClawError("interrupted", "interrupted"));
    const error = await failureOf(over);
    assert.deepEqual([error.code, error.details["runId"]], ["interrupted", "run-1"]);
  });
});
