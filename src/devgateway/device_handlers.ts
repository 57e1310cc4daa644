/**
 * The device family: list, approve, reject, remove, rename, setup code, token rotation and revocation. On protocol 4 a
 * device that came with its own token manages only itself, nobody grants what he lacks, and a credential that goes
 * takes its live connections with it (transcripts 40, 46).
 */
import { toBase64url } from "../identity/keypair.ts";
import { type Method, scopes, type WireError } from "../protocol/mod.ts";
import { resolved } from "./approval.ts";
import type { Effect } from "./effects.ts";
import { missingScope, sortedScopes } from "./grants.ts";
import type { Call, Handlers } from "./handlers.ts";
import type { PairedDevice } from "./pairings.ts";
import { invalid } from "./wire_errors.ts";

type DeviceMethod = Extract<Method, `device.${"pair" | "token"}.${string}`>;

export const deviceHandlers: Handlers<DeviceMethod> = {
  "device.pair.list": (_params, call) => {
    const { pairings } = call.memory;
    const own = ownDevice(call);
    const mayShow = ({ deviceId }: { deviceId: string }) => own === undefined || own === deviceId;
    return {
      payload: {
        pending: pairings.pending().filter(mayShow),
        paired: pairings.paired().filter(mayShow).map((device) =>
          call.generation.protocol === 3
            ? shown(device, call)
            : { ...shown(device, call), connected: call.isConnected(device.deviceId) }
        ),
      },
    };
  },
  "device.pair.approve": (params, call) => {
    const { pairings } = call.memory;
    const request = pairings.pending().find(({ requestId }) => requestId === params.requestId);
    const denial = denyOther(request?.deviceId, "device pairing approval denied", call, { unknownToo: true });
    if (denial !== undefined) return { error: denial };
    if (request === undefined) return { error: invalid("unknown requestId") };
    const lacking = call.generation.protocol === 4
      ? missingScope("operator", request.scopes, call.client.scopes)
      : undefined;
    if (lacking !== undefined) return { error: invalid(`missing scope: ${lacking}`) };
    const device = pairings.approve(request.requestId, "owner");
    if (device === undefined) return { error: invalid("unknown requestId") };
    const { requestId } = request;
    const event = resolved(requestId, device.deviceId, "approved", call.options.clock.now());
    return { payload: { requestId, device: shown(device, call) }, before: [event] };
  },
  "device.pair.reject": ({ requestId }, call) => {
    const { pairings } = call.memory;
    const request = pairings.pending().find((pending) => pending.requestId === requestId);
    const isKnown = request !== undefined;
    const denial = denyOther(request?.deviceId, "device pairing rejection denied", call, { unknownToo: !isKnown });
    if (denial !== undefined && ownDevice(call) !== undefined) return { error: denial };
    const rejected = pairings.reject(requestId);
    if (rejected === undefined) return { error: invalid("unknown requestId") };
    const { deviceId } = rejected;
    const event = resolved(requestId, deviceId, "rejected", call.options.clock.now());
    return { payload: { requestId, deviceId }, before: [event] };
  },
  "device.pair.remove": (params, call) => {
    const denial = denyOther(params.deviceId, "device pairing removal denied", call);
    if (denial !== undefined) return { error: denial };
    const deviceId = params.deviceId.trim();
    if (!call.memory.pairings.remove(deviceId)) return { error: invalid("unknown deviceId") };
    return { payload: { deviceId }, after: evict(deviceId, undefined, call) };
  },
  "device.pair.rename": (params, call) => {
    const label = params.label.trim();
    if (label === "") return { error: invalid("label required") };
    const denial = denyOther(params.deviceId, "device pairing rename denied", call);
    if (denial !== undefined) return { error: denial };
    if (!call.memory.pairings.rename(params.deviceId, label)) return { error: invalid("unknown deviceId") };
    return { payload: { deviceId: params.deviceId, label } };
  },
  "device.pair.setupCode": (params, call) => {
    const url = params?.publicUrl;
    if (url === undefined) return { error: invalid(noPublicAddress) };
    const access = params?.bootstrapProfile ?? "full";
    const { setupId, bootstrapToken, expiresAtMs } = call.memory.setupCodes.create(access);
    const setupCode = toBase64url(new TextEncoder().encode(JSON.stringify({ url, bootstrapToken, expiresAtMs })));
    const auth = call.options.auth.mode === "password" ? "password" : "token";
    const where = { gatewayUrl: url, urlSource: "request.publicUrl" };
    return { payload: { setupId, expiresAtMs, setupCode, ...where, auth, access } };
  },
  "device.token.rotate": (params, call) => {
    const denied = {
      error: invalid(call.generation.protocol === 3 ? "unknown deviceId/role" : "device token rotation denied"),
    };
    if (denyToken(params, call)) return denied;
    const { deviceId, role } = params;
    const before = call.memory.pairings.find(deviceId);
    const lacking = call.generation.protocol === 3 && before !== undefined
      ? missingScope(role, params.scopes ?? before.tokens[role]?.scopes ?? before.scopes, call.client.scopes)
      : undefined;
    if (lacking !== undefined) return { error: invalid(`missing scope: ${lacking}`) };
    const limit = call.generation.protocol === 4 && role === "operator" ? call.client.scopes : undefined;
    const token = call.memory.pairings.rotate(deviceId, role, params.scopes, limit);
    if (token === undefined) return denied;
    const facts = { deviceId, role, scopes: token.scopes, rotatedAtMs: token.rotatedAtMs ?? token.createdAtMs };
    if (call.generation.protocol === 3) return { payload: { ...facts, token: token.token } };
    const isOwn = callerDevice(call) === deviceId.trim();
    const delivery = isOwn
      ? { token: token.token, tokenDelivery: "in-band" }
      : { tokenDelivery: "withheld-cross-device" };
    return { payload: { ...facts, ...delivery }, after: evict(deviceId, role, call) };
  },
  "device.token.revoke": (params, call) => {
    const { deviceId, role } = params;
    const denied = {
      error: invalid(call.generation.protocol === 3 ? "unknown deviceId/role" : "device token revocation denied"),
    };
    if (denyToken(params, call)) return denied;
    const held = call.memory.pairings.find(deviceId)?.tokens[role]?.scopes ?? [];
    const exceeds = call.generation.protocol === 4 && role === "operator" &&
      missingScope(role, held, call.client.scopes) !== undefined;
    const revokedAtMs = exceeds ? undefined : call.memory.pairings.revoke(deviceId, role);
    if (revokedAtMs === undefined) return denied;
    return { payload: { deviceId: deviceId.trim(), role, revokedAtMs }, after: evict(deviceId, role, call) };
  },
};

