/**
 * One call of a connected client: may its role and scopes call the method, is it known, are its params in order, is it
 * too often; then its handler. In the order of the real gateways. Next: `handlers.ts`.
 */
import {
  hasScope,
  type Method,
  type MethodRow,
  methods,
  type RequestFrame,
  scopes,
  type WireError,
} from "../protocol/mod.ts";
import { acceptParams } from "./accepted.ts";
import type { Client } from "./admission.ts";
import type { Effect } from "./effects.ts";
import type { Generation } from "./generation.ts";
import { handle } from "./handlers.ts";
import type { StepContext } from "./options.ts";
import { invalid, refuseCall } from "./wire_errors.ts";

export interface Dispatched {
  readonly effects: readonly Effect[];
  /** The client's role forbids the call. */
  readonly isStray: boolean;
}

/** Decides what a well-formed request leads to. */
export function dispatch(request: RequestFrame, client: Client, context: StepContext): Dispatched {
  const { id, method } = request;
  const refuse = (error: WireError, advice: string, isStray = false): Dispatched => ({
    effects: refuseCall(id, method, error, advice),
    isStray,
  });
  if (client.role !== "operator" && method !== "health") {
    return refuse(invalid(`unauthorized role: ${client.role}`), "Connect with role operator to call methods.", true);
  }
  const name = knownMethod(method, context);
  const lacking = lackingScope(name, client);
  if (lacking !== undefined) {
    return refuse(missingScope(lacking, context.generation), `Ask for ${lacking} in the scopes of connect.`);
  }
  if (method === "connect") {
    return refuse(invalid("connect is only valid as the first request"), "This connection has said connect already.");
  }
  const waitMs = countWrite(method, client, context);
  if (waitMs > 0) return refuse(tooOften(method, waitMs, context), "Wait for retryAfterMs before the next write.");
  if (name === undefined) {
    return refuse(
      invalid(`unknown method: ${method}`),
      "hello-ok lists the methods of this gateway in features.methods.",
    );
  }
  const accepted = acceptParams(name, request.params ?? {}, context.generation.protocol);
  if ("complaints" in accepted) {
    const advice = `The params of ${method} are a closed object: compare them with the protocol's schema.`;
    return refuse(invalid(`invalid ${method} params: ${accepted.complaints}`), advice);
  }
  const effects = handle(name, id, accepted.params, { ...context, client });
  return { effects: [...oddityNote(name, accepted.oddity), ...effects], isStray: false };
}

function knownMethod(method: string, { generation }: StepContext): Method | undefined {
  if (!Object.hasOwn(methods, method)) return undefined;
  const row: MethodRow = methods[method as Method];
  return row.newer === true && generation.protocol === 3 ? undefined : method as Method;
}

/** An unknown method asks for the highest scope: who lacks it is not told that the method is unknown. */
function lackingScope(method: Method | undefined, client: Client): string | undefined {
  const row: MethodRow | undefined = method === undefined ? undefined : methods[method];
  const wanted = row === undefined ? scopes.admin : row.scope;
  return wanted === undefined || hasScope(client.scopes, wanted) ? undefined : wanted;
}

/** What a connection hears that lacks a scope. */
export function missingScope(scope: string, generation: Generation): WireError {
  const message = `missing scope: ${scope}`;
  if (generation.protocol === 3) return invalid(message);
  return {
    code: "FORBIDDEN",
    message,
    details: { code: "MISSING_SCOPE", missingScope: scope, requiredScopes: [scope] },
  };
}

function countWrite(method: string, client: Client, { generation, memory, options }: StepContext): number {
  const { methods: limited, calls, windowMs } = generation.writeLimit;
  if (!limited.includes(method)) return 0;
  return memory.countWrite(`${method} ${client.deviceId ?? "unknown-device"}`, calls, windowMs, options.clock.now());
}

function tooOften(method: string, retryAfterMs: number, { generation }: StepContext): WireError {
  const { calls, windowMs } = generation.writeLimit;
  return {
    code: "UNAVAILABLE",
    message: `rate limit exceeded for ${method}; retry after ${Math.ceil(retryAfterMs / 1000)}s`,
    retryable: true,
    retryAfterMs,
    details: { method, limit: `${calls} per ${windowMs / 1000}s` },
  };
}

/** Says so when the gateway lets pass what is probably a slip of the client. */
function oddityNote(method: Method, oddity: string | undefined): Effect[] {
  if (oddity === undefined) return [];
  const advice = `The gateway let this pass, but the params of ${method} are otherwise: ${oddity}.`;
  return [{ kind: "log", note: { event: "odd params", text: method, advice } }];
}
