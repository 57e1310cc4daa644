/**
 * The secrets that flags, `CLAW_*` and claw's config file give, in their four forms: written out, in a file, by a
 * command, in the system's keychain; and on standard input for flags. Whether one may be used is decided in `secret_candidates.ts`.
 */
import { ClawError } from "../errors.ts";
import type { CommandResult, Os } from "../platform/world.ts";
import type { RunTool } from "./keychain.ts";
import { type Env, expandHome, type Given, type Layer } from "./layers.ts";
import type { Origin } from "./origin.ts";
import type { Candidate, SecretKind } from "./secret_choice.ts";
import { Secret } from "./secret.ts";
import { checkSecret, cutNewline, readSecretFile, readSecretInput, runSecretCommand } from "./secret_source.ts";

/** What the places need to be read. */
export interface SecretReader {
  readonly os: Os;
  readonly userId: number | undefined;
  readonly env: Env;
  readStdin(): Promise<string>;
  runShell(commandLine: string): Promise<CommandResult>;
  runTool: RunTool;
  warn(text: string): void;
}

/** Whom a place's secrets are for. */
export type Binding = Pick<Candidate, "isExplicit" | "boundTo" | "isAllowed">;

/** Given for this very run. */
export const explicit: Binding = { isExplicit: true, boundTo: undefined, isAllowed: true };

const atOnce = { unusable: undefined, isCostly: false } as const;

/** A kind's value, file, command and entry of the keychain in one place, in the order in which they are taken. */
export function secretsIn(
  kind: SecretKind,
  layer: Layer,
  binding: Binding,
  reader: SecretReader,
): readonly Candidate[] {
  const [value, file, command] = [layer[kind], layer[`${kind}File`], layer[`${kind}Cmd`]];
  const entry = layer[`${kind}Keychain`];
  return [
    ...(value === undefined
      ? []
      : [isStdin(value) ? stdinCandidate(kind, value, reader) : typed(kind, value, binding, reader)]),
    ...(file === undefined ? [] : [fileCandidate(kind, file, binding, reader)]),
    ...(command === undefined ? [] : [commandCandidate(kind, command, binding, reader)]),
    ...(entry === undefined ? [] : [keychainCandidate(kind, entry, binding, reader)]),
  ];
}

function isStdin({ text, origin }: Given): boolean {
  return origin.kind === "flag" && text === "-";
}

function typed(kind: SecretKind, given: Given, binding: Binding, reader: SecretReader): Candidate {
  if (given.origin.kind === "flag") {
    reader.warn(`${given.origin.name} on the command line can be seen with ps: use --${kind}-file FILE or --${kind} -`);
  }
  return textCandidate(kind, given, binding);
}

/** A secret that is written out. */
export function textCandidate(kind: SecretKind, { text, origin }: Given, binding: Binding): Candidate {
  // Checked only when it is used: a variable that is not for claw may hold what it likes.
  const load = () => Promise.resolve().then(() => checkSecret(text, origin));
  return { kind, origin, ...binding, value: new Secret(cutNewline(text)), ...atOnce, load };
}

function stdinCandidate(kind: SecretKind, given: Given, reader: SecretReader): Candidate {
  const origin: Origin = { kind: "stdin", name: `${given.origin.name} -` };
  const load = () => readSecretInput(reader.readStdin, origin);
  return { kind, origin, ...explicit, value: undefined, ...atOnce, load };
}

function fileCandidate(kind: SecretKind, given: Given, binding: Binding, reader: SecretReader): Candidate {
  const origin: Origin = { kind: given.origin.kind, name: `${given.origin.name} ${given.text}` };
  const load = async () => {
    const { secret, warnings } = await readSecretFile(
      reader.os,
      expandHome(given.text, reader.env),
      origin,
      reader.userId,
    );
    for (const warning of warnings) reader.warn(warning);
    return secret;
  };
  return { kind, origin, ...binding, value: undefined, ...atOnce, load };
}

function commandCandidate(kind: SecretKind, given: Given, binding: Binding, reader: SecretReader): Candidate {
  const origin: Origin = { kind: binding.isExplicit ? "command" : given.origin.kind, name: given.origin.name };
  const load = () => inTime(() => runSecretCommand(() => reader.runShell(given.text), origin), origin);
  return { kind, origin, ...binding, value: undefined, unusable: undefined, isCostly: true, load };
}

/** Like a command, it may ask a person first. */
function keychainCandidate(kind: SecretKind, given: Given, binding: Binding, reader: SecretReader): Candidate {
  const origin: Origin = { kind: given.origin.kind, name: `${given.origin.name} ${given.text}` };
  const load = async () => {
    const { readKeychain } = await import("./keychain.ts");
    return await inTime(() => readKeychain(reader.os, given.text, origin, reader.runTool), origin);
  };
  return { kind, origin, ...binding, value: undefined, unusable: undefined, isCostly: true, load };
}

/** Who waits for it must not look for the fault at the gateway. */
async function inTime<T>(work: () => Promise<T>, { name }: Origin): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ClawError) || cause.code !== "net/timeout") throw cause;
    const hint = "give it more time with --timeout 60s";
    throw new ClawError("net/timeout", `${name}: the secret did not come in time`, { hint, cause });
  }
}
