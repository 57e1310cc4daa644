/**
 * Approving what was shown, and nothing else: looks again by a connection that may do it, and sends. Used by
 * `approve.ts` and `watch.ts`.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import type { Context } from "../../cli/context.ts";
import { ableDevices, plainWord, scopesToApprove, whoElse, withAuthority } from "../../devices/authority.ts";
import { changedFacts, factsOfRequest, type RequestFacts } from "../../devices/request_facts.ts";
import {
  approvedScopes,
  pairedOf,
  readRoster,
  rolesOf,
  type Roster,
  scopesBeyond,
  shortId,
  withoutSecrets,
} from "../../devices/roster.ts";
import { asClawError, ClawError } from "../../errors.ts";
import type { ResultOf } from "../../protocol/mod.ts";
import { type Desk, openDesk } from "./desk.ts";
import { scopeWord, someOf } from "./device_words.ts";

export type Approved = Pick<ResultOf<"device.pair.approve">, "device">;

/**
 * Looks again, by a connection that may do it, and sends.
 * @param first where the request was seen
 * @throws ClawError `gateway/rejected` when it is not what was shown any more; as `Connection.call`
 */
export async function approveShown(
  facts: RequestFacts,
  first: Desk,
  context: Context,
  signal = context.signal,
): Promise<Approved["device"]> {
  if (facts.idFollowsFromKey === false) throw forged(facts);
  const { protocol } = first.connection.handshake;
  const needs = scopesToApprove(facts, protocol);
  const onHost = plainWord(facts.requestId) === undefined ? "" : ` ${facts.requestId}`;
  const words = whoElse(needs, ableDevices(first.roster, needs, first.deviceId), `openclaw devices approve${onHost}`);
  const { connection, roster } = await openDesk(context, { needs, authority: words, signal });
  try {
    await requireSame(facts, roster);
    const { device } = await writeOnce<Approved>(context, {
      send: () => connection.call("device.pair.approve", { requestId: facts.requestId }, signal),
      open: async () => (await openDesk(context)).connection,
      look: async (again) => approvedBy(facts, await readRoster(again, context.signal)),
      hint: "look whether it is paired with `claw device list`",
    }).catch((thrown: unknown) => {
      throw withAuthority(asClawError(thrown), words);
    });
    return withoutSecrets(device);
  } finally {
    // Who goes on for weeks approves many.
    await connection.close(context.clock.sleep);
  }
}

async function requireSame(shown: RequestFacts, roster: Roster): Promise<void> {
  const { requestId, deviceId } = shown;
  const request = roster.pending.find((other) => other.requestId === requestId);
  if (request !== undefined) {
    const changed = changedFacts(shown, await factsOfRequest(request, roster));
    if (changed.length === 0) return;
    const message = `request ${requestId} is not what was shown any more (${changed.join(", ")}): not approved`;
    throw new ClawError("gateway/rejected", message, { hint: "look at it again", details: { requestId, changed } });
  }
  const next = roster.pending.find((other) => other.deviceId === deviceId);
  const message = next === undefined
    ? `request ${requestId} is gone: it was decided elsewhere, or is older than five minutes`
    : `request ${requestId} was replaced by another of the same device: not approved`;
  throw new ClawError("gateway/rejected", message, {
    hint: next === undefined ? "see what there is with `claw device list`" : `look at the new one: ${next.requestId}`,
    details: { requestId, ...(next === undefined ? {} : { replacedBy: next.requestId }) },
  });
}

/** Gone, and the device has all that it asked for: then it was approved. */
function approvedBy(facts: RequestFacts, roster: Roster): Approved | undefined {
  const device = pairedOf(roster, facts.deviceId);
  const waits = roster.pending.some(({ requestId }) => requestId === facts.requestId);
  const isGranted = device !== undefined && scopesBeyond(facts.requestedScopes, approvedScopes(device)).length === 0 &&
    facts.roles.every((role) => rolesOf(device).includes(role));
  return !waits && isGranted ? { device } : undefined;
}

/** What it came to, in a line; warns of anything that was approved and not shown. */
export function tellApproved(
  facts: RequestFacts,
  device: Approved["device"],
  first: Roster,
  context: Pick<Context, "warn">,
): string {
  const before = pairedOf(first, facts.deviceId);
  const known = [...facts.roles, ...before === undefined ? [] : rolesOf(before)];
  const more = [
    ...scopesBeyond(approvedScopes(device), [...facts.requestedScopes, ...facts.approvedScopes]),
    ...rolesOf(device).filter((role) => !known.includes(role)).map((role) => `the role ${role}`),
  ];
  if (more.length > 0) {
    context.warn(
      `the gateway approved more than was shown: ${someOf(more)}; take it back with \`claw device remove\``,
    );
  }
  const scopeList = someOf(approvedScopes(device).map(scopeWord)) || "no scope";
  const as = rolesOf(device).join(" and ");
  const { requestId, deviceId } = facts;
  return `approved device ${shortId(deviceId)} (request ${requestId}) as ${as}: it may use ${scopeList}`;
}

/** For a request that no honest gateway keeps. */
export function forged({ requestId, keyFingerprint }: RequestFacts): ClawError {
  const message = `request ${requestId} names a device id that its key (${keyFingerprint}) does not have: not approved`;
  return new ClawError("gateway/rejected", message, {
    hint: "no honest gateway keeps such a request: look into it there",
  });
}
