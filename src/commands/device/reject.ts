/**
 * `claw device reject`: refuses a request. The device may ask again, so nobody is asked here.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import { defineCommand } from "../../cli/command.ts";
import { done } from "../../cli/outcome.ts";
import { plainWord, whoElse, withAuthority } from "../../devices/authority.ts";
import { chooseRequest } from "../../devices/reference.ts";
import { factsOfRequest, type RequestFacts } from "../../devices/request_facts.ts";
import { pairedOf, readRoster, type Roster, shortId } from "../../devices/roster.ts";
import { asClawError } from "../../errors.ts";
import { scopes } from "../../protocol/mod.ts";
import { findAt, openDesk } from "./desk.ts";
import { requestPairs } from "./device_words.ts";

export const deviceReject = defineCommand({
  isReadOnly: false,
  arguments: [{
    name: "ref",
    summary: "id of the request or the device, the beginning of one (6 or more), or an operator's label",
    isRequired: true,
  }],
  flags: { dryRun: { type: "boolean", summary: "show which one it is, and send nothing" } },
  examples: [{ line: "claw device reject 3f2a91c4", does: "by the beginning of the request's id" }],
  notes: ["A rejected device may ask again, by a new request. What it was approved for before stays as it is."],
  async run({ dryRun }, [reference = ""], context) {
    const desk = await openDesk(context);
    const request = findAt(desk, (roster) => chooseRequest(roster, reference));
    const facts = await factsOfRequest(request, desk.roster);
    const { requestId, deviceId } = facts;
    if (dryRun) return done({ status: "would-reject", request: facts }, { kind: "pairs", pairs: requestPairs(facts) });
    const command = plainWord(requestId) === undefined
      ? "openclaw devices list"
      : `openclaw devices reject ${requestId}`;
    await writeOnce(context, {
      send: () => desk.connection.call("device.pair.reject", { requestId }, context.signal),
      open: async () => (await openDesk(context)).connection,
      look: async (again) => rejectedBy(facts, desk.roster, await readRoster(again, context.signal)),
      hint: "look whether it still waits with `claw device list`",
    }).catch((thrown: unknown) => {
      throw withAuthority(asClawError(thrown), whoElse([scopes.pairing], [], command));
    });
    const text = `rejected request ${requestId} of device ${shortId(deviceId)}`;
    return done({ status: "rejected", request: facts }, { kind: "line", text });
  },
});

/** Gone, and the device was neither approved since nor has another request in its place: then it was rejected. */
function rejectedBy({ requestId, deviceId }: RequestFacts, before: Roster, now: Roster) {
  const waits = now.pending.some((request) => request.requestId === requestId || request.deviceId === deviceId);
  const isSame = pairedOf(before, deviceId)?.approvedAtMs === pairedOf(now, deviceId)?.approvedAtMs;
  return !waits && isSame ? { requestId, deviceId } : undefined;
}
