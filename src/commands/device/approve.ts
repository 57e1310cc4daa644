/**
 * `claw device approve`: lets a device in, or gives it more. A decision about security: it shows what is proven and what
 * is only claimed, asks, and looks again before it sends, so that nothing is approved but what was shown.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done, negative } from "../../cli/outcome.ts";
import { chooseRequest } from "../../devices/reference.ts";
import { factsOfRequest, type RequestFacts } from "../../devices/request_facts.ts";
import { scopesBeyond } from "../../devices/roster.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { approveShown, forged, tellApproved } from "./approve_shown.ts";
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
    const device = await approveShown(facts, desk, context);
    const text = tellApproved(facts, device, desk.roster, context);
    return done({ status: "approved", request: facts, device }, { kind: "line", text });
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
