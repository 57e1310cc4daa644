import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import { Line } from "../../src/cron/line.ts";
import { ClawError } from "../../src/errors.ts";
import { HelloOk } from "../../src/protocol/mod.ts";
import { createManualClock, settle } from "../support/clock.ts";
import { createPeer, helloOk, type Peer } from "../support/wire.ts";

const never = new AbortController().signal;

function connect(): { peer: Peer; connection: Connection } {
  const peer = createPeer();
  const hello = HelloOk.parse(helloOk("connect", { scopes: ["operator.read"] }).payload);
  const challengedAt = { gatewayMs: 0, localMs: 0, elapsedMs: 0 };
  const handshake = { hello, protocol: 4, challengedAt, challengeMs: 0, helloMs: 0 } as const;
  return { peer, connection: new Connection(peer.transport, handshake, 0) };
}

/** A line whose dialling gives these in turn: a connection (after so many ms), an error, or nothing ever. */
function open(...dialled: readonly (Connection | [afterMs: number, Connection] | ClawError | "hangs")[]) {
  const clock = createManualClock();
  const first = connect();
  const told: string[] = [];
  const rest = [...dialled];
  const line = new Line(first.connection, {
    clock,
    ids: { random: () => 0.5 },
    dial: () => {
      const next = rest.shift();
      if (Array.isArray(next)) return clock.sleep(next[0]).then(() => next[1]);
      if (next instanceof Connection) return Promise.resolve(next);
      return next instanceof ClawError ? Promise.reject(next) : new Promise(() => {});
    },
    onLost: ({ code }, isNew) => told.push(`${code}${isNew ? " new" : ""}`),
  });
  const read = (signal: AbortSignal = never) =>
    line.read((connection, limit) => connection.call("last-heartbeat", undefined, limit), signal);
  return { clock, first, line, told, read };
}

async function answer({ peer }: { peer: Peer }): Promise<void> {
  peer.say({ type: "res", id: (await peer.hear()).id, ok: true, payload: null });
}

describe("Line.read()", () => {
  it("reads on the connection that there is", async () => {
    const { first, read, told } = open();
    const result = read();
    await answer(first);
    assert.equal(await result, null);
    assert.deepEqual(told, []);
  });

  it("asks again on another connection when one is lost, however long that takes", async () => {
    const second = connect();
    const { clock, first, read, told } = open(
      new ClawError("net/unreachable", "nothing listens"),
      new ClawError("gateway/unavailable", "starting"),
      second.connection,
    );
    const result = read();
    await first.peer.hear();
    first.peer.close(1006);
    await clock.advance(10_000);
    await answer(second);
    assert.equal(await result, null);
    assert.deepEqual(told, ["net/unanswered new", "net/unreachable", "gateway/unavailable"]);
  });

  it("takes silence for a loss", async () => {
    const second = connect();
    const { clock, first, read, told } = open(second.connection);
    const result = read();
    await first.peer.hear();
    await clock.advance(14_000);
    assert.deepEqual(told, []);
    await clock.advance(2_000);
    await answer(second);
    assert.equal(await result, null);
  });

  it("closes the connection that it gave up, and one that comes too late", async () => {
    const [second, late, third] = [connect(), connect(), connect()];
    const { clock, first, read } = open(second.connection, [60_000, late.connection], third.connection);
    const silent = read();
    await first.peer.hear();
    await clock.advance(16_000);
    await assert.rejects(first.peer.hear(), /the client closed/);
    await answer(second);
    await silent;
    second.peer.close(1006);
    await settle();
    const result = read();
    await clock.advance(40_000);
    await answer(third);
    await result;
    await clock.advance(60_000);
    await assert.rejects(late.peer.hear(), /the client closed/);
  });

  it("gives up dialling that comes to nothing, and dials again", async () => {
    const second = connect();
    const { clock, first, read, told } = open("hangs", second.connection);
    first.peer.close(1006);
    await settle();
    const result = read();
    await clock.advance(40_000);
    await answer(second);
    assert.equal(await result, null);
    assert.deepEqual(told, ["net/closed new", "net/timeout"]);
  });

  it("throws what another attempt would not mend", async () => {
    for (const code of ["auth/rejected", "auth/pairing-required", "protocol/mismatch", "gateway/rejected"] as const) {
      const { clock, first, read } = open(new ClawError(code, "no"));
      first.peer.close(1006);
      await settle();
      const refused = assert.rejects(read(), { code });
      await clock.advance(1_000);
      await refused;
    }
  });

  it("ends with the signal, even while it dials", async () => {
    const { clock, first, read } = open("hangs");
    first.peer.close(1006);
    await settle();
    const controller = new AbortController();
    const reason = new ClawError("interrupted", "interrupted");
    clock.after(5_000, () => controller.abort(reason));
    const ended = assert.rejects(read(controller.signal), reason);
    await clock.advance(6_000);
    await ended;
  });
});

describe("Line.listen()", () => {
  it("hears the cron events of each connection", async () => {
    const second = connect();
    const { clock, first, line, read } = open(second.connection);
    const heard: (string | undefined)[] = [];
    const hush = line.listen(({ jobId }) => heard.push(jobId));
    const say = ({ peer }: { peer: Peer }, jobId: string) =>
      peer.say({ type: "event", event: "cron", payload: { jobId, action: "started" } });
    say(first, "a");
    first.peer.say({ type: "event", event: "tick", payload: { ts: 1 } });
    await settle();
    first.peer.close(1006);
    await settle();
    const result = read();
    await clock.advance(1_000);
    await answer(second);
    await result;
    say(second, "b");
    await settle();
    hush();
    say(second, "c");
    await settle();
    assert.deepEqual(heard, ["a", "b"]);
  });
});
