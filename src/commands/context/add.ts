/**
 * `claw context add`: a gateway by a name of its own, with what goes there. Everything is checked as a run would check
 * it before anything is written; whether the gateway is there is `validate.ts`.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done } from "../../cli/outcome.ts";
import { chooseContext, type ContextValues, createContext } from "../../settings/context_files.ts";
import { contextPath } from "../../settings/contexts.ts";
import { describePlace, placeOf } from "../../settings/endpoint.ts";
import { writeKeychain } from "../../settings/keychain.ts";
import { checkSecret } from "../../settings/secret_source.ts";
import { definingFlags, type Definition, definitionOf, secretFlags } from "./definition.ts";
import { isTaken, nameArgument, requireNewName, standingNow, standingWords } from "./standing.ts";

export const contextAdd = defineCommand({
  isReadOnly: false,
  arguments: [nameArgument],
  flags: {
    ...definingFlags,
    ...secretFlags,
    use: { type: "boolean", summary: "use it from now on: the same as `claw context use` afterwards" },
  },
  examples: [
    {
      line: "claw context add home --url wss://gateway.example --token-file ~/.secrets/home",
      does: "a gateway elsewhere, with its token in a file",
    },
    {
      line:
        "op read op://home/gateway/token | claw context add home --url wss://gateway.example --token - --store keychain",
      does: "with its token in the system's keychain",
    },
    { line: "claw context add lab --port 18790 --agent ops --use", does: "another gateway of this machine" },
  ],
  notes: [
    "The flags are the context's here, and not this run's. Nothing is dialled, no command of --token-cmd is run, and no\n" +
    "keychain is asked: `claw context validate` does that. A file that is named must be there.",
    "The file is contexts/NAME.json5 beside claw's config file, for its owner alone. It is yours to edit: a mistake in it\n" +
    "is told with file, line and setting.",
  ],
  async run(options, [name = ""], context) {
    const store = context.contextStore;
    const definition = definitionOf(options);
    requireNewName(store, name);
    const trial = context.within(definition.trial);
    // The environment's secrets are not this gateway's.
    const isBlind = definition.trial["tokenFile"] === undefined && definition.trial["passwordFile"] === undefined;
    const { endpoint } = await trial.settings({ isBlind });
    const values = { ...definition.values, ...await storeSecret(name, definition, trial) };
    if (!createContext(store, name, values)) throw isTaken(store, name);
    const path = contextPath(store.os, store.directory, name);
    if (options.use) await chooseContext(store, name);
    const standing = options.use ? await standingNow(context) : undefined;
    if (standing !== undefined && standing.name !== name) {
      context.warn(`it is not in use here: the context is ${standingWords(standing)}`);
    }
    const next = options.use ? "commands use it from now on" : `use it with --context ${name}`;
    return done({ status: "added", context: name, ...placeOf(endpoint.value), file: path, isChosen: options.use }, {
      kind: "line",
      text: `added context ${name} for ${describePlace(endpoint.value)} (${path}); ${next}`,
    });
  },
});

const patienceMs = 60_000;

/** What the file says of a secret that came by standard input. */
async function storeSecret(name: string, { incoming }: Definition, trial: Context): Promise<ContextValues> {
  if (incoming === undefined) return {};
  const { kind, store } = incoming;
  // Somebody may have to type it, or to unlock the keychain.
  trial.extendTime(patienceMs);
  const secret = checkSecret(await trial.readInput("-"), { kind: "stdin", name: `--${kind} -` });
  if (store === "file") return { [kind]: secret.reveal() };
  const { os, runTool } = trial.contextStore;
  await writeKeychain(os, name, secret, runTool);
  return { [`${kind}Keychain`]: name };
}
