/**
 * The other end of a transport, driven by hand: for tests that need a gateway to say something no gateway says. What a
 * correct gateway does is the dev gateway's part.
 */
import { decodeFrame, type Frame, HelloOk, type RequestFrame } from "../../src/protocol/mod.ts";
import { createTransportPair } from "../../src/transport/pair.ts";
import type { Transport } from "../../src/transport/transport.ts";
import type { Credentials, Device } from "../../src/client/credentials.ts";
import { generateKey, importIdentity } from "../../src/identity/keypair.ts";

export interface Peer {
  /** The client's end. */
  readonly transport: Transport;
  /** Sends a frame, or any text, to the client. */
  say(frame: unknown): void;
  /** The client's next frame; it must be a request. */
  hear(): Promise<RequestFrame>;
  close(code?: number, reason?: string): void;
}

export function createPeer(): Peer {
  const [transport, far] = createTransportPair();
  return {
    transport,
    say: (frame) => far.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    async hear() {
      const message = await far.receive();
      if (message === undefined) throw new Error("the client closed");
      const frame: Frame = decodeFrame(message);
      if (frame.type !== "req") throw new Error(`the client sent a ${frame.type}`);
      return frame;
    },
    close: (code, reason) => far.close(code, reason),
  };
}

export const challenge = {
  type: "event",
  event: "connect.challenge",
  payload: { nonce: "352e8c2f-167e-412c-bb65-05e6915dc592", ts: 1_795_262_041_010 },
} as const;

/** hello-ok as small as a gateway may send it. */
export function helloOk(
  id: string,
  options: { protocol?: number; scopes?: readonly string[]; maxPayload?: number } = {},
) {
  const { protocol = 4, scopes = ["operator.write"], maxPayload = 26_214_400 } = options;
  return {
    type: "res",
    id,
    ok: true,
    payload: {
      type: "hello-ok",
      protocol,
      server: { version: protocol === 3 ? "2026.3.13" : "2026.9.6", connId: "c1" },
      features: { methods: [], events: [] },
      snapshot: {},
      policy: { maxPayload, maxBufferedBytes: 52_428_800, tickIntervalMs: 30_000 },
      auth: { role: "operator", scopes: [...scopes], method: "token" },
    },
  };
}

/** What a handshake came to, for a connection that had none. */
export function createHandshake(options: Parameters<typeof helloOk>[1] & { readonly tickIntervalMs?: number } = {}) {
  const { protocol, tickIntervalMs = 30_000 } = options;
  const { payload } = helloOk("connect", options);
  const hello = HelloOk.parse({ ...payload, policy: { ...payload.policy, tickIntervalMs } });
  const challengedAt = { gatewayMs: 0, localMs: 0, elapsedMs: 0 };
  return { hello, protocol: protocol === 3 ? 3 : 4, challengedAt, challengeMs: 0, helloMs: 0 } as const;
}

/** Credentials of a fresh device with a shared token. */
export async function createCredentials(
  scopes: readonly string[] = ["operator.write"],
): Promise<Credentials & { readonly device: Device }> {
  const device = await importIdentity(await generateKey());
  return { device, secret: { kind: "token", value: "shared-token-for-tests" }, scopes };
}
