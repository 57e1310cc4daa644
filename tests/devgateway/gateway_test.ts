import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DevGateway } from "../../src/devgateway/gateway.ts";
import { loopbackPeer } from "../../src/devgateway/peer.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { decodeFrame, type EventFrame, handshakeTimeoutMs } from "../../src/protocol/mod.ts";
import { createTransportPair } from "../../src/transport/pair.ts";
import { settle } from "../support/clock.ts";
import { allScopes, connectTo, createDevice, type DevClient } from "../support/dev_client.ts";
import { createMemoryGateway, randomIds, testSecret } from "../support/dev_gateway.ts";

function named({ events }: DevClient, name: string): EventFrame[] {
  return events.filter(({ event }) => event === name);
}

describe("DevGateway ends a handshake that takes too long", () => {
  for (const [protocol, ms] of [[3, 3_000], [4, 15_000]] as const) {
    test(`with a bare 1000 after ${ms} ms on protocol ${protocol}`, async () => {
      await using gateway = createMemoryGateway({ protocol });
      const transport = gateway.connect();
      let isOver = false;
      void transport.closed.then(() => (isOver = true));
      await gateway.clock.advance(ms - 1);
      assert.equal(isOver, false);
      await gateway.clock.advance(1);
      assert.deepEqual(await transport.closed, { code: 1000, reason: "" });
    });
  }

  test("after its own time when it was given one, and never once a client is in", async () => {
    await using gateway = createMemoryGateway({ handshakeTimeoutMs: 50 });
    const client = await connectTo(gateway);
    const late = gateway.connect();
    await gateway.clock.advance(10_000);
    assert.deepEqual(await late.closed, { code: 1000, reason: "" });
    assert.ok((await client.ask("health")).ok);
  });
});

describe("DevGateway whose time runs out while it checks a signature", () => {
  test("lets nobody in any more", async () => {
    const gateway = createMemoryGateway();
    let runOut = () => {};
    let isChecking = false;
    const clock: Clock = {
      ...gateway.clock,
      after(ms, action) {
        if (ms === handshakeTimeoutMs[4]) runOut = action;
        return () => {};
      },
      now() {
        const isTime = isChecking;
        isChecking = false;
        if (isTime) runOut();
        return gateway.clock.now();
      },
    };
    const log: string[] = [];
    const options = { protocol: 4, auth: { mode: "token", secret: testSecret }, pairing: "auto" } as const;
    const hasty = new DevGateway({ ...options, clock, ids: randomIds, log: ({ event }) => void log.push(event) });
    const [client, server] = createTransportPair();
    const over = hasty.accept(server, loopbackPeer);
    const device = await createDevice();
    const sign = (text: string) => (isChecking = true, device.sign(text));
    const connecting = connectTo({ ...gateway, connect: () => client }, { device: { ...device, sign } });
    await assert.rejects(connecting, /"code":1000/);
    await over;
    assert.deepEqual(log, ["handshake timeout", "closed before connect"]);
  });
});

describe("DevGateway logs", () => {
  test("a handshake timeout as a real gateway does, with one sentence of advice", async () => {
    await using gateway = createMemoryGateway({ protocol: 3 });
    gateway.connect();
    await gateway.clock.advance(3_000);
    const [timeout, closed] = gateway.log;
    assert.equal(timeout?.event, "handshake timeout");
    assert.equal(closed?.event, "closed before connect");
    assert.equal(closed?.durationMs, 3_000);
    assert.equal(closed?.facts?.["cause"], "handshake-timeout");
    assert.equal(closed?.advice, "Answer the challenge with connect within 3000 ms of the upgrade.");
  });

  test("each refusal with its cause and advice, and no secret", async () => {
    await using gateway = createMemoryGateway();
    await connectTo(gateway, { auth: { token: "a-wrong-secret" } });
    await settle();
    assert.deepEqual(gateway.log.map(({ event }) => event), ["unauthorized", "closed before connect"]);
    const [why, closed] = gateway.log;
    assert.equal(why?.facts?.["reason"], "token_mismatch");
    assert.deepEqual([closed?.facts?.["cause"], closed?.facts?.["code"]], ["unauthorized", 1008]);
    assert.match(closed?.advice ?? "", /auth\.token/);
    assert.doesNotMatch(JSON.stringify(gateway.log), /a-wrong-secret/);
  });

  test("a refused call with the error and advice", async () => {
    await using gateway = createMemoryGateway();
    const client = await connectTo(gateway, { scopes: ["operator.read"] });
    await client.refused("wake", { mode: "now", text: "x" });
    const line = gateway.log.find(({ event }) => event === "res ✗ wake");
    assert.equal(line?.facts?.["errorCode"], "FORBIDDEN");
    assert.equal(line?.advice, "Ask for operator.write in the scopes of connect.");
  });

  test("params that a real gateway leaves unread", async () => {
    await using gateway = createMemoryGateway();
    const client = await connectTo(gateway);
    await client.call("wake", { mode: "now", text: "x", tpyo: 1 });
    assert.match(gateway.log.find(({ event }) => event === "odd params")?.advice ?? "", /unexpected property 'tpyo'/);
  });
});

