/**
 * `claw context rename`: another name for a context; claw's config file follows where it names it.
 */
import { defineCommand } from "../../cli/command.ts";
import { done } from "../../cli/outcome.ts";
import { chosenContext, renameContext } from "../../settings/context_files.ts";
import { contextPath } from "../../settings/contexts.ts";
import { isTaken, nameArgument, requireFile, requireNewName, standingNow } from "./standing.ts";

export const contextRename = defineCommand({
  isReadOnly: false,
  arguments: [nameArgument, { name: "new", summary: "its new name", isRequired: true }],
  flags: {},
  examples: [{ line: "claw context rename home house", does: "its file, and the choice in claw's config file" }],
  notes: ["An entry of the keychain keeps its name, and the file goes on naming it."],
  async run(_options, [from = "", to = ""], context) {
    const store = context.contextStore;
    requireFile(store, from);
    requireNewName(store, to);
    const isChosen = await chosenContext(store) === from;
    if (!await renameContext(store, from, to)) throw isTaken(store, to);
    // A variable that names it by its old name is told of.
    await standingNow(context);
    const file = contextPath(store.os, store.directory, to);
    return done({ status: "renamed", before: from, context: to, file, isChosen }, {
      kind: "line",
      text: `context ${from} is called ${to} now (${file})`,
    });
  },
});
