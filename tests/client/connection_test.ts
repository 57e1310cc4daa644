import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import type { Handshake } from "../../src/client/handshake.ts";
import { ClawError } from "../../src/errors.ts";
import { HelloOk } from "../../src/protocol/mod.ts";
import { settle } from "../support/clock.ts";
import { createPeer, helloOk } from "../support/wire.ts";

const never = new AbortController().signal;
const wake = { mode: "now", text: "hello" } as const;

function connect(options: Parameters<typeof helloOk>[1] = {}) {
  const peer = createPeer();
  const hello = HelloOk.parse(helloOk("connect", options).payload);
  const handshake: Handshake = {
    hello,
    protocol: options.protocol === 3 ? 3 : 4,
    challengedAt: { gatewayMs: 0, localMs: 0, elapsedMs: 0 },
    challengeMs: 0,
    helloMs: 0,
  };
  return { peer, connection: new Connection(peer.transport, handshake, 0) };
}

async function failureOf(promise: Promise<unknown>): Promise<ClawError> {
  const error = await promise.then(() => assert.fail("it should have failed"), (thrown: unknown) => thrown);
  assert.ok(error instanceof ClawError, String(error));
  return error;
}

describe("Connection.call()", () => {
  it("matches answers to requests by id, in any order", async () => {
    const { peer, connection } = connect();
    const first = connection.call("wake", wake, never);
    const second = connection.call("last-heartbeat", undefined, never);
    const [a, b] = [await peer.hear(), await peer.hear()];
    peer.say({ type: "res", id: b.id, ok: true, payload: null });
    peer.say({ type: "res", id: a.id, ok: true, payload: { ok: true } });
    assert.deepEqual([await first, await second], [{ ok: true }, null]);
  });

  it("passes on a result that holds ok:false inside a successful frame", async () => {
    const { peer, connection } = connect();
    const call = connection.call("wake", wake, never);
    peer.say({ type: "res", id: (await peer.hear()).id, ok: true, payload: { ok: false } });
    assert.deepEqual(await call, { ok: false });
  });

  it("never calls an accepted wake anything that may be repeated", async () => {
    const { peer, connection } = connect();
    const call = connection.call("wake", wake, never);
    peer.say({ type: "res", id: (await peer.hear()).id, ok: true, payload: "fine" });
    assert.equal((await failureOf(call)).code, "net/unanswered");
  });

  it("bears a second answer to a settled call, as agent gives it", async () => {
    const { peer, connection } = connect();
    const call = connection.call("wake", wake, never);
    const { id } = await peer.hear();
    for (let n = 0; n < 2; n++) peer.say({ type: "res", id, ok: true, payload: { ok: true } });
    await call;
    const next = connection.call("wake", wake, never);
    peer.say({ type: "res", id: (await peer.hear()).id, ok: true, payload: { ok: true } });
    assert.deepEqual(await next, { ok: true });
  });

  it("refuses a parameter that protocol 3 does not know, naming the gateway's version, before sending", async () => {
    const { connection } = connect({ protocol: 3 });
    const error = await failureOf(connection.call("wake", { ...wake, sessionKey: "agent:main:main" }, never));
    assert.equal(error.code, "gateway/unsupported");
    assert.equal(error.message, "gateway 2026.3.13 (protocol 3) does not know sessionKey in wake");
  });

  it("compares the granted scopes before sending", async () => {
    const { connection } = connect({ scopes: ["operator.read"] });
    const error = await failureOf(connection.call("wake", wake, never));
    assert.equal(error.code, "auth/scope");
    assert.match(error.message, /wake needs operator\.write, but this connection was granted operator\.read/);
  });

  it("refuses a frame over the gateway's limit before sending", async () => {
    const { connection } = connect({ maxPayload: 100 });
    const error = await failureOf(connection.call("wake", { mode: "now", text: "ü".repeat(60) }, never));
    assert.deepEqual([error.code, error.details["maxPayload"]], ["input/invalid", 100]);
  });

  it("turns missing scope of either generation into auth/scope, naming the scope", async () => {
    const wireErrors = [
      { code: "INVALID_REQUEST", message: "missing scope: operator.write" },
      {
        code: "FORBIDDEN",
        message: "missing scope: operator.write",
        details: { code: "MISSING_SCOPE", missingScope: "operator.write" },
      },
    ];
    for (const error of wireErrors) {
      const { peer, connection } = connect();
      const call = connection.call("wake", wake, never);
      peer.say({ type: "res", id: (await peer.hear()).id, ok: false, error });
      const failure = await failureOf(call);
      assert.deepEqual([failure.code, failure.details["missingScope"]], ["auth/scope", "operator.write"]);
    }
  });

  const written: readonly (readonly [name: string, spoil: (peer: ReturnType<typeof createPeer>) => void])[] = [
    ["the gateway closes cleanly", (peer) => peer.close(1000)],
    ["the gateway restarts", (peer) => peer.close(1012, "service restart")],
    ["the connection is cut", (peer) => peer.close(1006)],
    ["the gateway answers with text that is no JSON", (peer) => peer.say("{nope")],
    ["the gateway answers a request that was never made", (peer) => peer.say({ type: "res", id: "99", ok: true })],
    ["the gateway sends a request", (peer) => peer.say({ type: "req", id: "1", method: "x" })],
  ];
  for (const [name, spoil] of written) {
    it(`is net/unanswered once the request is written and ${name}`, async () => {
      const { peer, connection } = connect();
      const call = connection.call("wake", wake, never);
      await peer.hear();
      spoil(peer);
      const error = await failureOf(call);
      assert.equal(error.code, "net/unanswered");
      assert.match(error.message, /^wake was sent, but .*: the gateway may or may not have acted on it$/);
    });
  }

  it("is net/unanswered when the time is over after it was written, and interrupted after a signal", async () => {
    const reasons = [
      [new ClawError("net/timeout", "the time is over"), "net/unanswered"],
      [new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }), "interrupted"],
    ] as const;
    for (const [reason, expected] of reasons) {
      const { peer, connection } = connect();
      const controller = new AbortController();
      const call = connection.call("wake", wake, controller.signal);
      await peer.hear();
      controller.abort(reason);
      const error = await failureOf(call);
      assert.equal(error.code, expected);
      assert.match(error.message, /may or may not have acted on it/);
    }
  });

  it("sends nothing when the time was over before", async () => {
    const { peer, connection } = connect();
    const signal = AbortSignal.abort(new ClawError("net/timeout", "the time is over"));
    assert.equal((await failureOf(connection.call("wake", wake, signal))).code, "net/timeout");
    peer.close();
    await assert.rejects(peer.hear(), /the client closed/);
  });

  it("is net/closed when the gateway had closed before it was written", async () => {
    const { peer, connection } = connect();
    peer.close(1008, "slow consumer");
    await settle();
    const error = await failureOf(connection.call("wake", wake, never));
    assert.equal(error.code, "net/closed");
    assert.match(error.message, /1008: slow consumer/);
  });
});

