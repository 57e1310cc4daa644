/**
 * `claw heartbeat disable`: silences the heartbeats of every agent, after a question.
 */
import { defineCommand } from "../../cli/command.ts";
import { negative } from "../../cli/outcome.ts";
import { switchHeartbeats, switchNote } from "./switch_heartbeats.ts";

export const heartbeatDisable = defineCommand({
  isReadOnly: false,
  flags: { yes: { type: "boolean", summary: "do not ask" } },
  examples: [
    { line: "claw heartbeat disable", does: "let no heartbeat run, after a question" },
    { line: "claw heartbeat disable --yes", does: "the same from a script" },
  ],
  notes: [
    "Then no agent of this gateway looks by itself whether there is something to do, and events wait: those that\n" +
    "`claw event` delivers too. One agent alone is silenced in the gateway's configuration.",
    switchNote,
  ],
  async run({ yes }, _operands, context) {
    const question = "switch off the heartbeats of every agent?";
    if (!yes && !await context.confirm(question)) {
      return negative({ status: "kept" }, { kind: "line", text: "left them as they are" });
    }
    return await switchHeartbeats(false, context);
  },
});
