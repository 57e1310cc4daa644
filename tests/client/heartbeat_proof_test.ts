import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import { handshake } from "../../src/client/handshake.ts";
import { judgeHeartbeat, watchHeartbeats } from "../../src/client/heartbeat_proof.ts";
import { ClawError } from "../../src/errors.ts";
import { createManualClock, settle } from "../support/clock.ts";
import { challenge, createCredentials, createPeer, helloOk, type Peer } from "../support/wire.ts";

describe("judgeHeartbeat()", () => {
  const judged = (status: string, reason?: string) =>
    judgeHeartbeat({ ts: 1, status, ...(reason === undefined ? {} : { reason }) });

  it("counts only sent and ok-… as a run that went well", () => {
    assert.deepEqual(["sent", "ok-empty", "ok-token", "failed", "skipped"].map((status) => judged(status)), [
      "ran",
      "ran",
      "ran",
      "failed",
      "skipped",
    ]);
  });

  it("waits on after a skip that the gateway itself repeats", () => {
    assert.equal(judged("skipped", "requests-in-flight"), undefined);
    assert.equal(judged("skipped", "cron-in-progress"), undefined);
    assert.equal(judged("skipped", "target-none"), "skipped");
    assert.equal(judgeHeartbeat(undefined), undefined);
  });
});

describe("watchHeartbeats()", () => {
  /** A watch that began with the connection, at the challenge's time. */
  async function open(signal = new AbortController().signal) {
    const clock = createManualClock();
    const peer = createPeer();
    peer.say(challenge);
    const shaken = handshake(peer.transport, await createCredentials(), { clock, os: "linux", signal });
    peer.say(helloOk((await peer.hear()).id));
    const connection = new Connection(peer.transport, await shaken, 0);
    return { clock, peer, watch: watchHeartbeats(connection, clock, signal) };
  }

  const say = (peer: Peer, afterMs: number, status: string, durationMs: number) =>
    peer.say({
      type: "event",
      event: "heartbeat",
      payload: { ts: challenge.payload.ts + afterMs, status, durationMs },
    });

  it("takes a run that began after it did, as soon as its event comes", async () => {
    const { peer, watch } = await open();
    const proof = watch.result(30_000);
    say(peer, 700, "ok-token", 400);
    const { verdict, heartbeat } = await proof;
    assert.deepEqual([verdict, heartbeat?.status], ["ran", "ok-token"]);
  });

  it("takes no run that was under way already: it has not seen the event", async () => {
    const { clock, peer, watch } = await open();
    const proof = watch.result(30_000);
    say(peer, 700, "ok-token", 900);
    await settle();
    await clock.advance(1_000);
    const { id, method } = await peer.hear();
    assert.equal(method, "last-heartbeat");
    const payload = { ts: challenge.payload.ts + 950, status: "sent", durationMs: 50 };
    peer.say({ type: "res", id, ok: true, payload });
    assert.deepEqual((await proof).heartbeat, payload);
  });

  it("says that it saw none when the time is over", async () => {
    const { clock, peer, watch } = await open();
    const proof = watch.result(1_000);
    await clock.advance(1_000);
    peer.say({ type: "res", id: (await peer.hear()).id, ok: true, payload: null });
    assert.deepEqual(await proof, { verdict: "none", heartbeat: undefined });
  });

  it("says that the event is there when it is interrupted", async () => {
    const controller = new AbortController();
    const { watch } = await open(controller.signal);
    const proof = watch.result(30_000);
    await settle();
    controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGTERM" } }));
    await assert.rejects(proof, {
      code: "interrupted",
      message: "interrupted while waiting for the heartbeat: the event was accepted",
      details: { signal: "SIGTERM" },
    });
  });

  it("says why it could see nothing more", async () => {
    const { clock, peer, watch } = await open();
    const proof = watch.result(30_000);
    await settle();
    peer.close(1012, "service restart");
    await clock.advance(1_000);
    const { verdict, because } = await proof;
    assert.deepEqual([verdict, because], ["none", "the gateway closed the connection (1012: service restart)"]);
  });
});
