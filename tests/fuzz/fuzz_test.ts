/**
 * Frames by chance against both ends: the client's handshake and connection, and the dev gateway's sessions, in memory.
 * Nothing may be thrown but a `ClawError`, nothing may hang, and memory must not grow. Ten thousand frames a run;
 * a million with CLAW_TEST_NIGHT=1. A failure names its seed: CLAW_TEST_SEED plays it again.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import type { Credentials } from "../../src/client/credentials.ts";
import { handshake } from "../../src/client/handshake.ts";
import { describeRequest, jsonOf, secretsIn } from "../../src/devgateway/frame_words.ts";
import { connectObjections, frameObjections, membersOf } from "../../src/devgateway/objections.ts";
import { proofObjections } from "../../src/devgateway/proof_objections.ts";
import { DevGateway } from "../../src/devgateway/gateway.ts";
import { loopbackPeer } from "../../src/devgateway/peer.ts";
import { ClawError } from "../../src/errors.ts";
import type { Message, ProtocolVersion } from "../../src/protocol/mod.ts";
import { Inbox } from "../../src/transport/inbox.ts";
import type { Closed, Transport } from "../../src/transport/transport.ts";
import { createManualClock } from "../support/clock.ts";
import { randomIds, testSecret } from "../support/dev_gateway.ts";
import { collectGarbage } from "../support/garbage.ts";
import { readRecordings } from "../support/recordings.ts";
import { challenge, helloOk } from "../support/wire.ts";
import { type Chance, createChance, mutate, oneOf } from "./mutations.ts";

const isNight = process.env["CLAW_TEST_NIGHT"] === "1";
/** For each of the two ends. */
const frameCount = isNight ? 500_000 : 5_000;
const framesPerSession = 20;
const sessionsPerGateway = 25;
const firstSeed = Number(process.env["CLAW_TEST_SEED"] ?? 1);
const slow = { timeout: isNight ? 3_600_000 : 120_000 };

const moments = readRecordings().flatMap((recording) => recording.moments);
const fromGateway = moments.flatMap((moment) => moment.kind === "in" ? [moment.frame] : []);
const fromClient = moments.flatMap((moment) =>
  moment.kind === "out" && typeof moment.frame === "object" && moment.frame !== null ? [moment.frame] : []
);

/** An end that a test fills by hand; what is sent to it is counted, not kept. */
class FedTransport implements Transport {
  readonly closed: Promise<Closed>;
  readonly #inbox = new Inbox();
  #resolve: (closed: Closed) => void = () => {};
  sent = 0;
  /** How many messages were read: what comes behind an end is not. */
  taken = 0;
  isOver = false;

