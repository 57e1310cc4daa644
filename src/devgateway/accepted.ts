/**
 * What each generation really accepts. Protocol 3 is narrower than the schemas in `protocol/`, which claw sends from;
 * and both leave the params of some methods unread. What passes here although claw's own schema forbids it, the log
 * mentions: `dispatch.ts`.
 */
import * as z from "zod/mini";
import {
  clientIds,
  ClientInfo,
  clientModes,
  ConnectAuth,
  ConnectParams,
  type Method,
  type MethodRow,
  methods,
  type ProtocolVersion,
  RequestFrame,
  WakeParams,
} from "../protocol/mod.ts";

const OlderConnectParams = z.extend(
  z.omit(ConnectParams, { computerUse: true, workerRuns: true, modelCatalog: true }),
  {
    client: z.extend(z.omit(ClientInfo, { buildId: true, timeZone: true }), {
      id: z.enum(clientIds),
      mode: z.enum(clientModes),
    }),
    auth: z.optional(z.omit(ConnectAuth, { approvalRuntimeToken: true, agentRuntimeIdentityToken: true })),
  },
);

const OlderRequestFrame = z.omit(RequestFrame, { traceparent: true, expectedProfileId: true });

/** What a generation accepts as params of `connect`. */
export function connectSchema(protocol: ProtocolVersion): z.ZodMiniType {
  return protocol === 3 ? OlderConnectParams : ConnectParams;
}

/** What a generation accepts as a request. */
export function requestSchema(protocol: ProtocolVersion): z.ZodMiniType {
  return protocol === 3 ? OlderRequestFrame : RequestFrame;
}

const unread = z.unknown();

/** Methods whose params both generations do not check, or only in part. */
const looseParams: Partial<Record<Method, z.ZodMiniType>> = {
  "health": unread,
  "status": unread,
  "last-heartbeat": unread,
  "system-presence": unread,
  "gateway.identity.get": unread,
  "system-event": z.looseObject({}),
  "set-heartbeats": z.looseObject({}),
};

/** `wake` of protocol 4 lets unknown members pass (transcript 14). */
const newerLooseParams: Partial<Record<Method, z.ZodMiniType>> = {
  "wake": z.looseObject(WakeParams.def.shape),
};

/** What a generation accepts as params of a method. */
export function paramsSchema(method: Method, protocol: ProtocolVersion): z.ZodMiniType {
  const row: MethodRow = methods[method];
  return looseParams[method] ?? (protocol === 4 ? newerLooseParams[method] : undefined) ?? row.params;
}
