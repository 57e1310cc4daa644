/**
 * Whether a `connect` is let in, and with which scopes: the checks in the order of the real gateways (schema, version,
 * role, origin, missing device, proof, secret, device token), then `approval.ts`. The first failing check is the one a
 * client hears of. Next: `hello.ts` writes the answer.
 */
import { type ConnectParams, hasScope, type ProtocolVersion, scopes } from "../protocol/mod.ts";
import { connectSchema } from "./accepted.ts";
import { approve } from "./approval.ts";
import { complaintsOf } from "./complaints.ts";
import type { Effect } from "./effects.ts";
import type { StepContext } from "./options.ts";
import type { DeviceClaim, DeviceToken } from "./pairings.ts";
import { isLocalHost } from "./peer.ts";
import { checkProof } from "./proof_check.ts";
import * as refusals from "./refusals.ts";
import { type AuthMethod, deviceTokenOf, judgeSecret, refuseCredential, type SecretVerdict } from "./secrets.ts";

/** A client that was let in. */
export interface Client {
  readonly params: ConnectParams;
  readonly role: string;
  /** What this connection may do, in the order asked for. */
  readonly scopes: readonly string[];
  readonly deviceId: string | undefined;
  readonly method: AuthMethod;
}

export type Admission =
  | { readonly refusal: refusals.Refusal; readonly effects: readonly Effect[] }
  | { readonly client: Client; readonly token: DeviceToken | undefined; readonly effects: readonly Effect[] };

/** Decides about a `connect` with these params. Never throws. */
export async function admit(value: unknown, context: StepContext): Promise<Admission> {
  const { generation } = context;
  const complaints = complaintsOf(connectSchema(generation.protocol), value, generation.protocol);
  if (complaints !== undefined) return refuse(refusals.refuseParams(complaints));
  const params = value as ConnectParams;
  const early = checkFit(params, context);
  if (early !== undefined) return refuse(early);
  const secret = judgeSecret(context.options.auth, params, generation);
  const role = params.role ?? "operator";
  if (params.device === undefined) return admitWithoutDevice(params, role, secret, context);
  const proof = await checkProof(params.device, params, { nonce: context.nonce, role }, context.options.clock.now());
  if ("fault" in proof) return refuse(refusals.refuseProof(proof.fault));
  return admitDevice(params, role, secret, { deviceId: params.device.id, publicKey: proof.publicKey }, context);
}

/** Version, role and origin. */
function checkFit(params: ConnectParams, context: StepContext): refusals.Refusal | undefined {
  const { protocol } = context.generation;
  if (!speaks(params, protocol)) return refusals.refuseProtocol(protocol, params);
  const role = params.role ?? "operator";
  if (role !== "operator" && role !== "node") return refusals.refuseRole(role);
  const { origin } = context.peer;
  const isBrowser = Boolean(origin?.trim());
  if (!isBrowser && !claimsBrowser(params)) return undefined;
  const isAllowed = context.locality.isLocal && isLocalHost(hostOf(origin));
  return isAllowed ? undefined : refusals.refuseOrigin(origin);
}

/** Protocol 4 still answers probes and nodes that speak 3 (transcript 08h). */
function speaks(params: ConnectParams, protocol: ProtocolVersion): boolean {
  const { minProtocol, maxProtocol, client } = params;
  if (minProtocol <= protocol && protocol <= maxProtocol) return true;
  if (protocol === 3 || maxProtocol < 3) return false;
  if (client.mode === "probe") return minProtocol <= 4;
  return params.role === "node" && client.mode === "node" && minProtocol <= 3;
}

/** The secret may stand in for a device, but rarely with scopes: on protocol 3 never, on 4 for local tools. */
function admitWithoutDevice(
  params: ConnectParams,
  role: string,
  secret: SecretVerdict,
  context: StepContext,
): Admission {
  const { generation, locality } = context;
  const method = "method" in secret ? secret.method : undefined;
  const isShared = method === "token" || method === "password";
  const isLocalTool = generation.protocol === 4 && locality.isLocal && !context.peer.origin?.trim();
  const isBackend = isLocalTool && isBackendClient(params) && role === "operator" && method !== undefined;
  const isCli = isLocalTool && params.client.id === "cli" && params.client.mode === "cli" && isShared;
  if (!isBackend) {
    if (needsDevice(params, generation.protocol)) return refuse(refusals.refuseUiWithoutDevice());
    if (role !== "operator" || !isShared) return refuse(refuseUnproven(params, secret, context));
  }
  const scopes = isBackend || isCli ? params.scopes ?? [] : [];
  const client = { params, role, scopes, deviceId: undefined, method: method ?? "none" };
  return { client, token: undefined, effects: [] };
}