  constructor() {
    this.closed = new Promise((resolve) => (this.#resolve = resolve));
  }

  feed(message: Message): void {
    this.#inbox.put(message);
  }

  send(text: string): void {
    this.sent += 1;
    assert.ok(text.length > 0);
  }

  async receive(signal?: AbortSignal): Promise<Message | undefined> {
    const message = await this.#inbox.take(signal);
    if (message !== undefined) this.taken += 1;
    return message;
  }

  close(code = 1000, reason = ""): void {
    this.isOver = true;
    this.#inbox.end();
    this.#resolve({ code, reason });
  }
}

/** What it comes to, unless it hangs. */
async function settled<T>(work: Promise<T>, what: string): Promise<T> {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} hangs`)), 20_000);
    cancel = () => clearTimeout(timer);
  });
  return await Promise.race([work, late]).finally(cancel);
}

/** Only failures that are meant. */
function meant(thrown: unknown): void {
  if (!(thrown instanceof ClawError) || thrown.code === "internal") throw thrown;
}

const credentials: Credentials = {
  device: { deviceId: "0".repeat(64), publicKey: "A".repeat(43), sign: () => Promise.resolve("A".repeat(86)) },
  secret: { kind: "token", value: testSecret },
  scopes: ["operator.admin"],
};
const never = new AbortController().signal;

/** One connection of the client's: a handshake with or without slips, then calls among frames by chance. @returns how many */
async function fuzzClient(chance: Chance): Promise<number> {
  const clock = createManualClock();
  const transport = new FedTransport();
  const isWell = chance() < 0.7;
  transport.feed(isWell ? JSON.stringify(challenge) : mutate([challenge], chance));
  const hello = helloOk("connect", { protocol: chance() < 0.5 ? 3 : 4, scopes: ["operator.admin"] });
  transport.feed(isWell ? JSON.stringify(hello) : mutate([hello, ...fromGateway.slice(0, 50)], chance));
  const opening = handshake(transport, credentials, { clock, os: "linux", signal: never });
  if (!isWell) transport.close(1006);
  const shaken = await settled(opening, "the handshake").catch(meant);
  if (shaken === undefined) return transport.taken;
  const connection = new Connection(transport, shaken, 0);
  connection.listen(() => {});
  const calls = [
    connection.call("wake", { mode: "now", text: "x" }, never),
    connection.call("cron.list", {}, never),
    connection.call("device.pair.list", {}, never),
  ].map((call) => call.catch(meant));
  for (let count = 0; count < framesPerSession; count++) {
    // An id that is waited for gets further than one that is not.
    const message = mutate(fromGateway, chance);
    const id = `"id":"${1 + Math.floor(chance() * 3)}"`;
    transport.feed(typeof message === "string" ? message.replace(/"id":"[^"]*"/, id) : message);
  }
  await Promise.resolve();
  transport.close(1006);
  await settled(Promise.all(calls), "a call");
  await settled(connection.ended, "the connection");
  return transport.taken;
}

/** Some sessions of one gateway, which must still answer a sound client afterwards. @returns how many frames they read */
async function fuzzGateway(chance: Chance, protocol: ProtocolVersion): Promise<number> {
  const clock = createManualClock();
  const auth = { mode: "token", secret: testSecret } as const;
  const gateway = new DevGateway({
    protocol,
    auth,
    pairing: "auto",
    zone: "UTC",
    clock,
    ids: randomIds,
    heartbeat: "none",
  });
  let taken = 0;
  for (let session = 0; session < sessionsPerGateway; session++) {
    const transport = new FedTransport();
    const served = gateway.accept(transport, loopbackPeer);
    transport.feed(chance() < 0.8 ? JSON.stringify(connectFrame(protocol)) : mutate(fromClient, chance));
    for (let count = 0; count < framesPerSession; count++) transport.feed(mutate(fromClient, chance));
    await soon();
    transport.close(1006);
    await settled(served, "a session");
    taken += transport.taken;
  }
  const transport = new FedTransport();
  const served = gateway.accept(transport, loopbackPeer);
  transport.feed(JSON.stringify(connectFrame(protocol)));
  await soon();
  assert.ok(transport.sent >= 2 && !transport.isOver, "it answers nobody any more");
  transport.close(1000);
  await settled(served, "the last session");
  await gateway.close();
  return taken;
}

/** What is told of a frame in `claw gateway dev --explain`. @returns 1 */
async function fuzzExplainer(chance: Chance): Promise<number> {
  const message = mutate(unsigned, chance);
  const text = typeof message === "string" ? message : new TextDecoder().decode(message);
  const value = jsonOf(text);
  const stage = oneOf(["challenged", "connecting", "connected"] as const, chance);
  const moment = { isEarly: chance() < 0.2, stage, challenge: challenge.payload, earlierNonces: new Set<string>() };
  describeRequest(value);
  secretsIn(membersOf(value));
  frameObjections(message, value, moment);
  const params = membersOf(membersOf(value)["params"]);
  connectObjections(params);
  await settled(proofObjections(params, moment), "a look at a proof");
  return 1;
}

/** Recorded frames without their signatures: looking for what was signed takes longer than there is time for. */
const unsigned = fromClient.map((frame) =>
  JSON.parse(JSON.stringify(frame).replace(/"signature":"[^"]*"/, '"signature":"x"'))
);

/** Without a device: protocol 4 grants a local tool its scopes on the secret alone; protocol 3 lets it in without any. */
function connectFrame(protocol: ProtocolVersion): unknown {
  const client = { id: "cli", mode: "cli", version: "1", platform: "linux" };
  const scopes = ["operator.admin"];
  const range = { minProtocol: protocol, maxProtocol: protocol };
  const params = { ...range, client, role: "operator", scopes, auth: { token: testSecret } };
  return { type: "req", id: "c", method: "connect", params };
}

/** Lets all that is ready happen. */
async function soon(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
}

/** Plays until enough frames were read; memory may not be much more at the end than when it had warmed up. */
async function fuzz(play: (chance: Chance, turn: number) => Promise<number>): Promise<void> {
  let warmBytes: number | undefined;
  let read = 0;
  for (let turn = 0; read < frameCount; turn++) {
    const seed = firstSeed + turn;
    read += await play(createChance(seed), turn).catch((cause: unknown) => {
      throw new Error(`CLAW_TEST_SEED=${seed}: ${String(cause)}`, { cause });
    });
    if (read > frameCount / 4) warmBytes ??= heapBytes();
  }
  const grownBytes = heapBytes() - (warmBytes ?? 0);
  assert.ok(grownBytes < 64 * 1_048_576, `the heap grew by ${Math.round(grownBytes / 1_048_576)} MB`);
}

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

describe("frames by chance", () => {
  it("break no client", slow, () => fuzz(fuzzClient));

  it("break no account of what a client did", slow, () => fuzz(fuzzExplainer));

  it("break no dev gateway", slow, () => fuzz((chance, turn) => fuzzGateway(chance, turn % 2 === 0 ? 4 : 3)));
});
