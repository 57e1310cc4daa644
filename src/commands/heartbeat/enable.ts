/**
 * `claw heartbeat enable`: lets the agents' heartbeats run again.
 */
import { defineCommand } from "../../cli/command.ts";
import { switchHeartbeats, switchNote } from "./switch_heartbeats.ts";

export const heartbeatEnable = defineCommand({
  isReadOnly: false,
  flags: {},
  examples: [{ line: "claw heartbeat enable", does: "let heartbeats run again" }],
  notes: [switchNote],
  run: async (_options, _operands, context) => await switchHeartbeats(true, context),
});
