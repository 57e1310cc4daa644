import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { adaptStream } from "../../src/transport/stream_transport.ts";
import { portOf } from "../support/sockets.ts";

/** A transport and the raw other end of its stream. */
async function join(early: readonly number[] = []) {
  let server: Server | undefined;
  const accepted = new Promise<Socket>((resolve) => (server = createServer(resolve)));
  await new Promise<void>((resolve) => void server?.listen(0, "127.0.0.1", resolve));
  const stream = connect(portOf(server as Server), "127.0.0.1");
  stream.on("error", () => {});
  const peer = (await accepted).on("error", () => {});
  const heard: number[] = [];
  peer.on("data", (bytes: Uint8Array) => heard.push(...bytes));
  const transport = adaptStream(stream, Uint8Array.from(early), (length) => new Uint8Array(length));
  return {
    transport,
    stream,
    port: portOf(server as Server),
    peer,
    heard,
    [Symbol.dispose]() {
      peer.destroy();
      stream.destroy();
      server?.close();
    },
  };
}

/** Waits for that many bytes at the other end. */
async function hears(heard: readonly number[], length: number): Promise<void> {
  while (heard.length < length) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe("adaptStream()", () => {
  it("receives what came with the upgrade's answer, and what comes later", async () => {
    using ends = await join([0x81, 1, 97]);
    ends.peer.write(Uint8Array.of(0x81, 1, 98));
    assert.deepEqual([await ends.transport.receive(), await ends.transport.receive()], ["a", "b"]);
  });

  it("answers a ping, between the parts of a message too", async () => {
    using ends = await join();
    ends.peer.write(Uint8Array.of(0x01, 1, 97, 0x89, 1, 120, 0x80, 1, 98));
    assert.equal(await ends.transport.receive(), "ab");
    await hears(ends.heard, 7);
    assert.deepEqual(ends.heard, [0x8a, 0x81, 0, 0, 0, 0, 120]);
  });

  it("ends as the other end says, and answers its close", async () => {
    using ends = await join();
    ends.peer.write(Uint8Array.of(0x88, 4, 0x03, 0xf0, 110, 111));
    assert.deepEqual(await ends.transport.closed, { code: 1008, reason: "no" });
    await hears(ends.heard, 8);
    assert.deepEqual(ends.heard, [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xf0]);
    ends.transport.send("late");
    assert.equal(await ends.transport.receive(), undefined);
  });

  it("closes with a code of its own, once, and sends nothing after it", async () => {
    using ends = await join();
    ends.transport.close(1008, "a server's code");
    ends.transport.close(4000);
    ends.transport.send("late");
    await hears(ends.heard, 8);
    assert.deepEqual(ends.heard.slice(6, 8), [0x03, 0xe8]);
    ends.peer.write(Uint8Array.of(0x88, 2, 0x03, 0xe8));
    assert.equal((await ends.transport.closed).code, 1000);
    assert.equal(ends.heard.length, 8 + "a server's code".length);
  });

  it("calls a dropped connection 1006, and a close without a code 1005", async () => {
    using dropped = await join();
    dropped.peer.destroy();
    assert.equal((await dropped.transport.closed).code, 1006);
    using bare = await join();
    bare.peer.write(Uint8Array.of(0x88, 0));
    assert.equal((await bare.transport.closed).code, 1005);
  });

  it("ends at once over a stream that ended before", async () => {
    using ends = await join();
    const stream = connect(ends.port, "127.0.0.1").on("error", () => {});
    const gone = new Promise((resolve) => stream.once("close", resolve));
    stream.destroy();
    await gone;
    const transport = adaptStream(stream, Uint8Array.of(0x81, 1, 97), (length) => new Uint8Array(length));
    assert.equal(await transport.receive(), "a");
    assert.equal(await transport.receive(), undefined);
    assert.equal((await transport.closed).code, 1006);
  });

  it("does not pile up answers for one who sends pings and reads nothing", async () => {
    using ends = await join();
    ends.peer.pause();
    const ping = Uint8Array.of(0x89, 125, ...new Uint8Array(125));
    const many = new Uint8Array(ping.length * 200_000);
    for (let at = 0; at < many.length; at += ping.length) many.set(ping, at);
    ends.peer.write(many);
    ends.peer.write(Uint8Array.of(0x81, 1, 97));
    assert.equal(await ends.transport.receive(), "a");
    assert.ok(ends.stream.writableLength < 100_000, String(ends.stream.writableLength));
  });

  it("gives a socket up whose other end does not answer a close", async () => {
    using ends = await join();
    ends.transport.close(1000);
    assert.equal((await ends.transport.closed).code, 1006);
    assert.equal(ends.stream.destroyed, true);
  });

  for (const [what, bytes] of [["a reserved opcode", [0x83, 0]], ["a close of one byte", [0x88, 1, 3]]] as const) {
    it(`does not take ${what} for a connection that was dropped`, async () => {
      using ends = await join();
      ends.peer.write(Uint8Array.from(bytes));
      await assert.rejects(ends.transport.receive(), {
        code: "protocol/bad-frame",
        details: { reason: "not-websocket" },
      });
      await ends.transport.closed;
    });
  }
});
