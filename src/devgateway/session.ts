/**
 * One step of one session: a message comes in, decisions go out. No sockets, no timers, no clock but the one it is
 * given: `gateway.ts` does what is decided here. Next: `admission.ts` for the handshake, `dispatch.ts` for the calls.
 */
import {
  type ConnectParams,
  isLongerThan,
  maxHandshakeBytes,
  maxPayloadBytes,
  type Message,
  parseJson,
  type RequestFrame,
} from "../protocol/mod.ts";
import { requestSchema } from "./accepted.ts";
import { admit, type Client, isDropped } from "./admission.ts";
import { complaintsOf } from "./complaints.ts";
import { dispatch } from "./dispatch.ts";
import { cutReason, type Effect, type LogNote } from "./effects.ts";
import { healthEvent, helloFor } from "./hello.ts";
import type { StepContext } from "./options.ts";
import { noteArrival, presenceEvent } from "./presence.ts";
import type { Refusal } from "./refusals.ts";
import { invalid, refusal, refuseCall } from "./wire_errors.ts";

/** Where a session stands. */
export type SessionState =
  | { readonly phase: "challenged" }
  /** `strayCalls`: how many calls in a row its role forbade; a real gateway ends the session at the eleventh. */
  | { readonly phase: "connected"; readonly client: Client; readonly strayCalls: number }
  | { readonly phase: "ended" };

export interface Step {
  /** To be done while the old state still holds: what a client is not told that is only just being let in. */
  readonly beforehand?: readonly Effect[];
  readonly state: SessionState;
  /** To be done in this order. */
  readonly effects: readonly Effect[];
}

/** The first frame of every session. */
export function challenge({ nonce, generation, options }: StepContext): Effect {
  const payload = { nonce, ts: options.clock.now(), ...generation.challenge };
  return { kind: "send", frame: { type: "event", event: "connect.challenge", payload } };
}

/** Decides what one message leads to. Never throws, whatever the message is. */
export function step(state: SessionState, message: Message, context: StepContext): Step | Promise<Step> {
  if (state.phase === "ended") return { state, effects: [] };
  const limit = state.phase === "challenged" ? maxHandshakeBytes : maxPayloadBytes;
  if (isTooLong(message, limit)) {
    return end("preauth-payload-too-large", { code: 1009 }, `A message may be ${limit} bytes long here.`);
  }
  // A JSON text in a binary message is accepted too (transcript 11b).
  const value = valueOf(typeof message === "string" ? message : new TextDecoder().decode(message));
  if (state.phase === "challenged") return shakeHands(value, context);
  if (value === undefined) return { state, effects: [parseError] };
  return call(state, value, context);
}

async function shakeHands(value: unknown, context: StepContext): Promise<Step> {
  const { protocol } = context.generation;
  if (value === undefined) return end("parse-error", {}, "The first message must be a request as JSON text.");
  if (protocol === 4 && claimsWorker(value)) {
    return end("invalid-handshake", { code: 1008, reason: "invalid-handshake" }, "Workers do not connect here.");
  }
  if (complaintsOf(requestSchema(protocol), value, protocol) !== undefined) {
    const advice = 'The first message must be a request {type:"req", id, method:"connect", params}.';
    const ended = end("invalid-handshake", { code: 1008, reason: "invalid request frame" }, advice);
    return { ...ended, effects: [{ kind: "log", note: { event: "invalid handshake", text: "" } }, ...ended.effects] };
  }
  const request = value as RequestFrame;
  if (request.method !== "connect") {
    return turnAway(request.id, {
      code: "INVALID_REQUEST",
      message: "invalid handshake: first request must be connect",
      closeCode: 1008,
      cause: "invalid-handshake",
      advice: `Call ${request.method} after hello-ok; the first request must be connect.`,
    });
  }
  const admission = await admit(request.params, context);
  if ("refusal" in admission) {
    const away = turnAway(request.id, admission.refusal, noteOf(admission.refusal, request.params));
    return { ...away, beforehand: admission.effects };
  }
  const { client, token } = admission;
  if (isDropped(client, protocol)) return end("dropped", {}, "A gateway-client in mode backend connects as operator.");
  const isListed = noteArrival(client, context);
  const payload = helloFor(client, token, context);
  const effects: Effect[] = [
    { kind: "send", frame: { type: "res", id: request.id, ok: true, payload } },
    ...(protocol === 3 ? [healthEvent(context)] : []),
    ...(protocol === 4 && isListed ? [presenceEvent(context)] : []),
    { kind: "log", note: helloNote(client) },
  ];
  return { beforehand: admission.effects, state: { phase: "connected", client, strayCalls: 0 }, effects };
}

