/**
 * What each fault does on the wire: rules that say at which moment of a connection which deed takes the place of what a
 * sound gateway does, or follows it. Pure: `fault_player.ts` carries them out. Next: `fault_refusals.ts`.
 */
import type { Ids } from "../platform/world.ts";
import { type ConnectParams, type Method, type MethodRow, methods, type RequestFrame } from "../protocol/mod.ts";
import { missingScope } from "./dispatch.ts";
import * as refusing from "./fault_refusals.ts";
import type { ChosenFault, FaultName } from "./faults.ts";
import type { Generation } from "./generation.ts";

/** `connect` and `call` are what the client sends; from `challenge` on it is what the gateway sends. */
export type Moment =
  | "accept"
  | "upgrade"
  | "connect"
  | "call"
  | "challenge"
  | "hello"
  | "refusal"
  | "answer"
  | "event";

/** What a deed may look at besides the frame. */
export interface FaultContext {
  readonly generation: Generation;
  readonly ids: Ids;
}

/** What ends a connection, or holds it for good. */
export type Ending =
  /** 1006: without a close frame. */
  | { readonly kind: "close"; readonly code: number; readonly reason?: string }
  | { readonly kind: "reset" }
  /** Neither reads nor writes any more. */
  | { readonly kind: "stall" };

export type Deed =
  | Ending
  /** Bytes in place of what HTTP and WebSocket allow. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "http"; readonly status: number }
  | { readonly kind: "bad-accept" }
  | { readonly kind: "swallow" }
  | { readonly kind: "wait"; readonly ms: number }
  /** In pieces of 64 bytes, this many ms apart. */
  | { readonly kind: "slow"; readonly ms: number }
  /** Half of the frame, then the end of the TCP connection. */
  | { readonly kind: "half" }
  /** Until the next such frame, which overtakes it, or this many ms. */
  | { readonly kind: "hold"; readonly ms: number }
  /** These texts, frames, or bytes of a binary message. */
  | { readonly kind: "say"; readonly say: (frame: Json) => Iterable<unknown> }
  /** Answers the client's request in the gateway's place. undefined: lets it pass. */
  | { readonly kind: "refuse"; readonly refuse: (request: RequestFrame, context: FaultContext) => Refused | undefined };

/** An answer to a request, and how the connection ends then, if it does. */
export interface Refused {
  readonly error: Readonly<Record<string, unknown>>;
  readonly ending?: Ending;
}

export interface Rule {
  readonly at: Moment;
  /** Requests of this method, and their answers, alone. */
  readonly method?: string;
  /** Behind the frame; else in its place. */
  readonly isAfter?: boolean;
  readonly deed: Deed;
}

/** A frame as JSON has it. */
export type Json = Readonly<Record<string, unknown>>;

/** The rules of one fault; none for one that is no matter of single connections (`clock-skew`). */
export function rulesFor({ name, value, method }: ChosenFault): readonly Rule[] {
  const rules = tables[name](value ?? 0);
  return method === undefined ? rules : rules.map((rule) => ({ ...rule, method }));
}

const instead = (at: Moment, deed: Deed): readonly Rule[] => [{ at, deed }];
const after = (at: Moment, deed: Deed): readonly Rule[] => [{ at, isAfter: true, deed }];
const saying = (at: Moment, say: (frame: Json) => Iterable<unknown>): readonly Rule[] =>
  instead(at, { kind: "say", say });
const refuseConnect = (
  refuse: (request: RequestFrame & { readonly params: ConnectParams }, context: FaultContext) => Refused,
): readonly Rule[] =>
  instead("connect", {
    kind: "refuse",
    refuse: (request, context) => refuse({ ...request, params: request.params as ConnectParams }, context),
  });
const close = (code: number | string): Deed => ({ kind: "close", code: Number(code) });
const reset: Deed = { kind: "reset" };
const stall: Deed = { kind: "stall" };
const swallow: Deed = { kind: "swallow" };
const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

