/**
 * The method table, which is the contract of both ends: name → params, result, scope, whether it may be sent twice.
 * Typed calls, the dev gateway's exhaustive handlers and the least scope a verb asks for all come from here.
 * Scopes are compared with the published protocol schema by `tests/protocol/drift_test.ts`.
 */
import type * as z from "zod/mini";
import { type Scope, scopes } from "./connect.ts";
import { CronAddParams, CronJob } from "./cron.ts";
import * as cron from "./cron_calls.ts";
import * as device from "./device.ts";
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

const { admin, pairing, read, write } = scopes;

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

  "cron.status": { params: system.NoParams, result: cron.CronStatusResult, scope: read, resend: "safe" },
  "cron.list": {
    params: cron.CronListParams,
    result: cron.CronListResult,
    scope: read,
    resend: "safe",
    newerParams: ["agentId", "scheduleKind", "lastRunStatus", "trigger", "compact", "includeDeliveryPreviews"],
  },
  "cron.get": { params: cron.CronRef, result: CronJob, scope: read, resend: "safe", newer: true },
  "cron.runs": {
    params: cron.CronRunsParams,
    result: cron.CronRunsResult,
    scope: read,
    resend: "safe",
    newerParams: ["runId", "agentId"],
  },
  "cron.add": {
    params: CronAddParams,
    result: cron.CronAddResult,
    scope: admin,
    resend: "unsafe",
    newerParams: ["declarationKey", "displayName", "pacing", "trigger"],
  },
  "cron.update": {
    params: cron.CronUpdateParams,
    result: CronJob,
    scope: admin,
    resend: "safe",
    newerParams: ["expectedConfigRevision"],
  },
  // A second removal says that there is no such job: the same end, but not the same answer.
  "cron.remove": { params: cron.CronRef, result: cron.CronRemoveResult, scope: admin, resend: "unsafe" },
  "cron.run": {
    params: cron.CronRunParams,
    result: cron.CronRunResult,
    scope: admin,
    resend: "unsafe",
    newerParams: ["expectedProcessInstanceId"],
  },

  "device.pair.list": {
    params: device.DevicePairListParams,
    result: device.DevicePairListResult,
    scope: pairing,
    resend: "safe",
  },
  "device.pair.approve": {
    params: device.DevicePairRequestParams,
    result: device.DevicePairApproveResult,
    scope: pairing,
    resend: "unsafe",
  },
  "device.pair.reject": {
    params: device.DevicePairRequestParams,
    result: device.DevicePairRejectResult,
    scope: pairing,
    resend: "unsafe",
  },
  "device.pair.remove": {
    params: device.DevicePairRemoveParams,
    result: device.DevicePairRemoveResult,
    scope: pairing,
    resend: "unsafe",
  },
  "device.pair.rename": {
    params: device.DevicePairRenameParams,
    result: device.DevicePairRenameResult,
    scope: pairing,
    resend: "safe",
    newer: true,
  },
  "device.pair.setupCode": {
    params: device.DeviceSetupCodeParams,
    result: device.DeviceSetupCodeResult,
    scope: admin,
    resend: "unsafe",
    newer: true,
  },
  "device.token.rotate": {
    params: device.DeviceTokenRotateParams,
    result: device.DeviceTokenRotateResult,
    scope: pairing,
    resend: "unsafe",
  },
  "device.token.revoke": {
    params: device.DeviceTokenRevokeParams,
    result: device.DeviceTokenRevokeResult,
    scope: pairing,
    resend: "safe",
  },
  // 2026.9.6 lets every operator's connection call these two: how else would one without `read` ask for it?
  "device.scopes.requestUpgrade": {
    params: device.DeviceScopesRequestUpgradeParams,
    result: device.DeviceScopesRequestUpgradeResult,
    scope: undefined,
    resend: "safe",
    newer: true,
  },
  "device.scopes.waitUpgrade": {
    params: device.DeviceScopesWaitUpgradeParams,
    result: device.DeviceScopesWaitUpgradeResult,
    scope: undefined,
    resend: "safe",
    newer: true,
  },
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
