/**
 * `claw context validate`: connects by a context's own settings, with its own credential, and tells what it found.
 */
import { defineCommand } from "../../cli/command.ts";
import { gatewayPairs, measureGateway } from "../../cli/gateway_report.ts";
import { done } from "../../cli/outcome.ts";
import { scopes } from "../../protocol/mod.ts";
import { requireContext, standingOf, standingWords } from "./standing.ts";

export const contextValidate = defineCommand({
  isReadOnly: true,
  arguments: [{ name: "name", summary: "its name (default: the context in force)" }],
  flags: {},
  examples: [
    { line: "claw context validate home", does: "log in there, and show version, scopes and times" },
    { line: "claw context validate home --json", does: "the same for a script, which goes by the exit code" },
  ],
  notes: [
    "Exit 0 means that the gateway let this device in. Each way to fail has its own exit code: see `claw help exit-codes`.\n" +
    "A device that the gateway does not know yet asks to be paired by this, as by any command.",
  ],
  async run(_options, [given], context) {
    if (given !== undefined) requireContext(context.contextStore, given);
    const meant = given === undefined ? context : context.within({ context: given });
    const standing = standingOf(await meant.settings());
    const live = await measureGateway(await meant.gateway(scopes.read), meant);
    return done({ context: given ?? standing.name ?? null, gateway: live }, {
      kind: "pairs",
      pairs: [["context", given ?? standingWords(standing)], ...gatewayPairs(live)],
    });
  },
});
