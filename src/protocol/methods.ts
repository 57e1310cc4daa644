/**
 * The method table, which is the contract of both ends: name → params, result, scope, whether it may be sent twice.
 * Typed calls, the dev gateway's exhaustive handlers and the least scope a verb asks for all come from here.
 * Scopes are compared with the published protocol schema by `tests/protocol/drift_test.ts`.
 */
import type * as z from "zod/mini";
import { type Scope, scopes } from "./connect.ts";
import * as system from "./system.ts";

export interface MethodRow {
  readonly params: z.ZodMiniType;
  readonly result: z.ZodMiniType;
  /** undefined: any connection may call it. */
  readonly scope: Scope | undefined;
  /** `safe`: sending it twice does what sending it once does. */
  readonly resend: "safe" | "unsafe";
  /** Params that protocol 3 refuses. */
  readonly newerParams?: readonly string[];
  /** The method itself is unknown to protocol 3. */
  readonly newer?: true;
}

const { admin, read, write } = scopes;

export const methods = {
  "wake": {
    params: system.WakeParams,
    result: system.WakeResult,
    scope: write,
    resend: "unsafe",
    newerParams: ["sessionKey", "agentId"],
  },
  "health": { params: system.HealthParams, result: system.HealthResult, scope: undefined, resend: "safe" },
  "status": { params: system.NoParams, result: system.StatusResult, scope: read, resend: "safe" },
  "last-heartbeat": { params: system.NoParams, result: system.LastHeartbeatResult, scope: read, resend: "safe" },
  "set-heartbeats": {
    params: system.SetHeartbeatsParams,
    result: system.SetHeartbeatsResult,
    scope: admin,
    resend: "safe",
  },
  "system-presence": { params: system.NoParams, result: system.SystemPresenceResult, scope: read, resend: "safe" },
  "system-event": {
    params: system.SystemEventParams,
    result: system.SystemEventResult,
    scope: admin,
    resend: "unsafe",
    newerParams: ["sessionKey", "wake"],
  },
  "gateway.identity.get": {
    params: system.NoParams,
    result: system.GatewayIdentityResult,
    scope: read,
    resend: "safe",
  },
  "logs.tail": { params: system.LogsTailParams, result: system.LogsTailResult, scope: read, resend: "safe" },
} as const satisfies Record<string, MethodRow>;

export type Method = keyof typeof methods;
export type ParamsOf<M extends Method> = z.infer<(typeof methods)[M]["params"]>;
export type ResultOf<M extends Method> = z.infer<(typeof methods)[M]["result"]>;

/** Names of the members of `params` that a gateway of protocol 3 would refuse. */
export function newerParamsIn(method: Method, params: unknown): readonly string[] {
  const row: MethodRow = methods[method];
  if (row.newerParams === undefined || typeof params !== "object" || params === null) return [];
  return row.newerParams.filter((name) => (params as Record<string, unknown>)[name] !== undefined);
}
