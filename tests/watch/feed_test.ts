import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import { ClawError } from "../../src/errors.ts";
import { type FeedItem, type FeedOptions, watchEvents } from "../../src/watch/feed.ts";
import { createManualClock } from "../support/clock.ts";
import { createHandshake, createPeer, type Peer } from "../support/wire.ts";

type Link = { readonly connection: Connection };

function start(choices: Partial<FeedOptions<Link>> & { readonly protocol?: 3 | 4; readonly snapshot?: object } = {}) {
  const clock = createManualClock(1_000_000);
  const controller = new AbortController();
  const peers: Peer[] = [];
  const told: FeedItem[] = [];
  const changes: string[] = [];
  let end: unknown;
  const connect = () => {
    const peer = createPeer();
    peers.push(peer);
    const handshake = createHandshake({ protocol: choices.protocol ?? 4 });
    const hello = { ...handshake.hello, snapshot: { ...choices.snapshot } };
    return Promise.resolve({ connection: new Connection(peer.transport, { ...handshake, hello }, 0) });
  };
  const items = watchEvents<Link>({
    clock,
    random: () => 0.5,
    signal: controller.signal,
    connect,
    isWanted: () => true,
    isLast: () => false,
    tellsLine: () => false,
    onChange: ({ kind }) => changes.push(kind),
    onItem: () => {},
    onEnd: () => {},
    ...choices,
  });
  const running = (async () => {
    for await (const batch of items) told.push(...batch);
    return "done";
  })().then((result) => (end = result), (thrown) => (end = thrown));
  const say = async (frame: object, at = -1) => {
    peers.at(at)?.say({ type: "event", ...frame });
    await clock.advance(0);
  };
  const names = () => told.map(({ event }) => event);
  return { clock, controller, peers, told, names, changes, end: () => end, running, say };
}