function call(state: SessionState & { phase: "connected" }, value: unknown, context: StepContext): Step {
  const complaints = complaintsOf(requestSchema(context.generation.protocol), value, context.generation.protocol);
  if (complaints !== undefined) {
    const message = `invalid request frame: ${complaints}`;
    const advice = "A request is a closed object: type, id, method and params, and nothing else.";
    return { state, effects: refuseCall(idOf(value), "?", invalid(message), advice) };
  }
  const { effects, isStray } = dispatch(value as RequestFrame, state.client, context);
  const strayCalls = isStray ? state.strayCalls + 1 : 0;
  if (strayCalls <= 10) return { state: { ...state, strayCalls }, effects };
  const advice = `Role ${state.client.role} may not call these methods: connect as operator.`;
  const ended = end("repeated-unauthorized-requests", { code: 1008, reason: "repeated unauthorized calls" }, advice);
  return { state: ended.state, effects: [...effects, ...ended.effects] };
}

function helloNote({ params, role, scopes, method, deviceId }: Client): LogNote {
  const { id, mode, version } = params.client;
  return {
    event: "hello-ok",
    text: "",
    facts: { client: id, mode, version, role, scopes, auth: method, device: deviceId },
  };
}

const parseError: Effect = {
  kind: "log",
  note: {
    event: "parse-error",
    text: "a message that is not JSON was ignored",
    advice: "Send one JSON value per message; a real gateway ignores anything else without a word.",
  },
};

function turnAway(id: string, refused: Refusal, note?: LogNote): Step {
  const { code, message, details, closeCode, closeReason, cause, advice } = refused;
  const error = { code, message, ...(details === undefined ? {} : { details }) };
  const ended = end(cause, { code: closeCode, reason: cutReason(closeReason ?? message) }, advice);
  const notes: Effect[] = note === undefined ? [] : [{ kind: "log", note }];
  return { state: ended.state, effects: [...notes, refusal(id, error), ...ended.effects] };
}

/** Two refusals have a line of their own in a real gateway's log, before the one that says that the socket closed. */
function noteOf({ cause, details }: Refusal, params: unknown): LogNote | undefined {
  const event = { "protocol-mismatch": "protocol mismatch", "unauthorized": "unauthorized" }[cause];
  if (event === undefined) return undefined;
  const { client, minProtocol, maxProtocol } = params as ConnectParams;
  const why = cause === "unauthorized" ? { reason: details?.["authReason"] } : { min: minProtocol, max: maxProtocol };
  return { event, text: "", facts: { client: client.id, mode: client.mode, version: client.version, ...why } };
}

function end(cause: string, close: { code?: number; reason?: string }, advice: string): Step {
  const { code = 1000, reason = "" } = close;
  return { state: { phase: "ended" }, effects: [{ kind: "close", code, reason, cause, advice }] };
}

function isTooLong(message: Message, maxBytes: number): boolean {
  return typeof message === "string" ? isLongerThan(message, maxBytes) : message.length > maxBytes;
}

/** The JSON value, or undefined (which JSON has not) when the text is no JSON. */
function valueOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function idOf(value: unknown): string {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return typeof id === "string" && id !== "" ? id : "invalid";
}

function claimsWorker(value: unknown): boolean {
  const params = (value as { params?: { role?: unknown; client?: { id?: unknown; mode?: unknown } } | null } | null)
    ?.params;
  return params?.role === "worker" || params?.client?.id === "openclaw-worker" || params?.client?.mode === "worker";
}
