/**
 * `claw context show`: one context with all that it means, and where each value stands. Offline; live: `validate.ts`.
 */
import { defineCommand } from "../../cli/command.ts";
import { settingPairs } from "../../cli/gateway_report.ts";
import { done } from "../../cli/outcome.ts";
import { contextPath, localContext } from "../../settings/contexts.ts";
import { describeSettings } from "../../settings/describe.ts";
import { requireContext, standingOf, standingWords } from "./standing.ts";

export const contextShow = defineCommand({
  isReadOnly: true,
  arguments: [{ name: "name", summary: "its name (default: the context in force)" }],
  flags: {},
  examples: [
    { line: "claw context show", does: "the context in force, and what chose it" },
    { line: "claw context show home --json", does: "one of them, for a program; no secret is in it" },
  ],
  async run(_options, [given], context) {
    const store = context.contextStore;
    if (given !== undefined) requireContext(store, given);
    const meant = given === undefined ? context : context.within({ context: given });
    const settings = await meant.settings({ isThorough: true });
    const standing = standingOf(settings);
    const name = given ?? standing.name;
    const described = await describeSettings(settings, (secret) => context.fingerprint(secret));
    const rows = described.filter((row) => row.name !== "context");
    const file = name === undefined || name === localContext ? undefined : contextPath(store.os, store.directory, name);
    return done({ context: name ?? null, ...(given === undefined ? { by: standing.by } : {}), file, settings: rows }, {
      kind: "pairs",
      pairs: [
        ["context", given ?? standingWords(standing)],
        ...(file === undefined ? [] : [["file", file] as const]),
        ...settingPairs(rows),
      ],
    });
  },
});