describe("watchEvents()", () => {
  it("tells events as they came, with their time, number and payload, secrets masked", async () => {
    const { clock, told, say, controller, running } = start();
    await clock.advance(5);
    await say({
      event: "cron",
      seq: 1,
      payload: { action: "added", token: "a-secret" },
      stateVersion: { presence: 1, health: 2 },
    });
    assert.deepEqual(told, [{
      at: 1_000_005,
      event: "cron",
      payload: { action: "added", token: "***" },
      seq: 1,
      stateVersion: { presence: 1, health: 2 },
    }]);
    controller.abort(new ClawError("interrupted", "interrupted"));
    await running;
  });

  it("tells those that came before it could listen", async () => {
    const peer = createPeer();
    const connection = new Connection(peer.transport, createHandshake(), 0);
    peer.say({ type: "event", event: "health", seq: 1 });
    const { clock, names } = start({
      connect: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { connection };
      },
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await clock.advance(0);
    assert.deepEqual(names(), ["health"]);
  });

  it("goes on over a lost connection, and tells both ends of it only when asked", async () => {
    for (const tellsConnections of [false, true]) {
      const { clock, peers, told, names, changes, say } = start({
        tellsLine: () => tellsConnections,
        snapshot: { presence: [], uptimeMs: 7 },
      });
      await clock.advance(0);
      await say({ event: "cron", seq: 1 });
      peers[0]?.close(1012, "service restart");
      await clock.advance(500);
      await say({ event: "heartbeat", seq: 1 });
      const own = tellsConnections
        ? ["claw.connected", "cron", "claw.disconnected", "claw.connected", "heartbeat"]
        : ["cron", "heartbeat"];
      assert.deepEqual(names(), own);
      assert.deepEqual(changes, ["connected", "lost", "waiting", "connected"]);
      if (!tellsConnections) continue;
      assert.equal((told[0]?.payload as { uptimeMs: number }).uptimeMs, 7);
      assert.equal((told[2]?.payload as { code: string }).code, "net/closed");
    }
  });

  it("tells of lost events by an event of its own, whatever is wanted", async () => {
    const { clock, told, say } = start({ isWanted: (name) => name === "cron" });
    await clock.advance(0);
    await say({ event: "heartbeat", seq: 1 });
    await say({ event: "heartbeat", seq: 4 });
    assert.deepEqual(told.map(({ event, payload }) => [event, payload]), [
      ["claw.gap", { expected: 2, received: 4, missed: 2 }],
    ]);
  });

  it("lets no gateway speak in its name", async () => {
    const { clock, told, say, end } = start({ isLast: (name) => name === "claw.disconnected" });
    await clock.advance(0);
    await say({ event: "claw.gap", seq: 1, payload: { expected: 1, received: 9, missed: 8 } });
    await say({ event: "claw.disconnected", seq: 2 });
    assert.deepEqual(told.map(({ event }) => event), ["gateway.claw.gap", "gateway.claw.disconnected"]);
    assert.equal(end(), undefined);
  });

  it("counts anew with each connection, and believes no gap of protocol 3", async () => {
    const { clock, peers, names, say } = start();
    await clock.advance(0);
    await say({ event: "cron", seq: 1 });
    peers[0]?.close(1006);
    await clock.advance(500);
    await say({ event: "cron", seq: 1 });
    const older = start({ protocol: 3 });
    await older.clock.advance(0);
    await older.say({ event: "cron", seq: 37 });
    await older.say({ event: "cron", seq: 40 });
    assert.deepEqual([names(), older.names()], [["cron", "cron"], ["cron", "cron"]]);
  });

  it("tells who joined and left, also while there was no connection", async () => {
    const desk = { host: "desk", mode: "ui", instanceId: "1" };
    const den = { host: "den", mode: "ui", instanceId: "2" };
    const { clock, peers, told, say } = start({ snapshot: { presence: [desk] } });
    await clock.advance(0);
    await say({ event: "presence", seq: 1, payload: { presence: [desk, den] } });
    peers[0]?.close(1006);
    await clock.advance(500);
    assert.deepEqual(told.map(({ joined, left }) => [joined, left]), [[[den], []], [[], [den]]]);
    assert.deepEqual(told[1]?.payload, { presence: [desk] });
  });
});

describe("watchEvents(), to its end", () => {
  it("ends with the last event, and tells it though it is not wanted", async () => {
    const { clock, names, say, end, running } = start({ isWanted: () => false, isLast: (name) => name === "shutdown" });
    await clock.advance(0);
    await say({ event: "cron", seq: 1 });
    await say({ event: "shutdown", seq: 2, payload: { reason: "x" } });
    await say({ event: "shutdown", seq: 3 });
    await running;
    assert.deepEqual([names(), end(), clock.waiting], [["shutdown"], "done", 0]);
  });

  it("ends after its time, as a failure when it never had a connection", async () => {
    const well = start({ limitMs: 10_000 });
    await well.clock.advance(10_000);
    await well.running;
    assert.deepEqual([well.end(), well.clock.waiting], ["done", 0]);
    const absent = new ClawError("net/unreachable", "nothing listens there");
    for (const limit of [{ limitMs: 10_000 }, { firstMs: 10_000 }]) {
      const ill = start({ ...limit, connect: () => Promise.reject(absent) });
      await ill.clock.advance(10_000);
      await ill.running;
      assert.equal(ill.end(), absent);
      assert.equal(ill.clock.waiting, 0);
    }
  });

  it("tells what the attempt met that its time cut short, unless one before came to its end", async () => {
    const said = new ClawError("gateway/unavailable", "gateway starting");
    const nothing = new ClawError("net/timeout", "the gateway did not accept a connection in time");
    const absent = new ClawError("net/unreachable", "nothing listens there");
    const cutShort = (error: ClawError) => (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(error)));
    const firstAbsent = (error: ClawError) => {
      let count = 0;
      return (signal: AbortSignal) => ++count === 1 ? Promise.reject(absent) : cutShort(error)(signal);
    };
    const cases = [[cutShort(said), said], [cutShort(nothing), nothing], [firstAbsent(nothing), absent]] as const;
    for (const [connect, expected] of cases) {
      const { clock, end, running } = start({ limitMs: 10_000, connect });
      await clock.advance(10_000);
      await running;
      assert.equal(end(), expected);
      assert.equal(clock.waiting, 0);
    }
  });

  it("has no end for want of a first connection once it had one", async () => {
    const { clock, end, controller, running } = start({ firstMs: 1_000 });
    await clock.advance(40_000);
    assert.equal(end(), undefined);
    controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGTERM" } }));
    await running;
    assert.equal((end() as ClawError).details["signal"], "SIGTERM");
    assert.equal(clock.waiting, 0);
  });

  it("ends with a verdict, after what came before it", async () => {
    const { clock, peers, names, say, end, running } = start();
    await clock.advance(0);
    await say({ event: "cron", seq: 1 });
    peers[0]?.say("{nope");
    await clock.advance(0);
    await running;
    assert.deepEqual([names(), (end() as ClawError).code], [["cron"], "protocol/bad-frame"]);
  });

  it("closes a connection that is silent, and makes another", async () => {
    const { clock, peers, changes } = start();
    await clock.advance(60_000);
    assert.deepEqual(await peers[0]?.transport.closed, { code: 4000, reason: "tick timeout" });
    await clock.advance(500);
    assert.deepEqual([peers.length, changes.at(-1)], [2, "connected"]);
  });

  it("keeps no more than so much for a reader that does not read, and hands all to who must see it", async () => {
    const seen: string[] = [];
    const peer = createPeer();
    const items = watchEvents<Link>({
      clock: createManualClock(),
      random: () => 0.5,
      signal: new AbortController().signal,
      connect: () => Promise.resolve({ connection: new Connection(peer.transport, createHandshake(), 0) }),
      isWanted: () => true,
      isLast: (name) => name === "shutdown",
      tellsLine: () => false,
      onChange: () => {},
      onItem: ({ event }) => seen.push(event),
      onEnd: () => {},
    });
    const first = items.next();
    for (let seq = 1; seq <= 15_000; seq++) peer.say({ type: "event", event: "cron", seq });
    peer.say({ type: "event", event: "shutdown", seq: 15_001 });
    const begin: readonly FeedItem[] = (await first).value ?? [];
    assert.ok(begin.length > 0 && begin.every(({ event }) => event === "cron"));
    while (seen.at(-1) !== "shutdown") await new Promise((resolve) => setTimeout(resolve, 1));
    const rest: FeedItem[] = [];
    for await (const batch of items) rest.push(...batch);
    assert.equal(seen.length, 15_001);
    const dropped = rest.flatMap(({ event, payload }) =>
      event === "claw.dropped" ? (payload as { count: number }).count : []
    );
    assert.equal(rest.length + begin.length - dropped.length + (dropped[0] ?? 0), 15_001);
    assert.ok(rest.length <= 10_001 && dropped.length === 1);
  });
});
