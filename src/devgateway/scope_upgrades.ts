/**
 * How a paired device asks for more over a live connection (protocol 4): a request like any other, and a wait that ends
 * when it is decided. As in 2026.9.6 the books are looked at four times a second. Next: `device_handlers.ts`.
 */
import { type Method, scopes, type WireError } from "../protocol/mod.ts";
import { resolved } from "./approval.ts";
import type { Effect } from "./effects.ts";
import { coversScopes, tidyScopes } from "./grants.ts";
import type { Call, Handlers } from "./handlers.ts";
import { type PairedDevice, pendingLifeMs } from "./pairings.ts";
import { invalid } from "./wire_errors.ts";

type UpgradeMethod = Extract<Method, `device.scopes.${string}`>;

const operatorRole = "operator";
const lookMs = 250;
const known: readonly string[] = Object.values(scopes);

export const scopeUpgradeHandlers: Handlers<UpgradeMethod> = {
  "device.scopes.requestUpgrade": (params, call) => {
    const device = owner(call);
    if (device === undefined) return { error: deviceRequired };
    const wanted = tidyScopes(params.scopes);
    if (!wanted.every((scope) => known.includes(scope))) {
      return { error: invalid("requested scopes contain an unknown operator scope") };
    }
    if (!coversScopes(operatorRole, call.client.scopes, wanted)) {
      return { error: invalid("requested scopes must include the connection's current scopes") };
    }
    const { id: clientId, mode: clientMode, platform } = call.client.params.client;
    const { deviceId, publicKey } = device;
    const claim = { deviceId, publicKey, clientId, clientMode, platform, role: operatorRole, scopes: wanted };
    const { request, created, replaced } = call.memory.pairings.request(claim, false);
    const { requestId } = request;
    call.memory.upgrades.register(requestId, {
      deviceId,
      scopes: wanted,
      tokenBefore: device.tokens[operatorRole]?.token,
      expiresAtMs: call.options.clock.now() + pendingLifeMs,
    });
    const before: Effect[] = replaced.map((id) => resolved(id, deviceId, "rejected", call.options.clock.now()));
    if (created) before.push({ kind: "emit", event: "device.pair.requested", payload: request });
    return { payload: { requestId }, before };
  },
  "device.scopes.waitUpgrade": ({ requestId }, call) => {
    const device = owner(call);
    if (device === undefined) return { error: deviceRequired };
    if (call.memory.upgrades.find(requestId)?.deviceId !== device.deviceId) {
      return { error: invalid("scope upgrade expired or not found") };
    }
    return { everyMs: lookMs, payloadLater: () => outcomeOf(requestId, call) };
  },
};

const deviceRequired: WireError = {
  code: "INVALID_REQUEST",
  message: "device identity required",
  details: { code: "DEVICE_IDENTITY_REQUIRED", recommendedNextStep: "reopen_control_ui_securely" },
};

function owner({ client, memory }: Call): PairedDevice | undefined {
  return client.role === operatorRole && client.deviceId !== undefined
    ? memory.pairings.find(client.deviceId)
    : undefined;
}

/** What became of a request; undefined while it waits. */
function outcomeOf(requestId: string, { memory, options }: Call): Record<string, unknown> | undefined {
  const wish = memory.upgrades.find(requestId);
  if (wish === undefined || options.clock.now() >= wish.expiresAtMs) return { status: "expired", requestId };
  if (memory.pairings.pending().some((request) => request.requestId === requestId)) return undefined;
  const token = memory.pairings.find(wish.deviceId)?.tokens[operatorRole];
  const isApproved = token !== undefined && token.revokedAtMs === undefined && token.token !== wish.tokenBefore &&
    coversScopes(operatorRole, wish.scopes, token.scopes);
  return isApproved
    ? { status: "approved", requestId, deviceToken: token.token, scopes: token.scopes }
    : { status: "rejected", requestId };
}