const tables: Readonly<Record<FaultName, (value: number | string) => readonly Rule[]>> = {
  "reset-on-accept": () => instead("accept", reset),
  "stall-on-accept": () => instead("accept", stall),
  "not-http": () => instead("upgrade", { kind: "bytes", bytes: ascii("SSH-2.0-OpenSSH_9.9\r\n") }),
  "reset-on-upgrade": () => instead("upgrade", reset),
  "http": (status) => instead("upgrade", { kind: "http", status: Number(status) }),
  "bad-accept": () => instead("upgrade", { kind: "bad-accept" }),
  "no-challenge": () => instead("challenge", swallow),
  "late-challenge": (ms) => instead("challenge", { kind: "wait", ms: Number(ms) }),
  "malformed-challenge": (kind) => saying("challenge", (frame) => [malformedChallenge(frame, kind)]),
  "second-challenge": () => saying("challenge", (frame) => [frame, frame]),
  "event-first": () => saying("challenge", (frame) => [{ type: "event", event: "tick", payload: { ts: 0 } }, frame]),
  "close-before-challenge": (code) => instead("challenge", close(code)),
  "reset-before-challenge": () => instead("challenge", reset),
  "stall-before-challenge": () => instead("challenge", stall),
  "close-after-challenge": (code) => after("challenge", close(code)),
  "reset-after-challenge": () => after("challenge", reset),
  "close-after-connect": (code) => instead("connect", close(code)),
  "reset-after-connect": () => instead("connect", reset),
  "silent-after-connect": () => instead("connect", swallow),
  "stall-after-connect": () => instead("connect", stall),
  "protocol-refused": (wanted) =>
    refuseConnect((request, context) => refusing.protocol(request, context, Number(wanted))),
  "rate-limited": (ms) => refuseConnect(() => refusing.rateLimited(Number(ms))),
  "starting": (ms) => refuseConnect(() => refusing.starting(Number(ms))),
  "pairing-required": (reason) =>
    refuseConnect((request, context) => refusing.pairing(request, context, String(reason))),
  "token-mismatch": () => refuseConnect((request, context) => refusing.credential(request, context, "token_mismatch")),
  "device-token-mismatch": () =>
    refuseConnect((request, context) => refusing.credential(request, context, "device_token_mismatch")),
  "clock-skew": () => [],
  "hello-protocol": (wanted) => saying("hello", (frame) => [withPayload(frame, { protocol: Number(wanted) })]),
  "malformed-hello": () => saying("hello", (frame) => [{ ...frame, payload: { type: "hello" } }]),
  "scopes-emptied": () => [
    ...saying("hello", (frame) => [withoutScopes(frame)]),
    ...instead("call", { kind: "refuse", refuse: lackingScope }),
  ],
  "close-after-hello": (code) => after("hello", close(code)),
  "reset-after-hello": () => after("hello", reset),
  "stall-after-hello": () => after("hello", stall),
  "close-after-request": (code) => instead("answer", close(code)),
  "reset-after-request": () => instead("answer", reset),
  "silent-after-request": () => instead("answer", swallow),
  "stall-after-request": () => instead("answer", stall),
  "malformed-answer": (kind) => saying("answer", (frame) => [malformedAnswer(frame, kind)]),
  "foreign-response": () => saying("answer", (frame) => [{ ...frame, id: "never-asked" }, frame]),
  "reordered-responses": () => instead("answer", { kind: "hold", ms: 50 }),
  "duplicated-responses": () => saying("answer", (frame) => [frame, frame]),
  "sequence-gaps": (lost) => sequenceGaps(Number(lost)),
  "flood": (count) => after("hello", { kind: "say", say: () => ticks(Number(count)) }),
  "slow-frames": (ms) =>
    (["challenge", "hello", "answer", "event"] as const).flatMap((at) => instead(at, { kind: "slow", ms: Number(ms) })),
  "half-frame": (which) => instead(which as "challenge" | "hello" | "answer", { kind: "half" }),
  "huge-frame": (bytes) => after("hello", { kind: "say", say: () => [tick("x".repeat(Number(bytes)))] }),
  "broken-frame": (kind) => after("challenge", { kind: "bytes", bytes: brokenFrames[kind] ?? new Uint8Array() }),
};

function withPayload(frame: Json, members: Json): Json {
  return { ...frame, payload: { ...frame["payload"] as Json, ...members } };
}

function malformedChallenge(frame: Json, kind: number | string): unknown {
  const { nonce, ts } = frame["payload"] as { nonce: string; ts: number };
  if (kind === "binary") return new TextEncoder().encode(JSON.stringify(frame));
  if (kind === "not-json") return "hello, who are you?";
  if (kind === "array") return [frame];
  if (kind === "no-nonce") return { ...frame, payload: { ts } };
  if (kind === "empty-nonce") return withPayload(frame, { nonce: "" });
  return { ...frame, payload: kind === "no-ts" ? { nonce } : { nonce, ts: String(ts) } };
}

function malformedAnswer(frame: Json, kind: number | string): unknown {
  if (kind === "binary") return new TextEncoder().encode(JSON.stringify(frame));
  if (kind === "not-json") return JSON.stringify(frame).slice(1);
  return kind === "no-frame" ? { jsonrpc: "2.0", id: frame["id"], result: frame["payload"] } : { ...frame, payload: 7 };
}

/** What protocol 4 shows; on protocol 3 nothing stands where nothing was granted. */
function withoutScopes(frame: Json): Json {
  const { auth, ...rest } = frame["payload"] as Json;
  const isOlder = rest["protocol"] === 3;
  return { ...frame, payload: isOlder ? rest : { ...rest, auth: { ...auth as Json, scopes: [] } } };
}

function lackingScope({ method }: RequestFrame, context: FaultContext): Refused | undefined {
  if (!Object.hasOwn(methods, method)) return undefined;
  const { scope }: MethodRow = methods[method as Method];
  return scope === undefined ? undefined : { error: missingScope(scope, context.generation) };
}

function sequenceGaps(lost: number): readonly Rule[] {
  let count = 0;
  const numbered = (frame: Json, seq: number) => ({ ...frame, seq: seq + lost * ++count });
  return [
    ...after("hello", { kind: "say", say: () => [numbered(tick({ ts: 0 }), 1)] }),
    // One more than the gateway counts: the tick.
    ...saying("event", (frame) => [typeof frame["seq"] === "number" ? numbered(frame, frame["seq"] + 1) : frame]),
  ];
}

function tick(payload: unknown): Json {
  return { type: "event", event: "tick", payload };
}

function* ticks(count: number): Iterable<Json> {
  for (let ts = 1; ts <= count; ts++) yield tick({ ts });
}

/** As a server must not send it: RFC 6455 §5.1, §5.2, §5.4 and §5.6. */
const brokenFrames: Readonly<Record<string, Uint8Array>> = {
  "masked": Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x7b, 0x7d),
  "reserved-bits": Uint8Array.of(0xf1, 0x02, 0x7b, 0x7d),
  "unknown-opcode": Uint8Array.of(0x83, 0x02, 0x7b, 0x7d),
  "not-utf8": Uint8Array.of(0x81, 0x02, 0xc3, 0x28),
  "stray-part": Uint8Array.of(0x80, 0x02, 0x7b, 0x7d),
};
