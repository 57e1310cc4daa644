/**
 * From a fresh transport to hello-ok, as one straight line: challenge, proof, connect, answer. It leaves nothing behind
 * on the transport, keeps no state and knows no files: credentials come in ready to sign. Next: `connection.ts`.
 */
import { ClawError } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { Os } from "../platform/world.ts";
import {
  Challenge,
  type ConnectParams,
  decodeFrame,
  type DeviceProof,
  encodeFrame,
  type EventFrame,
  failureOf,
  type Frame,
  HelloOk,
  maxProtocol,
  minProtocol,
  proofText,
  type ProtocolVersion,
} from "../protocol/mod.ts";
import type { Transport } from "../transport/transport.ts";
import { version } from "../version.ts";
import type { Credentials, Device } from "./credentials.ts";

/** What a completed handshake tells. Times are ms on the local clock that never jumps. */
export interface Handshake {
  readonly hello: HelloOk;
  readonly protocol: ProtocolVersion;
  /** The gateway's clock at the challenge (epoch ms), and the local ones when it arrived. */
  readonly challengedAt: { readonly gatewayMs: number; readonly localMs: number; readonly elapsedMs: number };
  readonly challengeMs: number;
  readonly helloMs: number;
}

export interface HandshakeOptions {
  readonly clock: Clock;
  readonly os: Os;
  readonly signal: AbortSignal;
}

const connectId = "connect";
/** claw knows one role. */
export const role = "operator";

/**
 * Shakes hands.
 * @throws ClawError `net/closed` when the gateway hangs up without an answer (`details.phase`, `details.closeCode`),
 * `protocol/*` when it says what no gateway says, `auth/*` and the like when it refuses; or the signal's reason
 */
export async function handshake(
  transport: Transport,
  credentials: Credentials,
  options: HandshakeOptions,
): Promise<Handshake> {
  const { clock, signal } = options;
  const startedAt = clock.elapsed();
  const challenge = await awaitChallenge(transport, signal);
  const challengedAt = { gatewayMs: challenge.ts, localMs: clock.now(), elapsedMs: clock.elapsed() };
  const params = await connectParams(challenge, credentials, options.os);
  transport.send(encodeFrame({ type: "req", id: connectId, method: "connect", params }));
  const hello = await helloAnswer(transport, signal);
  const { elapsedMs } = challengedAt;
  return {
    hello,
    protocol: protocolOf(hello),
    challengedAt,
    challengeMs: elapsedMs - startedAt,
    helloMs: clock.elapsed() - elapsedMs,
  };
}

/** The gateway's first word, which it says unasked. @throws as `handshake` */
export async function awaitChallenge(transport: Transport, signal: AbortSignal): Promise<Challenge> {
  return challengeIn(await nextFrame(transport, "challenge", signal));
}

/** The params of `connect`: constant but for scopes, credential, proof and name, so that a device looks like no other. */
async function connectParams(challenge: Challenge, credentials: Credentials, os: Os): Promise<ConnectParams> {
  const { device, secret, scopes, displayName } = credentials;
  const named = displayName === undefined ? {} : { displayName };
  const client = { id: "cli", mode: "cli", version, platform: os, ...named } as const;
  const auth = {
    "token": { token: secret.value },
    "device-token": { deviceToken: secret.value },
    "bootstrap-token": { bootstrapToken: secret.value },
    "password": { password: secret.value },
    "none": undefined,
  }[secret.kind];
  return {
    minProtocol,
    maxProtocol,
    client,
    role,
    scopes: [...scopes],
    caps: [],
    ...(auth === undefined ? {} : { auth }),
    userAgent: `claw/${version}`,
    ...(device === undefined ? {} : { device: await proofOf(device, challenge, { client, scopes, secret }) }),
  };
}

/** What the proof covers besides the device and the challenge. */
interface Proven extends Pick<Credentials, "scopes" | "secret"> {
  readonly client: ConnectParams["client"];
}

