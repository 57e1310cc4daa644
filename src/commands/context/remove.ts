/**
 * `claw context rm`: takes a context away, and tells what of it is still there: its file, as `.prev`, since that may
 * hold the only copy of a secret; device tokens of its gateway; an entry of the keychain.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done, negative, type Pairs } from "../../cli/outcome.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { removeContext } from "../../settings/context_files.ts";
import { loadSettingsFile } from "../../settings/claw_config.ts";
import { describePlace } from "../../settings/endpoint.ts";
import { byHand } from "../../settings/keychain.ts";
import type { Settings } from "../../settings/resolve.ts";
import { credentialWords, nameArgument, requireFile, standingNow, standingOf, standingWords } from "./standing.ts";

export const contextRemove = defineCommand({
  isReadOnly: false,
  arguments: [nameArgument],
  flags: { yes: { type: "boolean", summary: "do not ask" } },
  examples: [
    { line: "claw context rm home", does: "show what it is, and ask" },
    { line: "claw context rm home --yes", does: "without asking, for a script" },
  ],
  notes: [
    "The file stays as NAME.json5.prev beside the others, in the place of one that was kept there before: it may hold the\n" +
    "only copy of a secret. Delete it when nobody needs that. Device tokens and the keychain stay as they are.",
  ],
  async run({ yes }, [name = ""], context) {
    const store = context.contextStore;
    const file = requireFile(store, name);
    // One that is broken can be removed like any other.
    const settings = await context.within({ context: name }).settings().catch(asClawError);
    const facts: Pairs = settings instanceof ClawError
      ? [["file", file], ["broken", settings.message]]
      : [["file", file], ["gateway", describePlace(settings.endpoint.value)], [
        "credential",
        credentialWords(settings, file),
      ]];
    if (!yes && !await context.confirm(`remove context ${name}?`, facts)) {
      return negative({ status: "kept", context: name }, { kind: "line", text: `kept context ${name}` });
    }
    const wasInForce = (await currentName(context)) === name;
    const remains = settings instanceof ClawError ? [] : await remainsOf(settings, file, context);
    const kept = await removeContext(store, name);
    const standing = wasInForce ? await standingNow(context) : undefined;
    const lines = [
      `removed context ${name}; its file is kept as ${kept}`,
      ...(standing === undefined ? [] : [`it was the one in use; now that is ${standingWords(standing)}`]),
      ...remains,
    ];
    return done({ status: "removed", context: name, kept, wasInForce, remains }, {
      kind: "stack",
      views: lines.map((text) => ({ kind: "line", text })),
    });
  },
});

async function currentName(context: Context): Promise<string | undefined> {
  return await context.within({}).settings({ isBlind: true }).then(
    (settings) => standingOf(settings).name,
    () => undefined,
  );
}

/** What belongs to it and stays, with how it is dropped. */
async function remainsOf(settings: Settings, file: string, context: Context): Promise<readonly string[]> {
  const { os } = context.contextStore;
  const { origin } = settings.endpoint.value;
  const { tokens } = await context.whoAmI();
  const layer = (await loadSettingsFile(os, file))?.layer;
  const entry = (layer?.tokenKeychain ?? layer?.passwordKeychain)?.text;
  return [
    ...tokens.filter(({ gateway }) => gateway === origin).map(({ role, file: path }) =>
      `this device's token as ${role} of ${origin} stays, for other contexts that go there: ${path}`
    ),
    ...(entry === undefined
      ? []
      : [`the keychain keeps its entry ${entry}; drop it with: ${byHand[os].remove(entry)}`]),
  ];
}