const noPublicAddress =
  "Gateway is only bound to loopback. Set gateway.bind=lan, enable tailscale serve, or configure " +
  "plugins.entries.device-pair.config.publicUrl.";

/** The caller's device if it came with its own token (protocol 4). */
function callerDevice({ generation, client }: Call): string | undefined {
  return generation.protocol === 4 && client.method === "device-token" ? client.deviceId : undefined;
}

/** As {@link callerDevice}, unless the caller administers the gateway: then nothing is hidden. */
function ownDevice(call: Call): string | undefined {
  return call.client.scopes.includes(scopes.admin) ? undefined : callerDevice(call);
}

/** Whether a caller that may manage only itself reaches for another. Without admin nobody may approve by guessing. */
function denyOther(
  deviceId: string | undefined,
  message: string,
  call: Call,
  { unknownToo = false }: { unknownToo?: boolean } = {},
): WireError | undefined {
  if (call.generation.protocol === 3 || call.client.scopes.includes(scopes.admin)) return undefined;
  if (deviceId === undefined) return unknownToo ? invalid(message) : undefined;
  const own = ownDevice(call);
  return own === undefined || own === deviceId.trim() ? undefined : invalid(message);
}

/** Another's token, or a token for another role, is for administrators (protocol 4). */
function denyToken(params: { readonly deviceId: string; readonly role: string }, call: Call): boolean {
  if (denyOther(params.deviceId, "", call) !== undefined) return true;
  return call.generation.protocol === 4 && params.role.trim() !== "operator" &&
    !call.client.scopes.includes(scopes.admin);
}

function evict(deviceId: string, role: string | undefined, { generation }: Call): Effect[] {
  return generation.closesRevokedDevices ? [{ kind: "evict", deviceId: deviceId.trim(), role }] : [];
}

/** The device as lists show it: its tokens without the tokens. */
function shown(device: PairedDevice, { generation }: Call): Record<string, unknown> {
  const { tokens, approvedVia, lastSeenAtMs, operatorLabel, ...facts } = device;
  const newer = { approvedVia, operatorLabel, lastSeenAtMs, ...(lastSeenAtMs ? { lastSeenReason: "connect" } : {}) };
  const known = Object.fromEntries(Object.entries(newer).filter(([, value]) => value !== undefined));
  return {
    ...facts,
    ...(generation.protocol === 4 ? known : {}),
    tokens: Object.values(tokens)
      .map(({ token: _token, ...summary }) => ({ ...summary, scopes: sortedScopes(summary.scopes) }))
      .sort((a, b) => a.role.localeCompare(b.role)),
  };
}
