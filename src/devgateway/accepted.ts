/**
 * What each generation really accepts. Protocol 3 is narrower than the schemas in `protocol/`, which claw sends from;
 * both know older spellings, fill in what is left out, and leave the params of some methods unread. What passes here
 * although claw's own schema forbids it, the log mentions: `dispatch.ts`.
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
  wakeModes,
  WakeParams,
} from "../protocol/mod.ts";
import { complaintsOf } from "./complaints.ts";
import { olderComplaints } from "./older_params.ts";

/** What a generation accepts as params of `connect`. */
export function connectSchema(protocol: ProtocolVersion): z.ZodMiniType {
  return protocol === 3 ? OlderConnectParams : ConnectParams;
}

/** What a generation accepts as a request. */
export function requestSchema(protocol: ProtocolVersion): z.ZodMiniType {
  return protocol === 3 ? OlderRequestFrame : RequestFrame;
}

/** The params as a handler takes them, with what is odd about them, or what a gateway says against them. */
export type Accepted =
  | { readonly params: unknown; readonly oddity: string | undefined }
  | { readonly complaints: string };

/** Checks the params of a call and brings them into the form of `protocol/`. */
export function acceptParams(method: Method, given: unknown, protocol: ProtocolVersion): Accepted {
  const row: MethodRow = methods[method];
  const complaints = [
    ...(protocol === 3 ? olderComplaints(method, given) : []),
    ...(fill[method] === undefined ? [] : [idComplaint(method, given)]),
  ].filter((complaint) => complaint !== undefined);
  const params = fill[method]?.(given, protocol) ?? given;
  const schema = looseParams[method] ?? (protocol === 4 ? newerLooseParams : olderLooseParams)[method] ?? row.params;
  const all = [complaintsOf(schema, params, protocol), ...complaints].filter((complaint) => complaint !== undefined);
  if (all.length > 0) return { complaints: [...new Set(all.flatMap((text) => text.split("; ")))].join("; ") };
  return { params, oddity: complaintsOf(row.params, given, protocol) };
}

const OlderConnectParams = z.lazy(() =>
  z.extend(z.omit(ConnectParams.def.getter(), { computerUse: true, workerRuns: true, modelCatalog: true }), {
    client: z.extend(z.omit(ClientInfo.def.getter(), { buildId: true, timeZone: true }), {
      id: z.enum(clientIds),
      mode: z.enum(clientModes),
    }),
    auth: z.optional(
      z.omit(ConnectAuth.def.getter(), { approvalRuntimeToken: true, agentRuntimeIdentityToken: true }),
    ),
  })
);

const OlderRequestFrame = z.lazy(() => z.omit(RequestFrame, { traceparent: true, expectedProfileId: true }));

const unread = z.unknown();

/** Methods whose params both generations do not check, or only in part. */
const looseParams: Partial<Record<Method, z.ZodMiniType>> = {
  "health": unread,
  "status": unread,
  "last-heartbeat": unread,
  "system-presence": unread,
  "gateway.identity.get": unread,
  "set-heartbeats": z.looseObject({}),
};

/** Protocol 3 takes of a beacon what it understands. */
const olderLooseParams: Partial<Record<Method, z.ZodMiniType>> = {
  "system-event": z.looseObject({}),
};

/** `wake` of protocol 4 lets unknown members pass (transcript 14). */
const newerLooseParams: Partial<Record<Method, z.ZodMiniType>> = {
  "wake": z.lazy(() => z.looseObject(WakeParams.def.shape)),
};

type Members = Readonly<Record<string, unknown>>;

/** Older spellings and defaults, of methods that have some. */
const fill: Partial<Record<Method, (given: unknown, protocol: ProtocolVersion) => unknown>> = {
  "cron.get": renameJobId,
  "cron.runs": renameJobId,
  "cron.update": fillPatch,
  "cron.remove": renameJobId,
  "cron.run": renameJobId,
  "cron.add": fillJob,
};

function renameJobId(given: unknown): unknown {
  if (!isObject(given) || given["id"] !== undefined || given["jobId"] === undefined) return given;
  const { jobId, ...rest } = given;
  return { ...rest, id: jobId };
}

/** A job may be sent without a name, a session target and a wake mode; odd values of these count as left out. */
function fillJob(given: unknown, protocol: ProtocolVersion): unknown {
  if (!isObject(given) || !isObject(given["payload"]) || !isObject(given["schedule"])) return given;
  const { name, sessionTarget, wakeMode, payload, ...rest } = given;
  const { kind, text, message } = payload as Members;
  const target = isTarget(sessionTarget, protocol) ? sessionTarget : kind === "systemEvent" ? "main" : "isolated";
  const said = text ?? message;
  // What is no text the schema refuses; it need not even turn into one.
  const firstLine = (typeof said === "string" ? said : "Cron job").trim().split("\n")[0]?.slice(0, 60);
  return {
    ...rest,
    name: typeof name === "string" && name.trim() !== "" ? name : firstLine,
    // `current` has no session to mean here.
    sessionTarget: target === "current" ? "isolated" : target,
    wakeMode: isWakeMode(wakeMode) ? wakeMode : "now",
    payload,
  };
}

function fillPatch(given: unknown, protocol: ProtocolVersion): unknown {
  const named = renameJobId(given);
  if (!isObject(named) || !isObject(named["patch"])) return named;
  const { sessionTarget, wakeMode, ...rest } = named["patch"];
  const patch = {
    ...rest,
    ...(isTarget(sessionTarget, protocol) ? { sessionTarget } : {}),
    ...(isWakeMode(wakeMode) ? { wakeMode } : {}),
  };
  return { ...named, patch };
}

function isTarget(value: unknown, protocol: ProtocolVersion): boolean {
  const known = protocol === 3 ? /^(main|isolated)$/ : /^(main|isolated|current|session:.+)$/;
  return typeof value === "string" && known.test(value);
}

function isWakeMode(value: unknown): boolean {
  return wakeModes.some((mode) => mode === value);
}

function idComplaint(method: Method, given: unknown): string | undefined {
  const hasBoth = isObject(given) && given["id"] !== undefined && given["jobId"] !== undefined;
  return hasBoth && method !== "cron.runs" ? "at root: unexpected property 'jobId'" : undefined;
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