describe("Connection.listen()", () => {
  it("keeps what came before anybody listened, if that is not too much", async () => {
    const heardOf = async (count: number, characters: number) => {
      const { peer, connection } = connect();
      for (let n = 0; n < count; n++) peer.say({ type: "event", event: "x", payload: "y".repeat(characters) });
      await settle();
      let heard = 0;
      connection.listen(() => void (heard += 1), "start");
      return heard;
    };
    assert.deepEqual([await heardOf(64, 10), await heardOf(65, 10)], [64, 0]);
    assert.deepEqual([await heardOf(3, 1_000_000), await heardOf(5, 1_000_000)], [3, 0]);
  });
});

describe("Connection.request()", () => {
  const accepted = { runId: "r", status: "accepted" };

  /** A call of `agent` that waits for the last answer. */
  async function ask() {
    const at = connect();
    const controller = new AbortController();
    const seen: unknown[] = [];
    const call = at.connection.request(
      "agent",
      { message: "hi" },
      { resend: "unsafe", onAccepted: (payload) => seen.push(payload) },
      controller.signal,
    );
    const frame = await at.peer.hear();
    const answer = (response: object) => at.peer.say({ type: "res", id: frame.id, ok: true, ...response });
    return { ...at, controller, seen, call, frame, answer };
  }

  it("sends any method with any params, and gives its answer unchecked", async () => {
    const { peer, connection } = connect({ scopes: [] });
    const call = connection.request("not.known.yet", { deep: [1] }, { resend: "unsafe" }, never);
    const { id, method, params } = await peer.hear();
    assert.deepEqual([method, params], ["not.known.yet", { deep: [1] }]);
    peer.say({ type: "res", id, ok: true, payload: [{ any: "thing" }] });
    assert.deepEqual(await call, [{ any: "thing" }]);
  });

  it("takes the first answer for the last one unless told otherwise", async () => {
    const { peer, connection } = connect();
    const call = connection.request("agent", {}, { resend: "unsafe" }, never);
    peer.say({ type: "res", id: (await peer.hear()).id, ok: true, payload: accepted });
    assert.deepEqual(await call, accepted);
  });

  it("waits for the answer after the acceptance, and tells of that", async () => {
    const { call, answer, seen } = await ask();
    answer({ payload: accepted });
    await settle();
    assert.deepEqual(seen, [accepted]);
    answer({ payload: { runId: "r", status: "ok" } });
    assert.deepEqual(await call, { runId: "r", status: "ok" });
  });

  it("fails with the last answer when that is a refusal (recording 50)", async () => {
    const { call, answer } = await ask();
    answer({ payload: accepted });
    answer({ ok: false, error: { code: "UNAVAILABLE", message: "no model" } });
    assert.deepEqual((await failureOf(call)).message, "agent: no model");
  });

  it("is gateway/unsettled when it was accepted and the last answer never came", async () => {
    const cut = await ask();
    cut.answer({ payload: accepted });
    cut.peer.close(1006);
    const error = await failureOf(cut.call);
    assert.equal(error.code, "gateway/unsettled");
    assert.equal(error.message, "agent was accepted, but the gateway closed the connection (1006)");
    const late = await ask();
    late.answer({ payload: accepted });
    await settle();
    late.controller.abort(new ClawError("net/timeout", "the time is over"));
    assert.equal((await failureOf(late.call)).message, "agent was accepted, but no final answer came in time");
    const stopped = await ask();
    stopped.answer({ payload: accepted });
    await settle();
    stopped.controller.abort(new ClawError("interrupted", "interrupted"));
    assert.equal((await failureOf(stopped.call)).message, "interrupted after agent was accepted: it goes on");
  });

  it("is net/unanswered when nothing came, and says so according to what a repetition does", async () => {
    for (
      const [resend, words, hint] of [
        ["unsafe", ": the gateway may or may not have acted on it", /look before you repeat it/],
        ["safe", "", /does no harm twice/],
      ] as const
    ) {
      const { peer, connection } = connect();
      const call = connection.request("x.y", undefined, { resend }, never);
      await peer.hear();
      peer.close(1006);
      const error = await failureOf(call);
      assert.equal(error.code, "net/unanswered");
      assert.equal(error.message, `x.y was sent, but the gateway closed the connection (1006)${words}`);
      assert.match(error.hint ?? "", hint);
    }
  });

  it("refuses a frame over the gateway's limit before sending", async () => {
    const { connection } = connect({ maxPayload: 100 });
    const call = connection.request("x", { text: "ü".repeat(60) }, { resend: "unsafe" }, never);
    assert.equal((await failureOf(call)).code, "input/invalid");
  });
});
