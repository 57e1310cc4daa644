import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { Effect } from "../../src/devgateway/effects.ts";
import { generations } from "../../src/devgateway/generation.ts";
import { Memory } from "../../src/devgateway/memory.ts";
import type { DevGatewayOptions, StepContext } from "../../src/devgateway/options.ts";
import { judgeLocality, loopbackPeer } from "../../src/devgateway/peer.ts";
import { type SessionState, step } from "../../src/devgateway/session.ts";
import { encodeFrame, type Message, type ProtocolVersion } from "../../src/protocol/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { randomIds, testSecret } from "../support/dev_gateway.ts";
import { scripts } from "../support/scripts_arbitrary.ts";

function createContext(protocol: ProtocolVersion = 4): StepContext {
  const clock = createManualClock();
  const options: DevGatewayOptions = {
    protocol,
    auth: { mode: "token", secret: testSecret },
    pairing: "auto",
    clock,
    ids: randomIds,
  };
  const generation = generations[protocol];
  return {
    options,
    generation,
    memory: new Memory(generation, options),
    connId: "c1",
    nonce: "n1",
    peer: loopbackPeer,
    locality: judgeLocality(loopbackPeer, protocol, false),
    isConnected: () => false,
  };
}

const challenged: SessionState = { phase: "challenged" };

function connected(scopes: readonly string[], role = "operator"): SessionState {
  const client = { id: "cli", mode: "cli", version: "1", platform: "linux" } as const;
  const params = { minProtocol: 3, maxProtocol: 4, client };
  return {
    phase: "connected",
    client: { params, role, scopes, deviceId: undefined, method: "token" },
    strayCalls: 0,
  };
}

/** What a step said, in words. */
function inWords(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.kind === "close") return [`close ${effect.code} ${effect.reason}`.trim()];
    if (effect.kind === "emit") return [`event ${effect.event}`];
    if (effect.kind !== "send" || effect.frame.type !== "res") return [];
    const { id, ok, error } = effect.frame;
    return [ok ? `res ${id} ok` : `res ${id} ${error?.code}: ${error?.message}`];
  });
}

async function say(state: SessionState, message: Message | object, context = createContext()): Promise<string[]> {
  const text = typeof message === "string" || message instanceof Uint8Array ? message : JSON.stringify(message);
  return inWords((await step(state, text, context)).effects);
}

describe("step() before hello-ok", () => {
  test("closes with a bare 1000 what is no JSON", async () => {
    assert.deepEqual(await say(challenged, "{nope"), ["close 1000"]);
    assert.deepEqual(await say(challenged, ""), ["close 1000"]);
  });

  test("closes with 1008 what is no request", async () => {
    for (const value of [{ type: "event", event: "x" }, [], null, 5, "text", { type: "req", id: "1" }]) {
      assert.deepEqual(await say(challenged, JSON.stringify(value)), ["close 1008 invalid request frame"]);
    }
  });

  test("answers another method, and closes", async () => {
    const message = "invalid handshake: first request must be connect";
    assert.deepEqual(await say(challenged, { type: "req", id: "1", method: "health" }), [
      `res 1 INVALID_REQUEST: ${message}`,
      `close 1008 ${message}`,
    ]);
  });

  test("closes with a bare 1009 what is longer than 64 KiB, in bytes", async () => {
    assert.deepEqual(await say(challenged, "x".repeat(65_537)), ["close 1009"]);
    assert.deepEqual(await say(challenged, "é".repeat(32_769)), ["close 1009"]);
    assert.deepEqual(await say(challenged, new Uint8Array(65_537)), ["close 1009"]);
    assert.deepEqual(await say(challenged, "x".repeat(65_536)), ["close 1000"], "it is only no JSON");
  });

  test("takes a request in a binary message", async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ type: "req", id: "b", method: "connect", params: {} }));
    assert.match((await say(challenged, bytes))[0] ?? "", /^res b INVALID_REQUEST: invalid connect params/);
  });

  test("cuts a long close reason at 123 bytes", async () => {
    const params = { ["x".repeat(200)]: 1 };
    const [, close] = await say(challenged, { type: "req", id: "1", method: "connect", params });
    assert.equal(close?.length, "close 1008 ".length + 123);
  });

  test("turns workers away without a word on protocol 4", async () => {
    const params = { role: "worker" };
    assert.deepEqual(await say(challenged, { type: "req", id: "1", method: "connect", params }), [
      "close 1008 invalid-handshake",
    ]);
  });

  test("does nothing once the session has ended", async () => {
    assert.deepEqual(await say({ phase: "ended" }, { type: "req", id: "1", method: "health" }), []);
  });
});

