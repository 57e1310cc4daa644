/**
 * Rejecting a request, and finding out whether it was when the answer is lost. Used by `reject.ts` and `watch.ts`.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import type { Context } from "../../cli/context.ts";
import { plainWord, whoElse, withAuthority } from "../../devices/authority.ts";
import type { RequestFacts } from "../../devices/request_facts.ts";
import { pairedOf, readRoster, type Roster } from "../../devices/roster.ts";
import { asClawError } from "../../errors.ts";
import { scopes } from "../../protocol/mod.ts";
import { type Desk, openDesk } from "./desk.ts";

/** Rejects it by the desk where it was seen. @throws ClawError as `Connection.call` */
export async function rejectShown(
  facts: RequestFacts,
  desk: Desk,
  context: Context,
  signal = context.signal,
): Promise<void> {
  const { requestId } = facts;
  const command = plainWord(requestId) === undefined ? "openclaw devices list" : `openclaw devices reject ${requestId}`;
  await writeOnce(context, {
    send: () => desk.connection.call("device.pair.reject", { requestId }, signal),
    open: async () => (await openDesk(context)).connection,
    look: async (again) => rejectedBy(facts, desk.roster, await readRoster(again, context.signal)),
    hint: "look whether it still waits with `claw device list`",
  }).catch((thrown: unknown) => {
    throw withAuthority(asClawError(thrown), whoElse([scopes.pairing], [], command));
  });
}

/** Gone, and the device was neither approved since nor has another request in its place: then it was rejected. */
function rejectedBy({ requestId, deviceId }: RequestFacts, before: Roster, now: Roster) {
  const waits = now.pending.some((request) => request.requestId === requestId || request.deviceId === deviceId);
  const isSame = pairedOf(before, deviceId)?.approvedAtMs === pairedOf(now, deviceId)?.approvedAtMs;
  return !waits && isSame ? { requestId, deviceId } : undefined;
}
