/**
 * `claw context use`: names the context in claw's config file, for all commands that are told nothing else.
 */
import { defineCommand } from "../../cli/command.ts";
import { done } from "../../cli/outcome.ts";
import { chooseContext, chosenContext } from "../../settings/context_files.ts";
import { localContext } from "../../settings/contexts.ts";
import { describePlace, placeOf } from "../../settings/endpoint.ts";
import { nameArgument, requireContext, standingNow, standingWords } from "./standing.ts";

export const contextUse = defineCommand({
  isReadOnly: false,
  arguments: [nameArgument],
  flags: {},
  examples: [
    { line: "claw context use home", does: "commands go to that gateway from now on" },
    { line: "claw context use local", does: "to this machine's again, or where OpenClaw's own settings lead" },
  ],
  notes: [
    "It is written as `context` into claw's config file, whose comments and other lines stay. --context, CLAW_CONTEXT and\n" +
    "whatever else names a gateway for a run come first: when that is so here, it is said.",
  ],
  async run(_options, [name = ""], context) {
    const store = context.contextStore;
    requireContext(store, name);
    // One that is broken would break every command.
    const { endpoint } = await context.within({ context: name }).settings();
    const before = await chosenContext(store) ?? localContext;
    await chooseContext(store, name === localContext ? undefined : name);
    const standing = await standingNow(context);
    if (standing !== undefined && standing.name !== name) {
      context.warn(`here it is not in use all the same: the context is ${standingWords(standing)}`);
    }
    return done({ status: "using", context: name, before, ...placeOf(endpoint.value) }, {
      kind: "line",
      text: `using context ${name}: ${describePlace(endpoint.value)}`,
    });
  },
});
