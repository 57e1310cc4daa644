import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTransportPair } from "../../src/transport/pair.ts";

describe("createTransportPair()", () => {
  it("carries texts both ways, in order and unchanged", async () => {
    const [left, right] = createTransportPair();
    left.send("1");
    left.send("2 ä😀\n");
    right.send("3");
    assert.deepEqual([await right.receive(), await right.receive()], ["1", "2 ä😀\n"]);
    assert.equal(await left.receive(), "3");
  });

  it("ends both ends with the first closer's code and reason", async () => {
    const [left, right] = createTransportPair();
    right.close(1008, "pairing required");
    left.close(1000, "too late");
    const expected = { code: 1008, reason: "pairing required" };
    assert.deepEqual([await left.closed, await right.closed], [expected, expected]);
  });

  it("closes with 1000 and no reason unless told otherwise", async () => {
    const [left, right] = createTransportPair();
    left.close();
    assert.deepEqual(await right.closed, { code: 1000, reason: "" });
  });

  it("still delivers what was sent before the end, then undefined", async () => {
    const [left, right] = createTransportPair();
    left.send("last words");
    left.close();
    assert.equal(await right.receive(), "last words");
    assert.equal(await right.receive(), undefined);
    assert.equal(await left.receive(), undefined);
  });

  it("wakes a reader at the end, and does nothing after it", async () => {
    const [left, right] = createTransportPair();
    const waiting = left.receive();
    right.close();
    right.send("too late");
    left.send("too late");
    assert.equal(await waiting, undefined);
    assert.equal(await right.receive(), undefined);
  });

  it("stops waiting with the signal's reason", async () => {
    const [left] = createTransportPair();
    const controller = new AbortController();
    const waiting = left.receive(controller.signal);
    controller.abort(new Error("over"));
    await assert.rejects(waiting, /over/);
  });
});
