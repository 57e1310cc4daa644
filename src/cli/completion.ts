/**
 * Shell completion by the completion library (@bomb.sh/tab), fed with the parser's own command tree, so that the two
 * cannot disagree.
 */
import installCompletion from "@bomb.sh/tab/commander";
import { captureConsole } from "../platform/console_capture.ts";
import type { FlagDeclarations, Registration } from "./command.ts";
import { buildProgram } from "./parse.ts";

const own = "completion";

/** A shell's script, or the candidates for the words typed so far, one a line with its description behind a tab. */
export async function complete(
  request: { readonly script: string } | { readonly words: readonly string[] },
  registry: readonly Registration[],
  globals: FlagDeclarations,
): Promise<string> {
  // The library brings a completion command of its own, and a hidden `complete`.
  const others = registry.filter(({ words, isHidden }) => words[0] !== own && isHidden !== true);
  const { program } = await buildProgram(others, globals, () => {}, "all");
  const completion = installCompletion(program, { completionCommandName: own });
  return captureConsole(() => {
    if ("script" in request) completion.setup("claw", "claw", request.script);
    else completion.parse([...request.words]);
  });
}
