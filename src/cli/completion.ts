/**
 * Shell completion by the completion library (@bomb.sh/tab), fed with the parser's own command tree, so that the two
 * cannot disagree.
 */
import installCompletion from "@bomb.sh/tab/commander";
import { captureConsole } from "../platform/console_capture.ts";
import type { FlagDeclarations, Registration } from "./command.ts";
import { buildProgram } from "./parse.ts";

const own = "completion";

/** For a shell's script, or for the candidates for the words typed so far; the names of contexts may be among those. */
export type CompletionRequest =
  | { readonly script: string }
  | { readonly words: readonly string[]; readonly contexts: readonly string[] };

/** A shell's script, or candidates, one a line with its description behind a tab. */
export async function complete(
  request: CompletionRequest,
  registry: readonly Registration[],
  globals: FlagDeclarations,
): Promise<string> {
  // The library brings a completion command of its own, and a hidden `complete`.
  const others = registry.filter(({ words, isHidden }) => words[0] !== own && isHidden !== true);
  const { program } = await buildProgram(others, globals, () => {}, "all");
  const completion = installCompletion(program, { completionCommandName: own });
  return captureConsole(() => {
    if ("script" in request) return completion.setup("claw", "claw", request.script);
    offerContexts(completion, request.contexts, globals["context"]?.summary ?? "");
    completion.parse([...request.words]);
  });
}

/** Where a context that is there is meant: `--context`, and the verbs on contexts but the one that makes them. */
function offerContexts(root: ReturnType<typeof installCompletion>, names: readonly string[], summary: string): void {
  const handler = (offer: (value: string, description: string) => void) => names.forEach((name) => offer(name, ""));
  for (const [words, command] of [["", root] as const, ...root.commands]) {
    // The library knows the flags of all commands only before the first word.
    command.option("context", summary, handler);
    const name = words.startsWith("context ") && words !== "context add" ? command.arguments.get("name") : undefined;
    if (name !== undefined) name.handler = handler;
  }
}