describe("step() after hello-ok", () => {
  const reader = connected(["operator.read"]);
  const admin = connected(["operator.admin"]);

  test("ignores what is no JSON", async () => {
    assert.deepEqual(await say(admin, "{nope"), []);
  });

  test("answers a bad frame by its id, or by the word invalid", async () => {
    const start = "INVALID_REQUEST: invalid request frame: ";
    assert.deepEqual(await say(admin, { type: "req", id: "x" }), [
      `res x ${start}must have required property 'method'`,
    ]);
    assert.deepEqual(await say(admin, { type: "req", id: "y", method: "health", extra: 1 }), [
      `res y ${start}at root: unexpected property 'extra'`,
    ]);
    assert.match((await say(admin, { type: "bogus" }))[0] ?? "", /^res invalid INVALID_REQUEST/);
    assert.match((await say(admin, []))[0] ?? "", /^res invalid INVALID_REQUEST/);
  });

  test("refuses a second connect, an unknown method and wrong params", async () => {
    const ask = (method: string, params?: unknown) => say(admin, { type: "req", id: "1", method, params });
    assert.deepEqual(await ask("connect", {}), [
      "res 1 INVALID_REQUEST: connect is only valid as the first request",
    ]);
    assert.deepEqual(await ask("no.such.method"), ["res 1 INVALID_REQUEST: unknown method: no.such.method"]);
    assert.deepEqual(await ask("toString"), ["res 1 INVALID_REQUEST: unknown method: toString"]);
    assert.deepEqual(await ask("cron.list", { bogus: 1 }), [
      "res 1 INVALID_REQUEST: invalid cron.list params: at root: unexpected property 'bogus'",
    ]);
  });

  test("names a missing scope as its generation does, and asks admin of who calls the unknown", async () => {
    const wake = { type: "req", id: "1", method: "wake", params: { mode: "now", text: "x" } };
    const missing = "missing scope: operator.write";
    assert.deepEqual(await say(reader, wake, createContext(3)), [`res 1 INVALID_REQUEST: ${missing}`]);
    assert.deepEqual(await say(reader, wake, createContext(4)), [`res 1 FORBIDDEN: ${missing}`]);
    assert.deepEqual(await say(reader, { ...wake, method: "no.such.method" }), [
      "res 1 FORBIDDEN: missing scope: operator.admin",
    ]);
  });

  test("does not know protocol 4's methods and params on protocol 3", async () => {
    const old = createContext(3);
    assert.deepEqual(await say(admin, { type: "req", id: "1", method: "cron.get", params: { id: "x" } }, old), [
      "res 1 INVALID_REQUEST: unknown method: cron.get",
    ]);
    const params = { mode: "now", text: "x", sessionKey: "s" };
    assert.deepEqual(await say(admin, { type: "req", id: "1", method: "wake", params }, old), [
      "res 1 INVALID_REQUEST: invalid wake params: at root: unexpected property 'sessionKey'",
    ]);
  });

  test("closes after eleven calls in a row that the role forbids", async () => {
    const context = createContext();
    let state = connected([], "node");
    const words: string[] = [];
    for (let index = 0; index < 11; index++) {
      const next = await step(state, JSON.stringify({ type: "req", id: "1", method: "status" }), context);
      state = next.state;
      words.push(...inWords(next.effects));
    }
    assert.equal(words.filter((word) => word.includes("unauthorized role: node")).length, 11);
    assert.equal(words.at(-1), "close 1008 repeated unauthorized calls");
  });

  test("closes with 1009 what is longer than the policy allows", async () => {
    assert.deepEqual(await say(admin, "x".repeat(26_214_401)), ["close 1009"]);
  });
});

describe("step() never throws and says only what the wire allows", () => {
  const check = async (state: SessionState, message: Message, context: StepContext) => {
    const next = await step(state, message, context);
    for (const effect of [...next.beforehand ?? [], ...next.effects]) {
      if (effect.kind === "send") encodeFrame(effect.frame);
      if (effect.kind === "emit") encodeFrame({ type: "event", event: effect.event, payload: effect.payload });
      if (effect.kind === "later") effect.decide();
    }
    return next.state;
  };
  const anyState = fc.constantFrom(challenged, connected(["operator.admin"]), connected([]), connected([], "node"));
  const anyProtocol = fc.constantFrom<ProtocolVersion>(3, 4);

  test("whatever the text", async () => {
    await fc.assert(fc.asyncProperty(anyState, anyProtocol, fc.string(), async (state, protocol, text) => {
      await check(state, text, createContext(protocol));
    }));
  });

  test("whatever the JSON", async () => {
    await fc.assert(fc.asyncProperty(anyState, anyProtocol, fc.jsonValue(), async (state, protocol, value) => {
      await check(state, JSON.stringify(value), createContext(protocol));
    }));
  });

  test("whatever the params of whatever method", async () => {
    const methods = fc.constantFrom("connect", "wake", "cron.add", "cron.update", "cron.runs", "device.token.rotate");
    await fc.assert(
      fc.asyncProperty(anyState, anyProtocol, methods, fc.jsonValue(), async (state, protocol, method, params) => {
        await check(state, JSON.stringify({ type: "req", id: "1", method, params }), createContext(protocol));
      }),
    );
  });

  test("whatever sequence of likely calls", async () => {
    await fc.assert(fc.asyncProperty(scripts, anyProtocol, async ({ calls }, protocol) => {
      const context = createContext(protocol);
      let state = connected(["operator.admin"]);
      for (const call of calls) {
        const frame = "frame" in call ? call.frame : { type: "req", id: "1", method: call[0], params: call[1] };
        state = await check(state, JSON.stringify(frame), context);
      }
    }));
  });
});
