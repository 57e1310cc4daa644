import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Heartbeat,
  LastHeartbeatResult,
  LogsTailParams,
  NoParams,
  SystemEventParams,
  WakeParams,
  WakeResult,
} from "../../src/protocol/mod.ts";

describe("WakeParams", () => {
  it("takes a mode, a text and, for protocol 4, whom to wake", () => {
    const wake = { mode: "next-heartbeat", text: "x\ny 😀 \ud800" };
    assert.ok(WakeParams.safeParse(wake).success);
    assert.ok(WakeParams.safeParse({ ...wake, sessionKey: "s", agentId: "a" }).success);
    // Blank is the command's concern: the gateway answers it with ok:false.
    assert.ok(WakeParams.safeParse({ ...wake, text: "" }).success);
    for (const wrong of [{ mode: "soon" }, { text: undefined }, { text: 1 }, { sessionKey: "" }, { bogus: 1 }]) {
      assert.ok(!WakeParams.safeParse({ ...wake, ...wrong }).success, JSON.stringify(wrong));
    }
  });
});

describe("WakeResult", () => {
  it("tells refusal from acceptance", () => {
    assert.equal(WakeResult.parse({ ok: false }).ok, false);
    assert.ok(!WakeResult.safeParse({}).success);
  });
});

describe("NoParams", () => {
  it("may be left out or empty", () => {
    assert.ok(NoParams.safeParse(undefined).success);
    assert.ok(NoParams.safeParse({}).success);
    for (const wrong of [null, [], { probe: true }]) assert.ok(!NoParams.safeParse(wrong).success);
  });
});

describe("LastHeartbeatResult", () => {
  it("is null before the first heartbeat", () => {
    assert.equal(LastHeartbeatResult.parse(null), null);
    assert.ok(LastHeartbeatResult.safeParse({ ts: 1, status: "sent", indicatorType: "ok" }).success);
    assert.ok(!Heartbeat.safeParse({ status: "sent" }).success);
  });
});

describe("LogsTailParams", () => {
  it("keeps to the gateway's limits", () => {
    assert.ok(LogsTailParams.safeParse({ cursor: 0, limit: 5000, maxBytes: 1_000_000 }).success);
    for (const wrong of [{ cursor: -1 }, { limit: 0 }, { limit: 5001 }, { maxBytes: 1_000_001 }, { limit: 1.5 }]) {
      assert.ok(!LogsTailParams.safeParse(wrong).success, JSON.stringify(wrong));
    }
  });
});

describe("SystemEventParams", () => {
  it("wakes or says nothing of it", () => {
    assert.ok(SystemEventParams.safeParse({ text: "x", wake: true }).success);
    assert.ok(!SystemEventParams.safeParse({ text: "x", wake: false }).success);
  });
});
