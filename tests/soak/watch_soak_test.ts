/**
 * `claw watch` against a gateway that restarts every few seconds: what was sent to it is told, all of it and in order,
 * and memory does not grow. Time runs twenty times as fast: a minute at the gate, 10 minutes at night.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { loopbackPeer, type PeerFacts } from "../../src/devgateway/peer.ts";
import { ClawError } from "../../src/errors.ts";
import { createTransportPair } from "../../src/transport/pair.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { createFastClock } from "../support/clock.ts";
import { allScopes, connectTo } from "../support/dev_client.ts";
import { openSocketGateway, type SocketGateway } from "../support/dev_gateway.ts";
import { collectGarbage } from "../support/garbage.ts";
import { freePort } from "../support/sockets.ts";
import { createTestHome } from "../support/world.ts";

const lengthMs = process.env["CLAW_TEST_NIGHT"] ? 600_000 : 60_000;
const factor = 20;

/** What one end sent and the other has not told yet. */
class Ledger {
  readonly #sent: string[] = [];
  told = 0;
  connections = 0;
  readonly others: string[] = [];

  sends(text: string): void {
    const frame = JSON.parse(text);
    if (frame.type === "event" && frame.event !== "connect.challenge") this.#sent.push(keyOf(frame));
  }

  tells(line: string): void {
    const { ok, data } = JSON.parse(line);
    // The last line says that it was interrupted.
    if (!ok) return;
    // Who came or left in between: claw's own comparison.
    if (data.event === "presence" && data.seq === undefined) return;
    if (data.event === "claw.connected") this.connections += 1;
    else if (data.event.startsWith("claw.")) this.others.push(data.event);
    else {
      const sent = this.#sent.shift();
      if (keyOf(data) !== sent) this.others.push(`${keyOf(data)}, not ${sent}`);
      this.told += 1;
    }
  }

  get missing(): readonly string[] {
    return this.#sent;
  }
}

function keyOf({ event, seq, payload }: { event: string; seq: number; payload: { presence?: { text?: string }[] } }) {
  return `${event} ${seq} ${payload.presence?.find(({ text }) => text?.startsWith("beat"))?.text ?? ""}`;
}

/** Keeps account of what is sent to whoever comes by a socket. */
function keepAccount({ gateway }: SocketGateway, ledger: Ledger): void {
  const accept = gateway.accept.bind(gateway);
  const watched = (transport: Transport): Transport => {
    let isClosing = false;
    return {
      send(text) {
        // While it waits for the other end to agree, a gateway's timers go on, and nothing is sent any more.
        if (!isClosing) ledger.sends(text);
        transport.send(text);
      },
      receive: (signal) => transport.receive(signal),
      close(code, reason) {
        isClosing = true;
        transport.close(code, reason);
      },
      closed: transport.closed,
    };
  };
  gateway.accept = (transport, peer) => accept(watched(transport), peer);
}

/** Another client, in memory, that gives the gateway something to tell. */
async function openBeacon({ gateway }: SocketGateway) {
  const accept = Object.getPrototypeOf(gateway).accept.bind(gateway);
  const connect = (peer: PeerFacts = loopbackPeer) => {
    const [client, server] = createTransportPair();
    void accept(server, peer);
    return client;
  };
  return await connectTo({ connect }, { scopes: allScopes });
}

describe("claw watch, for long", () => {
  // Bun gives a test five seconds, unless it says otherwise.
  it("loses no event of the connected periods, and no memory", { timeout: lengthMs + 60_000 }, async () => {
    const clock = createFastClock(factor);
    const port = await freePort();
    const ledger = new Ledger();
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${port}`, CLAW_TOKEN: "dev-gateway-test-secret" });
    const controller = new AbortController();
    const stdout = {
      isTty: false,
      columns: 80,
      write: (text: string) => text.trimEnd().split("\n").forEach((line) => ledger.tells(line)),
    };
    const args = ["watch", "--json", "--events", "*", "--since-connect"];
    const watching = home.claw(args, { clock, stdout, interrupted: controller.signal });
    const heap: number[] = [];
    const endsAt = performance.now() + lengthMs;
    for (let beat = 0; performance.now() < endsAt;) {
      await using gateway = await openSocketGateway({ port, clock });
      keepAccount(gateway, ledger);
      const beacon = await openBeacon(gateway);
      const restartsAt = performance.now() + 500 + Math.random() * 2_000;
      while (performance.now() < restartsAt) {
        await beacon.call("system-event", { text: `beat ${++beat}` });
        await setTimeout(5);
      }
      beacon.close();
      collectGarbage();
      heap.push(process.memoryUsage().heapUsed);
    }
    await setTimeout(300);
    controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGTERM" } }));
    const { exit } = await watching;
    assert.deepEqual(ledger.others.filter((event) => event !== "claw.disconnected").slice(0, 10), []);
    assert.equal(exit, 143);
    console.log(`${ledger.told} events over ${ledger.connections} connections`);
    assert.deepEqual(ledger.missing, []);
    assert.ok(ledger.connections >= lengthMs / 5_000, `${ledger.connections} connections`);
    assert.ok(ledger.told > ledger.connections * 10, `${ledger.told} events`);
    assertFlat(heap);
  });
});

/** The least of many samples is what is left after a collection; those of the end are compared with those of the start. */
function assertFlat(heap: readonly number[]): void {
  const part = Math.floor(heap.length / 3);
  const before = Math.min(...heap.slice(0, part));
  const after = Math.min(...heap.slice(-part));
  const slack = 8 * 1_048_576;
  assert.ok(after <= before * 1.2 + slack, `${before} bytes of heap became ${after}`);
}
