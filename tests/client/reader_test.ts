import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import type { Handshake } from "../../src/client/handshake.ts";
import { Reader } from "../../src/client/reader.ts";
import { ClawError } from "../../src/errors.ts";
import { HelloOk } from "../../src/protocol/mod.ts";
import { createManualClock, settle } from "../support/clock.ts";
import { createPeer, helloOk, type Peer } from "../support/wire.ts";

/** A reader over connections whose other ends the test plays. */
function open() {
  const clock = createManualClock();
  const controller = new AbortController();
  const peers: Peer[] = [];
  const closed: Promise<string>[] = [];
  const endings: ClawError[] = [];
  async function* links() {
    for (;;) {
      const peer = createPeer();
      const hello = HelloOk.parse(helloOk("connect", { scopes: ["operator.read"] }).payload);
      const challengedAt = { gatewayMs: 0, localMs: 0, elapsedMs: 0 };
      const handshake: Handshake = { hello, protocol: 4, challengedAt, challengeMs: 0, helloMs: 0 };
      const connection = new Connection(peer.transport, handshake, 0);
      peers.push(peer);
      yield { connection };
      endings.push(await connection.ended);
    }
  }
  const reader = new Reader({ links: links(), clock, signal: controller.signal });
  const read = () => reader.read((connection, signal) => connection.call("last-heartbeat", undefined, signal));
  return { clock, controller, peers, closed, endings, read };
}

type Setup = ReturnType<typeof open>;

async function answer({ peers }: Setup, at: number, response: object = { ok: true, payload: null }): Promise<void> {
  await settle();
  const peer = peers[at] ?? assert.fail(`there is no connection ${at}`);
  peer.say({ type: "res", id: (await peer.hear()).id, ...response });
}

describe("Reader.read()", () => {
  it("asks one connection for as long as it answers", async () => {
    const setup = open();
    for (let n = 0; n < 3; n++) {
      const reading = setup.read();
      await answer(setup, 0);
      assert.equal(await reading, null);
    }
    assert.equal(setup.peers.length, 1);
  });

  it("asks the next one when a connection is lost, before or after it was asked", async () => {
    const setup = open();
    const first = setup.read();
    await settle();
    await setup.peers[0]?.hear();
    setup.peers[0]?.close(1012, "service restart");
    await answer(setup, 1);
    assert.equal(await first, null);
    setup.peers[1]?.close(1006);
    await settle();
    const second = setup.read();
    await answer(setup, 2);
    assert.equal(await second, null);
    assert.deepEqual(setup.endings.map(({ code }) => code), ["net/closed", "net/closed"]);
  });

  it("gives up a connection that does not answer, and asks the next one", async () => {
    const setup = open();
    const reading = setup.read();
    await setup.clock.advance(29_999);
    assert.equal(setup.peers.length, 1);
    await setup.clock.advance(1);
    await answer(setup, 1);
    assert.equal(await reading, null);
    assert.match(setup.endings[0]?.message ?? "", /no answer came in time/);
  });

  it("throws what any connection would be told", async () => {
    const setup = open();
    const error = { code: "FORBIDDEN", message: "missing scope: operator.read" };
    const reading = setup.read();
    await answer(setup, 0, { ok: false, error });
    await assert.rejects(reading, { code: "auth/scope" });
    assert.equal(setup.peers.length, 1);
  });

  it("ends with the signal's reason, and asks nobody else", async () => {
    const setup = open();
    const reading = setup.read();
    await settle();
    setup.controller.abort(new ClawError("interrupted", "interrupted"));
    await assert.rejects(reading, { code: "interrupted" });
    await settle();
    assert.equal(setup.peers.length, 1);
  });
});
