/**
 * What a real gateway objects to in a client's frames, and what it puts up with but an author should mend, as far as the
 * frame alone and its moment tell. Pure. The device's proof needs more: `proof_objections.ts`. Next: `explainer.ts`.
 */
import type { Message } from "../protocol/mod.ts";

/** One slip of a client's. */
export interface Objection {
  /** What was broken, for programs and tests. */
  readonly rule: ObjectionRule;
  /** false: gateways let it pass. */
  readonly isRefused: boolean;
  /** What is wrong, and what would be right. */
  readonly says: string;
}

export type ObjectionRule =
  | "not-json"
  | "binary"
  | "json-rpc"
  | "not-a-request"
  | "id"
  | "not-connect-first"
  | "before-challenge"
  | "before-hello"
  | "connect-twice"
  | "protocol-range"
  | "one-generation"
  | "unsigned-scopes"
  | "nonce-place"
  | "nonce-missing"
  | "nonce-earlier"
  | "nonce-foreign"
  | "device-id"
  | "key-encoding"
  | "signature-encoding"
  | "padding"
  | "signed-at-unit"
  | "signed-at-clock"
  | "signed-text"
  | "signature-version"
  | "origin"
  | "no-connect"
  | "no-close";

/** A JSON object of unknown members. */
export type Members = Readonly<Record<string, unknown>>;

/** How far the connection has come when the frame arrives. */
export interface Moment {
  /** Before the gateway has sent its challenge. */
  readonly isEarly: boolean;
  readonly stage: "challenged" | "connecting" | "connected";
  /** This connection's challenge. */
  readonly challenge: { readonly nonce: string; readonly ts: number };
  /** Nonces of connections before. */
  readonly earlierNonces: ReadonlySet<string>;
}

export function refused(rule: ObjectionRule, says: string): Objection {
  return { rule, isRefused: true, says };
}

export function odd(rule: ObjectionRule, says: string): Objection {
  return { rule, isRefused: false, says };
}

/** What is wrong with a message as a frame; `value`: its JSON, undefined where it has none. */
export function frameObjections(message: Message, value: unknown, moment: Moment): readonly Objection[] {
  const binary = typeof message === "string"
    ? []
    : [odd("binary", "frames are text messages; JSON in a binary one is accepted, but no client should count on it")];
  if (value === undefined) {
    return [
      ...binary,
      refused("not-json", "each message is one JSON text; before hello-ok anything else ends the connection with 1000"),
    ];
  }
  return [...binary, ...envelopeObjections(value), ...orderObjections(value, moment)];
}

/** Whether a frame means to be connect, whatever its envelope looks like. */
export function isConnect(value: unknown): value is Members {
  return membersOf(value)["method"] === "connect";
}

/** The members of an object, none of anything else. */
export function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Members : {};
}

function envelopeObjections(value: unknown): readonly Objection[] {
  const { type, id, method, jsonrpc } = membersOf(value);
  const right = '{"type":"req","id":"1","method":"connect","params":{…}}';
  if (jsonrpc !== undefined || (type === undefined && method !== undefined)) {
    return [
      refused("json-rpc", `this is JSON-RPC framing; a request here is ${right}, and the answer {"type":"res",…}`),
    ];
  }
  if (type !== "req") return [refused("not-a-request", `a client sends nothing but requests: ${right}`)];
  return typeof id === "string" && id !== ""
    ? []
    : [refused("id", "the id of a request is a text that is not empty, not a number")];
}

function orderObjections(value: unknown, { isEarly, stage }: Moment): readonly Objection[] {
  const connects = isConnect(value);
  if (stage === "connected") {
    return connects ? [refused("connect-twice", "connect is said once, as the first request of a connection")] : [];
  }
  if (stage === "connecting") {
    return [refused("before-hello", "wait for the answer to connect before calling: nothing is ready before hello-ok")];
  }
  if (!connects) return [refused("not-connect-first", "the first request of a connection is connect")];
  if (!isEarly) return [];
  // Who signs nothing gets away with it.
  const isSigned = membersOf(membersOf(value)["params"])["device"] !== undefined;
  const says = "wait for the event connect.challenge: its nonce and ts go into the proof";
  return [{ rule: "before-challenge", isRefused: isSigned, says }];
}

/** What is wrong with the params of connect, but for the proof. */
export function connectObjections(params: Members): readonly Objection[] {
  const asked = params["scopes"];
  const isUnsigned = params["device"] === undefined && Array.isArray(asked) && asked.length > 0;
  return [
    ...rangeObjections(params["minProtocol"], params["maxProtocol"]),
    ...(isUnsigned
      ? [
        odd(
          "unsigned-scopes",
          "scopes are granted to devices: without a signed `device` they come back empty, or local only",
        ),
      ]
      : []),
  ];
}

function rangeObjections(min: unknown, max: unknown): readonly Objection[] {
  if (typeof min !== "number" || typeof max !== "number") return [];
  const offered = min === max ? `protocol ${min}` : `protocols ${min} to ${max}`;
  if (max < 3 || min > 4 || min > max) {
    return [refused("protocol-range", `${offered}: gateways speak 3 (2026.3.13) or 4 (2026.9.6); offer 3 to 4`)];
  }
  return min <= 3 && max >= 4
    ? []
    : [odd("one-generation", `${offered}: only one generation of gateways answers; offer 3 to 4 to reach both`)];
}
