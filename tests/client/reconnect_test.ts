import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import { type LineChange, reconnect, reconnectDelay } from "../../src/client/reconnect.ts";
import { ClawError, type ErrorCode, faults } from "../../src/errors.ts";
import { createManualClock, type ManualClock } from "../support/clock.ts";
import { fc } from "../support/property.ts";
import { createHandshake, createPeer, type Peer } from "../support/wire.ts";

interface Stage {
  readonly clock: ManualClock;
  readonly changes: readonly LineChange[];
  readonly peers: readonly Peer[];
  readonly connections: readonly Connection[];
  /** How it ended; undefined as long as it goes on. */
  readonly end: () => unknown;
  /** From now on attempts fail so; undefined: they succeed. */
  fail(error: ClawError | undefined): void;
  stop(reason: ClawError): void;
}

function start(first?: ClawError): Stage {
  const clock = createManualClock();
  const controller = new AbortController();
  const changes: LineChange[] = [];
  const peers: Peer[] = [];
  const connections: Connection[] = [];
  let failure = first;
  let end: unknown;
  const connect = () => {
    if (failure !== undefined) return Promise.reject(failure);
    const peer = createPeer();
    peers.push(peer);
    const connection = new Connection(peer.transport, createHandshake(), 0);
    connections.push(connection);
    return Promise.resolve({ connection });
  };
  const onChange = (change: LineChange) => changes.push(change);
  const run = async () => {
    for await (const _ of reconnect({ clock, random: () => 0.5, signal: controller.signal, connect, onChange }));
  };
  run().catch((thrown) => (end = thrown));
  return {
    clock,
    changes,
    peers,
    connections,
    end: () => end,
    fail: (error) => void (failure = error),
    stop: (reason) => controller.abort(reason),
  };
}

const delaysOf = ({ changes }: Stage) => changes.flatMap((change) => change.kind === "waiting" ? change.delayMs : []);
const absent = new ClawError("net/unreachable", "nothing listens there");

describe("reconnectDelay()", () => {
  it("stays below a bound that doubles from 1 s to 30 s, and above nothing at all", () => {
    fc.assert(fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (n, chance) => {
      const delayMs = reconnectDelay(n, 0, () => chance);
      assert.ok(delayMs >= 100 && delayMs <= Math.min(30_000, 1_000 * 2 ** n), `${delayMs}`);
    }));
  });

  it("jitters over the whole of it", () => {
    assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map((n) => reconnectDelay(n, 0, () => 0.999_999)), [
      1_000,
      2_000,
      4_000,
      8_000,
      16_000,
      30_000,
      30_000,
    ]);
    assert.equal(reconnectDelay(9, 0, () => 0), 100);
  });

  it("waits at least as long as the gateway asks, up to an hour", () => {
    fc.assert(fc.property(fc.integer({ min: -1_000, max: 10_000_000 }), fc.nat(20), (hintMs, n) => {
      const delayMs = reconnectDelay(n, hintMs, () => 0.3);
      assert.ok(delayMs >= Math.min(hintMs, 3_600_000) && delayMs <= Math.max(0, hintMs) + 30_000);
      assert.ok(delayMs <= 3_630_000);
    }));
  });
});

describe("reconnect()", () => {
  it("waits ever longer while nobody listens, and goes on when somebody does", async () => {
    const stage = start(absent);
    await stage.clock.advance(500 + 1_000 + 2_000 + 4_000 + 8_000 + 15_000 + 15_000 - 1);
    assert.deepEqual(delaysOf(stage), [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    stage.fail(undefined);
    await stage.clock.advance(1);
    assert.equal(stage.peers.length, 1);
  });

  it("forgets earlier failures after a stable minute, and not before", async () => {
    const stage = start(absent);
    await stage.clock.advance(1_400);
    stage.fail(undefined);
    await stage.clock.advance(100);
    await stage.clock.advance(59_000);
    stage.peers[0]?.close(1006);
    await stage.clock.advance(2_000);
    await stage.clock.advance(60_000);
    stage.peers[1]?.close(1006);
    await stage.clock.advance(0);
    assert.deepEqual(delaysOf(stage), [500, 1_000, 2_000, 500]);
  });

  it("waits as long as a refusal or a stopping gateway asks", async () => {
    const later = new ClawError("gateway/unavailable", "locked out", { details: { retryAfterMs: 300_000 } });
    const refused = start(later);
    await refused.clock.advance(0);
    assert.deepEqual(delaysOf(refused), [300_500]);
    const stopping = start();
    await stopping.clock.advance(0);
    stopping.peers[0]?.say({ type: "event", event: "shutdown", payload: { reason: "x", restartExpectedMs: 1_500 } });
    await stopping.clock.advance(0);
    stopping.peers[0]?.close(1012, "service restart");
    await stopping.clock.advance(0);
    assert.deepEqual(delaysOf(stopping), [2_000]);
    const asked = start();
    await asked.clock.advance(0);
    const details = { retryAfterMs: 7_000 };
    asked.connections[0]?.abandon(new ClawError("gateway/unavailable", "too many", { details }), 1000, "");
    await asked.clock.advance(0);
    assert.deepEqual(delaysOf(asked), [7_500]);
  });

  it("stops at once on every verdict that another attempt would not mend, and on no other", async () => {
    for (const code of Object.keys(faults) as ErrorCode[]) {
      const stage = start(new ClawError(code, "x"));
      await stage.clock.advance(0);
      const goesOn = faults[code].retry === "reconnect" || code === "net/unanswered";
      assert.equal(stage.end() === undefined, goesOn, code);
      if (!goesOn) assert.equal((stage.end() as ClawError).code, code);
    }
  });

  it("ends with a connection that broke the protocol", async () => {
    const stage = start();
    await stage.clock.advance(0);
    stage.peers[0]?.say("{nope");
    await stage.clock.advance(0);
    assert.equal((stage.end() as ClawError).code, "protocol/bad-frame");
  });

  it("gives up an attempt after half a minute, and ends at once when it is told to", async () => {
    const clock = createManualClock();
    const controller = new AbortController();
    const failures: string[] = [];
    const links = reconnect({
      clock,
      random: () => 0.5,
      signal: controller.signal,
      connect: (signal) =>
        new Promise<never>((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason), { once: true })
        ),
      onChange: (change) => change.kind === "failed" && failures.push(change.error.code),
    });
    const next = links.next();
    await clock.advance(30_000);
    assert.deepEqual(failures, ["net/timeout"]);
    await clock.advance(500);
    controller.abort(new ClawError("interrupted", "interrupted"));
    await assert.rejects(next, { code: "interrupted" });
    assert.equal(clock.waiting, 0);
  });

  it("ends with the signal's reason while a connection stands, and while it waits", async () => {
    for (const first of [undefined, absent]) {
      const stage = start(first);
      await stage.clock.advance(0);
      stage.stop(new ClawError("interrupted", "interrupted"));
      await stage.clock.advance(0);
      assert.equal((stage.end() as ClawError).code, "interrupted");
      assert.equal(stage.clock.waiting, 0);
    }
  });
});
