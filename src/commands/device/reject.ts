/**
 * `claw device reject`: refuses a request. The device may ask again, so nobody is asked here.
 */
import { defineCommand } from "../../cli/command.ts";
import { done } from "../../cli/outcome.ts";
import { chooseRequest } from "../../devices/reference.ts";
import { factsOfRequest } from "../../devices/request_facts.ts";
import { shortId } from "../../devices/roster.ts";
import { findAt, openDesk } from "./desk.ts";
import { requestPairs } from "./device_words.ts";
import { rejectShown } from "./reject_shown.ts";

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
    await rejectShown(facts, desk, context);
    const text = `rejected request ${requestId} of device ${shortId(deviceId)}`;
    return done({ status: "rejected", request: facts }, { kind: "line", text });
  },
});
