/**
 * The handshake's three messages: the gateway's challenge, the client's `connect`, the gateway's hello-ok; with the
 * roles, scopes and client names they use. What gets signed stands in `proof.ts`.
 */
import * as z from "zod/mini";

const NonEmpty = z.string().check(z.minLength(1));
const Strings = z.array(z.string());

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
export const Challenge = z.looseObject({ nonce: NonEmpty, ts: z.int() });
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
    displayName: z.optional(NonEmpty),
    version: NonEmpty,
    platform: NonEmpty,
    deviceFamily: z.optional(NonEmpty),
    modelIdentifier: z.optional(NonEmpty),
    mode: z.enum([...clientModes, ...newerClientModes]),
    instanceId: z.optional(NonEmpty),
    buildId: z.optional(z.string().check(z.maxLength(96))),
    timeZone: z.optional(z.string().check(z.maxLength(64))),
  });
}

/** The device's proof: key, and its signature over `proofText` with the challenge's `ts` and nonce. */
export const DeviceProof = z.lazy(() =>
  z.strictObject({
    id: NonEmpty,
    publicKey: NonEmpty,
    signature: NonEmpty,
    signedAt: z.int(),
    nonce: z.string(),
  })
);
export type DeviceProof = z.infer<typeof DeviceProof>;

/** What the client presents besides its proof. The last two are known to protocol 4 only. */
export const ConnectAuth = z.lazy(connectAuthObject);
export type ConnectAuth = z.infer<typeof ConnectAuth>;
/** The object behind `ConnectAuth`, for who narrows it. Made at first use: its parts cost `claw event` more than they give it. */
export function connectAuthObject() {
  return z.strictObject({
    token: z.optional(z.string()),
    deviceToken: z.optional(z.string()),
    bootstrapToken: z.optional(z.string()),
    password: z.optional(z.string()),
    approvalRuntimeToken: z.optional(z.string()),
    agentRuntimeIdentityToken: z.optional(z.string()),
  });
}

/** Params of the first request. Closed at every level. The last three are known to protocol 4 only. */
export const ConnectParams = z.lazy(connectParamsObject);
export type ConnectParams = z.infer<typeof ConnectParams>;
/** The object behind `ConnectParams`, for who narrows it. Made at first use: its parts cost `claw event` more than they give it. */
export function connectParamsObject() {
  return z.strictObject({
    minProtocol: z.int().check(z.minimum(1)),
    maxProtocol: z.int().check(z.minimum(1)),
    client: ClientInfo,
    caps: z.optional(Strings),
    commands: z.optional(Strings),
    permissions: z.optional(z.record(z.string(), z.boolean())),
    pathEnv: z.optional(z.string()),
    role: z.optional(z.string()),
    scopes: z.optional(Strings),
    device: z.optional(DeviceProof),
    auth: z.optional(ConnectAuth),
    locale: z.optional(z.string()),
    userAgent: z.optional(z.string()),
    computerUse: z.optional(z.unknown()),
    workerRuns: z.optional(z.unknown()),
    modelCatalog: z.optional(z.unknown()),
  });
}

/**
 * The gateway's acceptance. `auth` is absent on protocol 3 when there was no device; there, its scopes are the token's
 * (sorted) even if the socket has fewer (transcript 44c). On protocol 4 `auth.scopes` is the live truth.
 */
export const HelloOk = z.looseObject({
  type: z.literal("hello-ok"),
  protocol: z.int(),
  server: z.looseObject({ version: z.string(), connId: z.string() }),
  features: z.looseObject({ methods: Strings, events: Strings }),
  snapshot: z.looseObject({}),
  policy: z.looseObject({ maxPayload: z.number(), maxBufferedBytes: z.number(), tickIntervalMs: z.number() }),
  auth: z.optional(z.looseObject({
    role: z.string(),
    scopes: Strings,
    deviceToken: z.optional(z.string()),
    issuedAtMs: z.optional(z.number()),
    method: z.optional(z.string()),
  })),
});
export type HelloOk = z.infer<typeof HelloOk>;
