import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeFrame, type EventFrame, type EventName, events, payloadOf } from "../../src/protocol/mod.ts";

function event(name: string, payload?: unknown): EventFrame {
  return { type: "event", event: name, payload };
}

describe("payloadOf()", () => {
  it("gives the payload of an event of that name, with all that it holds", () => {
    const payload = { ts: 1, status: "sent", added: { later: true } };
    assert.equal(payloadOf("heartbeat", event("heartbeat", payload)), payload);
  });

  it("gives nothing for another event, known or unknown", () => {
    assert.equal(payloadOf("heartbeat", event("tick", { ts: 1 })), undefined);
    assert.equal(payloadOf("tick", event("sessions.changed", { ts: 1 })), undefined);
    for (const name of Object.keys(events) as EventName[]) assert.equal(payloadOf(name, event("new", {})), undefined);
  });

  it("gives nothing for a payload of another shape, and throws for none", () => {
    for (const name of Object.keys(events) as EventName[]) {
      for (const payload of [undefined, null, "text", 1, [], { ts: "now" }]) {
        assert.equal(payloadOf(name, event(name, payload)), undefined, name);
      }
    }
  });

  it("is asked about frames of unknown events, which are frames all the same", () => {
    const frame = decodeFrame('{"type":"event","event":"task","payload":{"id":"t"},"seq":4}');
    assert.equal(frame.type === "event" && payloadOf("cron", frame), undefined);
  });
});
