import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import { watchTicks } from "../../src/client/tick_watchdog.ts";
import { createManualClock } from "../support/clock.ts";
import { createHandshake, createPeer } from "../support/wire.ts";

function watch(tickIntervalMs?: number) {
  const peer = createPeer();
  const handshake = createHandshake(tickIntervalMs === undefined ? {} : { tickIntervalMs });
  const connection = new Connection(peer.transport, handshake, 0);
  const clock = createManualClock();
  return { peer, connection, clock, stop: watchTicks(connection, clock) };
}

const tick = { type: "event", event: "tick", payload: { ts: 1 } };

describe("watchTicks()", () => {
  it("closes with 4000 after two intervals of silence, not before, and says how long it was", async () => {
    const { peer, connection, clock } = watch();
    await clock.advance(59_999);
    let isOver = false;
    void connection.ended.then(() => (isOver = true));
    await clock.advance(0);
    assert.equal(isOver, false);
    await clock.advance(1);
    const error = await connection.ended;
    assert.equal(error.code, "net/closed");
    assert.equal(error.message, "the gateway was silent for 60 s: the connection counts as lost");
    assert.deepEqual(await peer.transport.closed, { code: 4000, reason: "tick timeout" });
  });

  it("counts from the last event, whatever it was", async () => {
    const { peer, connection, clock } = watch();
    await clock.advance(50_000);
    peer.say({ type: "event", event: "cron" });
    await clock.advance(59_000);
    peer.say(tick);
    await clock.advance(59_000);
    assert.equal(clock.waiting, 1);
    await clock.advance(1_000);
    assert.equal((await connection.ended).details["closeCode"], 4000);
  });

  it("believes no interval below a second", async () => {
    for (const claimed of [0, -5, 3]) {
      const { connection, clock } = watch(claimed);
      await clock.advance(1_999);
      assert.equal(clock.waiting, 1);
      await clock.advance(1);
      await connection.ended;
    }
  });

  it("leaves no timer behind when it is stopped, or the connection has ended", async () => {
    const stopped = watch();
    stopped.stop();
    const ended = watch();
    ended.peer.close(1012, "service restart");
    assert.match((await ended.connection.ended).message, /1012: service restart/);
    await ended.clock.advance(0);
    assert.deepEqual([stopped.clock.waiting, ended.clock.waiting], [0, 0]);
  });
});
