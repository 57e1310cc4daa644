import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EventFrame, RequestFrame, ResponseFrame, WireError } from "../../src/protocol/mod.ts";

describe("RequestFrame", () => {
  it("is closed, as both gateways want it (recording 11c)", () => {
    const request = { type: "req", id: "1", method: "wake" };
    assert.ok(RequestFrame.safeParse(request).success);
    assert.ok(RequestFrame.safeParse({ ...request, params: { any: "thing" } }).success);
    assert.ok(RequestFrame.safeParse({ ...request, traceparent: "00-x", expectedProfileId: "p" }).success);
    for (const wrong of [{ extra: 1 }, { traceparent: "x".repeat(129) }, { id: "" }, { method: undefined }]) {
      assert.ok(!RequestFrame.safeParse({ ...request, ...wrong }).success, JSON.stringify(wrong));
    }
  });
});

describe("ResponseFrame", () => {
  it("is open, and a refusal needs a code and a message", () => {
    const response = { type: "res", id: "1", ok: false, error: { code: "UNAVAILABLE", message: "later" } };
    assert.ok(ResponseFrame.safeParse({ ...response, added: 1 }).success);
    assert.ok(ResponseFrame.safeParse({ ...response, error: { ...response.error, added: 1 } }).success);
    assert.ok(!ResponseFrame.safeParse({ ...response, error: { code: "UNAVAILABLE" } }).success);
  });
});

describe("WireError", () => {
  it("takes details of any shape", () => {
    for (const details of [undefined, null, "text", 1, [], { code: "X" }]) {
      assert.ok(WireError.safeParse({ code: "X", message: "m", details }).success);
    }
  });
});

describe("EventFrame", () => {
  it("is open: protocol 4 added `recipientProfileId`", () => {
    assert.ok(EventFrame.safeParse({ type: "event", event: "tick", recipientProfileId: "p", seq: 1 }).success);
    assert.ok(EventFrame.safeParse({ type: "event", event: "x", stateVersion: { presence: 1, health: 2 } }).success);
    assert.ok(!EventFrame.safeParse({ type: "event", event: "x", stateVersion: 1 }).success);
  });
});
