import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCalls, record, type RecordOptions } from "../../scripts/record.ts";
import { createManualClock } from "../support/clock.ts";
import { challenge, createPeer, helloOk } from "../support/wire.ts";

const secret = "shared-token-for-tests";

function createOptions(lines: string[], calls: RecordOptions["calls"]) {
  const clock = createManualClock();
  const options: RecordOptions = {
    secret: { kind: "token", value: secret },
    scopes: ["operator.write"],
    calls,
    listenMs: 500,
    clock,
    os: "linux",
    signal: new AbortController().signal,
    write: (line) => lines.push(line),
  };
  return { clock, options };
}

/** What a line of a transcript is about. */
function topicOf(line: string): string {
  const { dir, frame, close, note } = JSON.parse(line);
  if (note !== undefined) return "note";
  if (close !== undefined) return `${dir} close ${close.code}`;
  return `${dir} ${frame.method ?? frame.event ?? `res ${frame.id}`}`;
}

describe("record()", () => {
  it("record() writes every frame of both directions, and no secret", async () => {
    const lines: string[] = [];
    const peer = createPeer();
    const { clock, options } = createOptions(lines, [{ method: "wake", params: { mode: "now", text: "hi" } }]);
    const recording = record(peer.transport, options);
    peer.say(challenge);
    const connect = await peer.hear();
    const signature = (connect.params as { device: { signature: string } }).device.signature;
    peer.say(helloOk(connect.id));
    const wake = await peer.hear();
    assert.deepEqual(wake.params, { mode: "now", text: "hi" });
    peer.say({ type: "event", event: "tick", payload: { ts: 1 } });
    peer.say({ type: "res", id: wake.id, ok: true, payload: { ok: true, deviceToken: "granted-token" } });
    await clock.advance(100);
    peer.say({ type: "event", event: "heartbeat", payload: { ts: 2 } });
    await clock.advance(500);
    await recording;
    assert.deepEqual(lines.map(topicOf), [
      "in connect.challenge",
      "out connect",
      "in res connect",
      "note",
      "out wake",
      "in tick",
      "in res r1",
      "in heartbeat",
      "out close 1000",
      "in close 1000",
    ]);
    for (const hidden of [secret, signature, "granted-token"]) assert.ok(!lines.join("\n").includes(hidden), hidden);
  });

  it("record() keeps what was said when the gateway hangs up in the middle", async () => {
    const lines: string[] = [];
    const peer = createPeer();
    const { options } = createOptions(lines, [{ method: "status", params: {} }]);
    const recording = record(peer.transport, options);
    peer.say(challenge);
    peer.say(helloOk((await peer.hear()).id));
    await peer.hear();
    peer.close(1012, "service restart");
    await assert.rejects(recording, /hung up before it answered r1/);
    assert.deepEqual(lines.map(topicOf).slice(-2), ["out status", "in close 1012"]);
  });
});

describe("parseCalls()", () => {
  it("parseCalls() gives params to the method before them", () => {
    assert.deepEqual(parseCalls(["health", "wake", '{"text":"hi"}', "status"]), [
      { method: "health", params: {} },
      { method: "wake", params: { text: "hi" } },
      { method: "status", params: {} },
    ]);
    assert.deepEqual(parseCalls([]), []);
  });

  it("parseCalls() refuses params that belong to no method, or are no JSON", () => {
    assert.throws(() => parseCalls(["{}"]), /params without a method/);
    assert.throws(() => parseCalls(["wake", "{text}"]), SyntaxError);
  });
});
