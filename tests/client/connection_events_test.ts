import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import { ClawError } from "../../src/errors.ts";
import { settle } from "../support/clock.ts";
import { createHandshake, createPeer } from "../support/wire.ts";

const never = new AbortController().signal;

function connect() {
  const peer = createPeer();
  return { peer, connection: new Connection(peer.transport, createHandshake(), 0) };
}

async function failureOf(promise: Promise<unknown>): Promise<ClawError> {
  const error = await promise.then(() => assert.fail("it should have failed"), (thrown: unknown) => thrown);
  assert.ok(error instanceof ClawError, String(error));
  return error;
}

describe("Connection.ended", () => {
  it("resolves at the end, whoever brings it about", async () => {
    const ends: readonly ((at: ReturnType<typeof connect>) => void)[] = [
      ({ peer }) => peer.close(1006),
      ({ peer }) => peer.say({ type: "req", id: "1", method: "wake" }),
      ({ connection }) => void connection.close(() => Promise.resolve()),
    ];
    for (const end of ends) {
      const at = connect();
      let isOver = false;
      void at.connection.ended.then(() => (isOver = true));
      await settle();
      assert.equal(isOver, false);
      end(at);
      assert.ok(await at.connection.ended instanceof ClawError);
    }
  });
});

describe("Connection.listen()", () => {
  it("hears events of any name until it is told to stop", async () => {
    const { peer, connection } = connect();
    const heard: string[] = [];
    const stop = connection.listen(({ event }) => heard.push(event));
    peer.say({ type: "event", event: "tick", payload: { ts: 1 }, seq: 37 });
    peer.say({ type: "event", event: "not.known.yet" });
    await settle();
    stop();
    peer.say({ type: "event", event: "tick" });
    await settle();
    assert.deepEqual(heard, ["tick", "not.known.yet"]);
  });

  it("hears from the start what came before anybody listened, unless it was too much to keep", async () => {
    for (const [count, expected] of [[3, 3], [64, 64], [65, 0]] as const) {
      const { peer, connection } = connect();
      for (let seq = 1; seq <= count; seq++) peer.say({ type: "event", event: "health", seq });
      await settle(8);
      const heard: unknown[] = [];
      connection.listen(({ seq }) => heard.push(seq), "start");
      assert.equal(heard.length, expected);
      const again: unknown[] = [];
      connection.listen(({ seq }) => again.push(seq), "start");
      assert.deepEqual(again, []);
    }
  });

  it("is given nothing of the past when it asks for now, and leaves it to who asks for it", async () => {
    const { peer, connection } = connect();
    peer.say({ type: "event", event: "health" });
    await settle();
    connection.listen(() => assert.fail("that was before"));
    await settle();
    const heard: string[] = [];
    connection.listen(({ event }) => heard.push(event), "start");
    assert.deepEqual(heard, ["health"]);
  });
});

describe("Connection.abandon()", () => {
  it("closes with the code, fails what waits, and ends with the reason though the other side is silent", async () => {
    const { peer, connection } = connect();
    const call = connection.call("last-heartbeat", undefined, never);
    await peer.hear();
    connection.abandon(new ClawError("net/closed", "the gateway was silent"), 4000, "tick timeout");
    assert.equal((await failureOf(call)).message, "last-heartbeat was sent, but the gateway was silent");
    assert.equal((await connection.ended).message, "the gateway was silent");
    assert.deepEqual(await peer.transport.closed, { code: 4000, reason: "tick timeout" });
    assert.equal((await failureOf(connection.call("health", undefined, never))).message, "the gateway was silent");
  });
});