async function proofOf(
  device: Device,
  { ts, nonce }: Challenge,
  { client, scopes, secret }: Proven,
): Promise<DeviceProof> {
  const signature = await device.sign(proofText({
    deviceId: device.deviceId,
    clientId: client.id,
    clientMode: client.mode,
    role,
    scopes,
    signedAt: ts,
    // A password is never signed.
    token: secret.kind === "password" ? "" : secret.value,
    nonce,
    platform: client.platform,
  }));
  return { id: device.deviceId, publicKey: device.publicKey, signature, signedAt: ts, nonce };
}

function challengeIn(frame: Frame): Challenge {
  if (frame.type !== "event" || frame.event !== "connect.challenge") {
    throw unexpected("frame-before-challenge", `${describe(frame)} before its challenge`);
  }
  return readChallenge(frame);
}

function readChallenge(frame: EventFrame): Challenge {
  const parsed = Challenge.safeParse(frame.payload);
  if (parsed.success) return parsed.data;
  throw new ClawError("protocol/bad-challenge", "the gateway's challenge has no nonce or no integer ts", {
    details: { reason: "challenge-malformed" },
  });
}

async function helloAnswer(transport: Transport, signal: AbortSignal): Promise<HelloOk> {
  for (;;) {
    const frame = await nextFrame(transport, "connect", signal);
    if (frame.type === "event") {
      if (frame.event !== "connect.challenge") continue;
      throw new ClawError("protocol/bad-challenge", "the gateway sent a second challenge", {
        details: { reason: "challenge-twice" },
      });
    }
    if (frame.type !== "res" || frame.id !== connectId) {
      throw unexpected("foreign-response", `${describe(frame)} where the answer to connect is due`);
    }
    if (!frame.ok) throw failureOf(frame.error ?? { code: "", message: "no reason given" }, "connect");
    const hello = HelloOk.safeParse(frame.payload);
    if (hello.success) return hello.data;
    throw new ClawError("protocol/bad-frame", "the gateway's answer to connect is no hello-ok", {
      details: { reason: "not-a-hello" },
    });
  }
}

const stopping = "it is stopping, or its event loop is too busy for a handshake: find out which with `claw doctor`";
const restarting = "the gateway restarts, or has no room for more: wait for it with --retry 60s";

/** What a close before hello-ok may mean, by its code. */
const hints: Readonly<Record<number, string>> = { 1000: stopping, 1006: stopping, 1012: restarting, 1013: restarting };

async function nextFrame(transport: Transport, phase: "challenge" | "connect", signal: AbortSignal): Promise<Frame> {
  const message = await transport.receive(signal).catch((reason: unknown) => {
    throw phase === "challenge" ? lateChallenge(reason) : reason;
  });
  if (message !== undefined) return decodeFrame(message);
  const { code, reason } = await transport.closed;
  const where = phase === "challenge" ? "before its challenge" : "before it answered connect";
  throw new ClawError(
    "net/closed",
    `the gateway hung up ${where} (close ${code}${reason === "" ? "" : `: ${reason}`})`,
    {
      ...(hints[code] === undefined ? {} : { hint: hints[code] }),
      details: { phase, closeCode: code, closeReason: reason },
    },
  );
}

function lateChallenge(reason: unknown): unknown {
  if (!(reason instanceof ClawError) || reason.code !== "net/timeout") return reason;
  return new ClawError("protocol/no-challenge", "the connection is open, but no challenge came in time", {
    cause: reason,
  });
}

function protocolOf(hello: HelloOk): ProtocolVersion {
  if (hello.protocol === 3 || hello.protocol === 4) return hello.protocol;
  throw new ClawError(
    "protocol/mismatch",
    `claw speaks protocol ${minProtocol} to ${maxProtocol}, the gateway answered with ${hello.protocol}`,
    { details: { expectedProtocol: hello.protocol } },
  );
}

function unexpected(reason: string, what: string): ClawError {
  return new ClawError("protocol/unexpected-frame", `the gateway sent ${what}`, { details: { reason } });
}

function describe(frame: Frame): string {
  return { req: "a request", res: "a response to another request", event: "an event" }[frame.type];
}
