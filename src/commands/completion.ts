/**
 * `claw completion SHELL` prints a script that makes the shell ask `claw complete -- …`, the hidden half of this file.
 * Both come from the completion library, fed with the same command tree as the parser.
 */
import { defineCommand } from "../cli/command.ts";
import type { Context } from "../cli/context.ts";
import { done } from "../cli/outcome.ts";
import { contextNames, localContext } from "../settings/contexts.ts";

export const completion = defineCommand({
  isReadOnly: true,
  flags: {},
  arguments: [
    { name: "shell", summary: "the shell", isRequired: true, choices: ["bash", "zsh", "fish", "powershell"] },
  ],
  examples: [
    { line: "claw completion bash", does: "print it; put it where bash loads completions from" },
    { line: "claw completion zsh", does: "the same for zsh" },
  ],
  async run(_options, [shell = ""], context) {
    const script = await context.complete({ script: shell });
    return done({ shell, script }, { kind: "raw", text: script });
  },
});

export const complete = defineCommand({
  isReadOnly: true,
  flags: {},
  arguments: [{ name: "words", summary: "the words typed so far", isVariadic: true }],
  examples: [{ line: "claw complete -- ev", does: "what a completion script asks" }],
  async run(_options, operands, context) {
    const answer = await context.complete({ words: operands, contexts: namesIn(context) });
    return done({ answer }, { kind: "raw", text: answer });
  },
});

/** Who completes a word must not hear of a missing home directory. */
function namesIn(context: Context): readonly string[] {
  try {
    const { os, directory } = context.contextStore;
    return [localContext, ...contextNames(os, directory)];
  } catch {
    return [];
  }
}