/** Who presents a wrong secret hears of that; who presents none hears that a device is wanted. */
function refuseUnproven(params: ConnectParams, secret: SecretVerdict, { generation, locality }: StepContext) {
  const presented = params.auth?.token || params.auth?.password;
  return "failure" in secret && presented
    ? refuseCredential(secret.failure, params, generation, locality.isLocal)
    : refusals.refuseMissingDevice();
}

function admitDevice(
  params: ConnectParams,
  role: string,
  secret: SecretVerdict,
  device: { readonly deviceId: string; readonly publicKey: string },
  context: StepContext,
): Admission {
  const { generation, locality } = context;
  const verdict = judgeTokens(params, role, secret, device.deviceId, context);
  if ("failure" in verdict) return refuse(refuseCredential(verdict.failure, params, generation, locality.isLocal));
  const claim = claimOf(params, role, device, locality.remoteIp);
  const scopes = params.scopes ?? [];
  const client: Client = { params, role, scopes, deviceId: device.deviceId, method: verdict.method };
  const isOwnBackend = locality.isLocal && isBackendClient(params) && !context.peer.origin?.trim() &&
    (generation.protocol === 4 ? verdict.method !== "bootstrap-token" : "method" in secret && secret.method !== "none");
  const approval = isOwnBackend ? { effects: [] } : approve(claim, verdict.method, params, context);
  if ("refusal" in approval) return approval;
  const token = context.memory.pairings.ensureToken(device.deviceId, role, scopes);
  return { client, token, effects: approval.effects };
}

/** The shared secret if it is good, else a bootstrap token, else a device token. */
function judgeTokens(
  params: ConnectParams,
  role: string,
  secret: SecretVerdict,
  deviceId: string,
  { generation, memory }: StepContext,
): SecretVerdict {
  const scopes = params.scopes ?? [];
  let verdict = secret;
  const bootstrap = params.auth?.bootstrapToken?.trim();
  if (bootstrap && ("failure" in verdict || generation.protocol === 4)) {
    if (memory.setupCodes.redeem(bootstrap, deviceId, role, scopes)) return { method: "bootstrap-token" };
    if ("failure" in verdict) verdict = { failure: "bootstrap_token_invalid" };
  }
  const candidate = deviceTokenOf(params);
  if ("method" in verdict || candidate === undefined) return verdict;
  const checked = memory.pairings.verifyToken(deviceId, role, candidate.token, scopes);
  if (checked === "ok") return { method: "device-token" };
  if (checked === "scope-mismatch" && generation.protocol === 4) return { failure: "scope_mismatch" };
  return candidate.isExplicit ? { failure: "device_token_mismatch" } : verdict;
}

function claimOf(
  params: ConnectParams,
  role: string,
  device: { readonly deviceId: string; readonly publicKey: string },
  remoteIp: string | undefined,
): DeviceClaim {
  const { displayName, platform, deviceFamily, id, mode } = params.client;
  return {
    ...device,
    ...(displayName === undefined ? {} : { displayName }),
    platform,
    ...(deviceFamily === undefined ? {} : { deviceFamily }),
    clientId: id,
    clientMode: mode,
    role,
    scopes: params.scopes ?? [],
    ...(remoteIp === undefined ? {} : { remoteIp }),
  };
}

/** A helper of the gateway's own that connects as a node: 2026.9.6 closes on it without a word (measured). */
export function isDropped({ params, role, deviceId }: Client, protocol: ProtocolVersion): boolean {
  return protocol === 4 && role === "node" && deviceId !== undefined && isBackendClient(params);
}

/** Clients that are the gateway's own helpers. */
function isBackendClient({ client }: ConnectParams): boolean {
  return client.id === "gateway-client" && client.mode === "backend";
}

/** Interfaces that must always sign; protocol 4 added the terminal's. */
function needsDevice({ client }: ConnectParams, protocol: ProtocolVersion): boolean {
  return client.id === "openclaw-control-ui" || (protocol === 4 && client.id === "openclaw-tui");
}

function claimsBrowser({ client }: ConnectParams): boolean {
  return client.id === "openclaw-control-ui" || client.id === "webchat-ui" || client.mode === "webchat";
}

function hostOf(origin: string | undefined): string | undefined {
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined;
}

function refuse(refusal: refusals.Refusal): Admission {
  return { refusal, effects: [] };
}

/** Whether a client may see what only readers see; snapshots of protocol 4 leave it out otherwise. */
export function mayRead(client: Client): boolean {
  return hasScope(client.scopes, scopes.read);
}
