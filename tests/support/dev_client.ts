/**
 * A well-behaved client in memory for tests of the dev gateway: connects with a device of its own, calls methods and
 * keeps the events. What claw's own client does is tested with claw's own client.
 */
import assert from "node:assert/strict";
import type { PeerFacts } from "../../src/devgateway/peer.ts";
import { generateKey, type Identity, importIdentity } from "../../src/identity/keypair.ts";
import {
  type ConnectAuth,
  decodeFrame,
  type EventFrame,
  type Frame,
  proofText,
  type ResponseFrame,
  type WireError,
} from "../../src/protocol/mod.ts";
import type { Closed, Transport } from "../../src/transport/transport.ts";
import { type MemoryGateway, testSecret } from "./dev_gateway.ts";

export const allScopes = ["admin", "read", "write", "approvals", "pairing"].map((name) => `operator.${name}`);

export interface ClientChoices {
  /** Left out: a device of its own. null: none. */
  readonly device?: Identity | null;
  readonly scopes?: readonly string[];
  /** null: none. */
  readonly auth?: ConnectAuth | null;
  readonly client?: Readonly<Record<string, unknown>>;
  readonly role?: string;
  readonly peer?: PeerFacts;
  /** What is signed, when it is not what is sent. */
  readonly signs?: Readonly<Record<string, unknown>>;
  /** Overrides members of `device` in the params. */
  readonly proof?: Readonly<Record<string, unknown>>;
}

export interface DevClient {
  readonly device: Identity | undefined;
  /** The answer to `connect`. */
  readonly answer: ResponseFrame;
  /** All events so far. */
  readonly events: EventFrame[];
  /** How the gateway or the client ended it. */
  readonly closed: Promise<Closed>;
  /** The answer of any kind. */
  ask(method: string, params?: unknown): Promise<ResponseFrame>;
  /** The payload. @throws AssertionError when the call is refused */
  // deno-lint-ignore no-explicit-any -- each method has its own
  call(method: string, params?: unknown): Promise<any>;
  /** The error. @throws AssertionError when the call is answered */
  refused(method: string, params?: unknown): Promise<WireError>;
  close(): void;
}

export async function createDevice(): Promise<Identity> {
  return await importIdentity(await generateKey());
}

/** Connects, and returns with whatever the gateway answered. */
export async function connectTo(
  gateway: Pick<MemoryGateway, "connect">,
  choices: ClientChoices = {},
): Promise<DevClient> {
  const transport = gateway.connect(choices.peer);
  const line = readFrames(transport);
  const challenge = await line.next(({ type }) => type === "event") as EventFrame;
  const device = choices.device === null ? undefined : choices.device ?? await createDevice();
  const params = await paramsFor(challenge.payload as Challenge, device, choices);
  let lastId = 0;
  const ask = async (method: string, given?: unknown) => {
    const id = `r${++lastId}`;
    transport.send(JSON.stringify({ type: "req", id, method, ...(given === undefined ? {} : { params: given }) }));
    return await line.next((frame) => frame.type === "res" && frame.id === id) as ResponseFrame;
  };
  return {
    device,
    answer: await ask("connect", params),
    events: line.events,
    closed: transport.closed,
    ask,
    async call(method, given) {
      const { ok, payload, error } = await ask(method, given);
      assert.ok(ok, `${method}: ${JSON.stringify(error)}`);
      return payload;
    },
    async refused(method, given) {
      const { ok, error } = await ask(method, given);
      assert.ok(!ok && error !== undefined, `${method} was answered`);
      return error;
    },
    close: () => transport.close(1000, ""),
  };
}

interface Challenge {
  readonly nonce: string;
  readonly ts: number;
}

async function paramsFor(
  { nonce, ts }: Challenge,
  device: Identity | undefined,
  { scopes = ["operator.write"], auth = { token: testSecret }, client: given, role, signs, proof }: ClientChoices,
): Promise<unknown> {
  const client = { id: "cli", mode: "cli", version: "0.0.0", platform: "linux", ...given };
  const params = {
    minProtocol: 3,
    maxProtocol: 4,
    client,
    ...(role === undefined ? {} : { role }),
    scopes,
    ...(auth === null ? {} : { auth }),
  };
  if (device === undefined) return params;
  const text = proofText({
    deviceId: device.deviceId,
    clientId: client.id,
    clientMode: client.mode,
    role: role ?? "operator",
    scopes,
    signedAt: ts,
    token: auth?.token ?? auth?.deviceToken ?? auth?.bootstrapToken ?? "",
    nonce,
    platform: client.platform,
    ...signs,
  });
  const { deviceId: id, publicKey } = device;
  return { ...params, device: { id, publicKey, signature: await device.sign(text), signedAt: ts, nonce, ...proof } };
}

/** Reads on and on: events are kept, and frames wait for whoever asks for them. */
function readFrames(transport: Transport) {
  const events: EventFrame[] = [];
  const arrived: Frame[] = [];
  let wake = () => {};
  let isOver = false;
  void (async () => {
    for (let message = await transport.receive(); message !== undefined; message = await transport.receive()) {
      const frame = decodeFrame(message);
      if (frame.type === "event") events.push(frame);
      arrived.push(frame);
      wake();
    }
    isOver = true;
    wake();
  })();
  return {
    events,
    async next(fits: (frame: Frame) => boolean): Promise<Frame> {
      for (;;) {
        const index = arrived.findIndex(fits);
        const frame = arrived[index];
        if (frame !== undefined) {
          arrived.splice(0, index + 1);
          return frame;
        }
        if (isOver) throw new Error(`the gateway closed: ${JSON.stringify(await transport.closed)}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
