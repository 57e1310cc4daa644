/**
 * The handshake's three messages: the gateway's challenge, the client's `connect`, the gateway's hello-ok; with the
 * roles, scopes and client names they use. What gets signed stands in `proof.ts`.
 */
import * as z from "zod/mini";
import {
  anything,
  integer,
  nonEmpty,
  number,
  optionalNonEmpty,
  optionalNumber,
  optionalText,
  text,
  texts,
} from "./leaves.ts";

/** What an operator connection may be allowed to do. `admin` satisfies all, `write` satisfies `read`. */
export const scopes = {
  admin: "operator.admin",
  read: "operator.read",
  write: "operator.write",
  approvals: "operator.approvals",
  pairing: "operator.pairing",
} as const;
export type Scope = (typeof scopes)[keyof typeof scopes];

/** Whether a set of granted scopes allows what one scope asks for. */
export function hasScope(granted: readonly string[], wanted: string): boolean {
  if (granted.includes(wanted) || granted.includes(scopes.admin)) return true;
  return wanted === scopes.read && granted.includes(scopes.write);
}

/** First event of every connection; protocol 4 adds `capabilities`. `ts` is the gateway's clock, epoch ms. */
export const Challenge = z.looseObject({ nonce: nonEmpty, ts: integer });
export type Challenge = z.infer<typeof Challenge>;

/** Client names that both generations know (a name of our own is refused: transcript 13a). */
export const clientIds = [
  "webchat-ui",
  "openclaw-control-ui",
  "webchat",
  "cli",
  "gateway-client",
  "openclaw-macos",
  "openclaw-ios",
  "openclaw-android",
  "node-host",
  "test",
  "fingerprint",
  "openclaw-probe",
] as const;
/** Client names that protocol 4 added. */
export const newerClientIds = [
  "openclaw-browser-copilot",
  "openclaw-tui",
  "openclaw-linux",
  "openclaw-watchos",
  "openclaw-worker",
] as const;
export const clientModes = ["webchat", "cli", "ui", "backend", "node", "probe", "test"] as const;
/** The client mode that protocol 4 added. */
export const newerClientModes = ["worker"] as const;

/** Who is calling. `platform` carries no version: a changed one asks for approval again (`metadata-upgrade`). */
export const ClientInfo = z.lazy(clientInfoObject);
export type ClientInfo = z.infer<typeof ClientInfo>;
/** The object behind `ClientInfo`, for who narrows it. Made at first use: its parts cost `claw event` more than they give it. */
export function clientInfoObject() {
  return z.strictObject({
    id: z.enum([...clientIds, ...newerClientIds]),
    displayName: optionalNonEmpty,
    version: nonEmpty,
    platform: nonEmpty,
    deviceFamily: optionalNonEmpty,
    modelIdentifier: optionalNonEmpty,
    mode: z.enum([...clientModes, ...newerClientModes]),
    instanceId: optionalNonEmpty,
    buildId: z.optional(z.string().check(z.maxLength(96))),
    timeZone: z.optional(z.string().check(z.maxLength(64))),
  });
}

/** The device's proof: key, and its signature over `proofText` with the challenge's `ts` and nonce. */
export const DeviceProof = z.lazy(() =>
  z.strictObject({
    id: nonEmpty,
    publicKey: nonEmpty,
    signature: nonEmpty,
    signedAt: integer,
    nonce: text,
  })
);
export type DeviceProof = z.infer<typeof DeviceProof>;

/** What the client presents besides its proof. The last two are known to protocol 4 only. */
export const ConnectAuth = z.lazy(connectAuthObject);
export type ConnectAuth = z.infer<typeof ConnectAuth>;
/** The object behind `ConnectAuth`, for who narrows it. Made at first use: its parts cost `claw event` more than they give it. */
export function connectAuthObject() {
  return z.strictObject({
    token: optionalText,
    deviceToken: optionalText,
    bootstrapToken: optionalText,
    password: optionalText,
    approvalRuntimeToken: optionalText,
    agentRuntimeIdentityToken: optionalText,
  });
}

/** Params of the first request. Closed at every level. The last three are known to protocol 4 only. */
export const ConnectParams = z.lazy(connectParamsObject);
export type ConnectParams = z.infer<typeof ConnectParams>;
/** The object behind `ConnectParams`, for who narrows it. Made at first use: its parts cost `claw event` more than they give it. */
export function connectParamsObject() {
  return z.strictObject({
    minProtocol: integer.check(z.minimum(1)),
    maxProtocol: integer.check(z.minimum(1)),
    client: ClientInfo,
    caps: z.optional(texts),
    commands: z.optional(texts),
    permissions: z.optional(z.record(text, z.boolean())),
    pathEnv: optionalText,
    role: optionalText,
    scopes: z.optional(texts),
    device: z.optional(DeviceProof),
    auth: z.optional(ConnectAuth),
    locale: optionalText,
    userAgent: optionalText,
    computerUse: anything,
    workerRuns: anything,
    modelCatalog: anything,
  });
}

/**
 * The gateway's acceptance. `auth` is absent on protocol 3 when there was no device; there, its scopes are the token's
 * (sorted) even if the socket has fewer (transcript 44c). On protocol 4 `auth.scopes` is the live truth.
 */
export const HelloOk = z.looseObject({
  type: z.literal("hello-ok"),
  protocol: integer,
  server: z.looseObject({ version: text, connId: text }),
  features: z.looseObject({ methods: texts, events: texts }),
  snapshot: z.looseObject({}),
  policy: z.looseObject({ maxPayload: number, maxBufferedBytes: number, tickIntervalMs: number }),
  auth: z.optional(z.looseObject({
    role: text,
    scopes: texts,
    deviceToken: optionalText,
    issuedAtMs: optionalNumber,
    method: optionalText,
  })),
});
export type HelloOk = z.infer<typeof HelloOk>;
