/**
 * Whether a device that proved itself is approved for what it asks. Local devices are approved on the spot (unless the
 * gateway was told to ask); for others a request waits for a person and the connection is refused with its id.
 */
import { type ConnectParams, normaliseMetadata } from "../protocol/mod.ts";
import type { Effect } from "./effects.ts";
import { coversScopes } from "./grants.ts";
import type { StepContext } from "./options.ts";
import type { DeviceClaim, PairedDevice } from "./pairings.ts";
import { type PairingReason, type Refusal, refusePairing } from "./refusals.ts";
import type { AuthMethod } from "./secrets.ts";

export type Approval = { readonly effects: readonly Effect[] } | {
  readonly refusal: Refusal;
  readonly effects: readonly Effect[];
};

/** Decides, and writes the outcome into the pairing books. */
export function approve(
  claim: DeviceClaim,
  method: AuthMethod,
  params: ConnectParams,
  context: StepContext,
): Approval {
  const { pairings } = context.memory;
  const effects: Effect[] = [];
  for (const reason of reasonsToAsk(claim, context)) {
    const asked = ask(reason, claim, method, params, context);
    effects.push(...asked.effects);
    if ("refusal" in asked) return { ...asked, effects };
  }
  pairings.seen(claim);
  return { effects };
}

/** What stands between the device and this connection, in the order in which it is asked about. */
function reasonsToAsk(claim: DeviceClaim, { memory }: StepContext): PairingReason[] {
  const device = memory.pairings.find(claim.deviceId);
  if (device === undefined || device.publicKey !== claim.publicKey) return ["not-paired"];
  const reasons: PairingReason[] = [];
  if (differs(device.platform, claim.platform) || differs(device.deviceFamily, claim.deviceFamily)) {
    reasons.push("metadata-upgrade");
  }
  if (!memory.pairings.rolesOf(device).includes(claim.role)) reasons.push("role-upgrade");
  if (!coversScopes(claim.role, claim.scopes, device.scopes)) reasons.push("scope-upgrade");
  return reasons;
}

/** A device that was approved without naming its platform may name any. */
function differs(approved: string | undefined, claimed: string | undefined): boolean {
  return Boolean(approved) && normaliseMetadata(approved) !== normaliseMetadata(claimed);
}

function ask(
  reason: PairingReason,
  claim: DeviceClaim,
  method: AuthMethod,
  params: ConnectParams,
  context: StepContext,
): Approval {
  const { pairings } = context.memory;
  const { protocol } = context.generation;
  const ts = context.options.clock.now();
  const before = pairings.find(claim.deviceId);
  const { request, created, replaced } = pairings.request(claim, isSilent(reason, method, params, before, context));
  const effects: Effect[] = replaced.map((requestId) => resolved(requestId, claim.deviceId, "rejected", ts));
  if (request.silent) {
    pairings.approve(request.requestId, "silent");
    const note = {
      event: "device pairing auto-approved",
      text: "",
      facts: { device: claim.deviceId, role: claim.role },
    };
    return {
      effects: [...effects, resolved(request.requestId, claim.deviceId, "approved", ts), { kind: "log", note }],
    };
  }
  if (created) effects.push({ kind: "emit", event: "device.pair.requested", payload: request });
  const approved = before?.publicKey === claim.publicKey ? before : undefined;
  const wish = { requestId: request.requestId, reason, wanted: claim.scopes };
  return { refusal: refusePairing(protocol, wish, claim, approved), effects };
}

/** Whether nobody needs to be asked. A changed platform is always asked about (transcript 40). */
function isSilent(
  reason: PairingReason,
  method: AuthMethod,
  params: ConnectParams,
  before: PairedDevice | undefined,
  { options, generation, locality, peer }: StepContext,
): boolean {
  if (options.pairing === "manual" || !locality.isLocal || reason === "metadata-upgrade") return false;
  const isBrowser = Boolean(peer.origin?.trim());
  if (isBrowser && params.client.id !== "openclaw-control-ui" && params.client.mode !== "webchat") return false;
  if (generation.protocol === 3) return reason !== "role-upgrade";
  // A node may not be given an operator's scopes without somebody knowing.
  const reaches = (params.scopes ?? []).some((scope) => scope.startsWith("operator."));
  if (params.role === "node" && (before !== undefined || reaches)) return false;
  return reason !== "scope-upgrade" || method === "none" || method === "token" || method === "password";
}

/** The event that tells operators how a request ended. */
export function resolved(requestId: string, deviceId: string, decision: "approved" | "rejected", ts: number): Effect {
  return { kind: "emit", event: "device.pair.resolved", payload: { requestId, deviceId, decision, ts } };
}
