/**
 * `claw device approve`: lets a device in, or gives it more. A decision about security: it shows what is proven and what
 * is only claimed, asks, and looks again before it sends, so that nothing is approved but what was shown.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done, negative, type Outcome } from "../../cli/outcome.ts";
import { ableDevices, plainWord, scopesToApprove, whoElse, withAuthority } from "../../devices/authority.ts";
import { chooseRequest } from "../../devices/reference.ts";
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
import { type Desk, findAt, openDesk } from "./desk.ts";
import { requestPairs, scopeWord, someOf } from "./device_words.ts";
import { operatorRole, parseScopes } from "./token_scopes.ts";

export const deviceApprove = defineCommand({
  isReadOnly: false,
  arguments: [{
    name: "ref",
    summary: "id of the request or the device, the beginning of one (6 or more), or an operator's label",
    isRequired: true,
  }],
  flags: {
    yes: { type: "boolean", summary: "do not ask; takes the request's whole id" },
    scopes: {
      type: "list",
      value: "scopes",
      summary: "approve nothing that asks for more than these, e.g. read,write",
    },
    dryRun: { type: "boolean", summary: "show what it asks for, and approve nothing" },
  },
  examples: [
    { line: "claw device approve 3f2a91c4 --dry-run", does: "see who asks for what, with the whole request id" },
    { line: "claw device approve 3f2a91c4", does: "the same, and decide" },
    {
      line: "claw device approve 3f2a91c4-8a1e-4f0e-9a55-0f5c3b1d2e77 --yes --scopes read",
      does: "approve what you looked at before, if it asks for no more than that",
    },
  ],
  notes: [
    "Compare the key with what `claw device show` says on that device: it is the only thing that is proven. The name is\n" +
    "what the requester calls itself, and never chooses a request. One that changed since it was shown is not approved.",
    "2026.9.6 lets nobody grant a scope that he lacks: claw asks for what the request takes. 2026.3.13 wants `pairing` only.",
    "2026.3.13 adds to a request that waits, under the same id: there --scopes holds --yes to what you looked at.",
  ],
  async run({ yes, scopes: given, dryRun }, [reference = ""], context) {
    const limit = given.length > 0 ? parseScopes(given, operatorRole) : undefined;
    const desk = await openDesk(context);
    const request = findAt(desk, (roster) => chooseRequest(roster, reference));
    const facts = await factsOfRequest(request, desk.roster);
    if (facts.idFollowsFromKey === false) throw forged(facts);
    if (dryRun) return done({ status: "would-approve", request: facts }, { kind: "pairs", pairs: requestPairs(facts) });
    if (yes && reference !== facts.requestId) throw needsWholeId(facts);
    if (limit !== undefined) requireWithin(facts, limit);
    else if (yes && mayHaveGrown(facts, desk)) {
      context.warn(`gateway ${desk.connection.handshake.hello.server.version} ${growth}`);
    }
    if (!yes && !await ask(facts, context)) {
      return negative({ status: "not-approved", request: facts }, { kind: "line", text: "nothing was approved" });
    }
    const device = await approve(facts, desk, context);
    const before = pairedOf(desk.roster, facts.deviceId);
    return told(facts, device, before === undefined ? [] : rolesOf(before), context);
  },
});

async function ask(facts: RequestFacts, context: Context): Promise<boolean> {
  return await context.confirm("approve it?", requestPairs(facts)).catch((thrown: unknown) => {
    const error = asClawError(thrown);
    if (error.code !== "usage/missing-argument") throw error;
    throw new ClawError(error.code, `whether to approve request ${facts.requestId}: nobody can be asked here`, {
      hint: "look at it with --dry-run, then give its whole id and --yes",
      cause: error,
    });
  });
}

function needsWholeId({ requestId }: RequestFacts): ClawError {
  return new ClawError("usage/missing-argument", "--yes takes the whole id of the request that you looked at", {
    hint: "look at it with --dry-run, which shows the id",
    details: { requestId },
  });
}

const growth = "adds to a request that waits, under the same id: --scopes read, say, lets it have no more than that";

/** 2026.3.13 keeps the id of a request that grows; one that asks for nothing of an operator's is refused when it does. */
function mayHaveGrown({ roles, requestedScopes }: RequestFacts, { connection }: Desk): boolean {
  return connection.handshake.protocol === 3 && (roles.includes(operatorRole) || requestedScopes.length > 0);
}

/** @throws ClawError `gateway/rejected` */
function requireWithin({ requestId, requestedScopes, roles }: RequestFacts, limit: readonly string[]): void {
  const more = [
    ...scopesBeyond(requestedScopes, limit).map(scopeWord),
    ...roles.filter((role) => role !== operatorRole).map((role) => `to be ${role}`),
  ];
  if (more.length === 0) return;
  throw new ClawError("gateway/rejected", `request ${requestId} asks for more: ${someOf(more)}: not approved`, {
    hint: "look at it with --dry-run",
    details: { requestId, beyond: more },
  });
}

function forged({ requestId, keyFingerprint }: RequestFacts): ClawError {
  const message = `request ${requestId} names a device id that its key (${keyFingerprint}) does not have: not approved`;
  return new ClawError("gateway/rejected", message, {
    hint: "no honest gateway keeps such a request: look into it there",
  });
}

type Approved = Pick<ResultOf<"device.pair.approve">, "device">;

/** Looks again, by a connection that may do it, and sends. */
async function approve(facts: RequestFacts, first: Desk, context: Context): Promise<Approved["device"]> {
  const { protocol } = first.connection.handshake;
  const needs = scopesToApprove(facts, protocol);
  const onHost = plainWord(facts.requestId) === undefined ? "" : ` ${facts.requestId}`;
  const words = whoElse(needs, ableDevices(first.roster, needs, first.deviceId), `openclaw devices approve${onHost}`);
  const { connection, roster } = await openDesk(context, needs, words);
  await requireSame(facts, roster);
  const { device } = await writeOnce<Approved>(context, {
    send: () => connection.call("device.pair.approve", { requestId: facts.requestId }, context.signal),
    open: async () => (await openDesk(context)).connection,
    look: async (again) => approvedBy(facts, await readRoster(again, context.signal)),
    hint: "look whether it is paired with `claw device list`",
  }).catch((thrown: unknown) => {
    throw withAuthority(asClawError(thrown), words);
  });
  return withoutSecrets(device);
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

function told(
  facts: RequestFacts,
  device: Approved["device"],
  rolesBefore: readonly string[],
  context: Context,
): Outcome {
  const known = [...facts.roles, ...rolesBefore];
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
  const text = `approved device ${
    shortId(facts.deviceId)
  } (request ${facts.requestId}) as ${as}: it may use ${scopeList}`;
  return done({ status: "approved", request: facts, device }, { kind: "line", text });
}
