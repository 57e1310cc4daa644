/**
 * What `claw cron add` and `edit` read beside their flags: a JSON file of members, and a text from standard input where
 * a flag's value is `-`.
 */
import { flagName } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import type { Members } from "../../cron/members.ts";
import { contradiction, type DefinitionOptions } from "./definition_flags.ts";
import { parseMembers } from "./definition_text.ts";

/**
 * The options with their texts in place, and the members of the file.
 * @throws ClawError `usage/bad-flag` when two flags want standard input, else as `Context.readInput` and `parseMembers`
 */
export async function readDefinitionInput<Options extends DefinitionOptions>(
  options: Options,
  context: Context,
): Promise<{ readonly options: Options; readonly members: Members }> {
  const { jsonFile } = options;
  const [first, second] = (["systemEvent", "message", "jsonFile"] as const).filter((name) => options[name] === "-");
  if (first !== undefined && second !== undefined) {
    throw contradiction(`${flagName(first)} -`, `${flagName(second)} -`, "standard input can be read once");
  }
  const from = jsonFile === "-" ? "standard input" : jsonFile ?? "";
  const members = jsonFile === undefined ? {} : parseMembers(await context.readInput(jsonFile), from);
  if (first === undefined || first === "jsonFile") return { options, members };
  // As of `claw event`: the last line feed is not part of the text.
  const text = (await context.readInput("-")).replace(/\r?\n$/, "");
  return { options: { ...options, [first]: text }, members };
}