describe("DevGateway sends heartbeats", () => {
  for (const protocol of [3, 4] as const) {
    test(`some time after a wake with mode now, protocol ${protocol}`, async () => {
      await using gateway = createMemoryGateway({ protocol });
      const client = await connectTo(gateway, { scopes: ["operator.write"] });
      assert.equal(await client.call("last-heartbeat"), null);
      await client.call("wake", { mode: "now", text: "one" });
      await client.call("wake", { mode: "now", text: "two" });
      await gateway.clock.advance(199);
      assert.equal(named(client, "heartbeat").length, 0);
      await gateway.clock.advance(301);
      const [beat, ...more] = named(client, "heartbeat");
      assert.equal(more.length, 0, "wakes that come together share a run");
      assert.equal((beat?.payload as { status: string }).status, "ok-empty");
      assert.deepEqual(await client.call("last-heartbeat"), beat?.payload);
    });
  }

  test("not for next-heartbeat, not when switched off, and not with the option none", async () => {
    await using gateway = createMemoryGateway();
    const client = await connectTo(gateway, { scopes: allScopes });
    await client.call("wake", { mode: "next-heartbeat", text: "x" });
    await client.call("set-heartbeats", { enabled: false });
    await client.call("wake", { mode: "now", text: "x" });
    await gateway.clock.advance(1_000);
    assert.equal(named(client, "heartbeat").length, 0);
    await using silent = createMemoryGateway({ heartbeat: "none" });
    const other = await connectTo(silent);
    await other.call("wake", { mode: "now", text: "x" });
    await silent.clock.advance(1_000);
    assert.equal(named(other, "heartbeat").length, 0);
  });

  test("with the outcome it was given", async () => {
    await using gateway = createMemoryGateway({ heartbeat: { status: "skipped", reason: "target-none" } });
    const client = await connectTo(gateway);
    await client.call("wake", { mode: "now", text: "x" });
    await gateway.clock.advance(500);
    const { status, reason } = named(client, "heartbeat")[0]?.payload as { status: string; reason: string };
    assert.deepEqual([status, reason], ["skipped", "target-none"]);
  });
});

describe("DevGateway numbers its events", () => {
  test("with one counter for all on protocol 3, so that a client sees gaps", async () => {
    await using gateway = createMemoryGateway({ protocol: 3 });
    const first = await connectTo(gateway, { scopes: ["operator.read"] });
    await connectTo(gateway, { peer: { address: "203.0.113.9", host: "gw.example.test" } });
    const second = await connectTo(gateway, { scopes: ["operator.read"] });
    await second.ask("status");
    const seqOf = ({ events }: DevClient) => events.flatMap(({ seq }) => seq ?? []);
    // 1: own pairing. 2: health. 3: the other's request, for pairing operators. 4: pairing. 5: health.
    assert.deepEqual(seqOf(first), [2, 5]);
    assert.deepEqual(seqOf(second), [5]);
  });

  test("with a counter for each connection on protocol 4", async () => {
    await using gateway = createMemoryGateway();
    const first = await connectTo(gateway, { scopes: allScopes });
    const second = await connectTo(gateway, { scopes: allScopes });
    await first.call("wake", { mode: "now", text: "x" });
    await gateway.clock.advance(500);
    assert.equal(named(first, "heartbeat")[0]?.seq, 2, "after the other's pairing");
    assert.equal(named(second, "heartbeat")[0]?.seq, 1);
  });

  test("but not the challenge", async () => {
    await using gateway = createMemoryGateway();
    const frame = decodeFrame(await gateway.connect().receive() ?? "") as EventFrame;
    assert.equal(frame.event, "connect.challenge");
    assert.equal(frame.seq, undefined);
  });
});

describe("DevGateway shows events by scope", () => {
  test("all but pairing to everybody on protocol 3; cron and presence to readers on 4", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = createMemoryGateway({ protocol });
      const blind = await connectTo(gateway, { scopes: [] });
      const admin = await connectTo(gateway, { scopes: allScopes });
      await admin.call("system-event", { text: "I am here" });
      await admin.call("wake", { mode: "now", text: "x" });
      await gateway.clock.advance(500);
      assert.equal(named(blind, "presence").length, protocol === 3 ? 1 : 0);
      assert.equal(named(blind, "heartbeat").length, 1);
      assert.equal(named(admin, "presence").length, 1);
    }
  });
});

describe("DevGateway keeps presence", () => {
  for (const protocol of [3, 4] as const) {
    test(`of lasting clients, and tells when one goes, protocol ${protocol}`, async () => {
      await using gateway = createMemoryGateway({ protocol });
      const admin = await connectTo(gateway, { scopes: allScopes });
      const app = await connectTo(gateway, { client: { id: "openclaw-macos", mode: "ui", displayName: "Desk" } });
      const listed = async () =>
        (await admin.call("system-presence") as { host?: string; reason: string }[]).map(({ host, reason }) =>
          `${host} ${reason}`
        ).sort();
      assert.deepEqual(await listed(), ["Desk connect", "dev-gateway self"]);
      app.close();
      await settle();
      assert.deepEqual(await listed(), ["Desk disconnect", "dev-gateway self"]);
      assert.ok(named(admin, "presence").length > 0);
      await gateway.clock.advance(301_000);
      assert.deepEqual(await listed(), ["dev-gateway self"]);
    });
  }

  test("out of the hello of a client that may not read, on protocol 4", async () => {
    await using gateway = createMemoryGateway();
    const { answer } = await connectTo(gateway, { scopes: [] });
    assert.deepEqual((answer.payload as { snapshot: { presence: unknown[] } }).snapshot.presence, []);
  });
});

describe("DevGateway lives", () => {
  test("and ticks every 30 s while somebody is there", async () => {
    await using gateway = createMemoryGateway();
    const client = await connectTo(gateway);
    await gateway.clock.advance(65_000);
    assert.equal(named(client, "tick").length, 2);
    client.close();
    await settle();
    assert.equal(gateway.clock.waiting, 1, "only the next cron run is waited for");
  });

  test("until close() ends all sessions as a restart does", async () => {
    const gateway = createMemoryGateway();
    const client = await connectTo(gateway);
    await gateway.gateway.close();
    assert.deepEqual(await client.closed, { code: 1012, reason: "service restart" });
  });
});
