/**
 * The flags that make a context, as the settings that they stand for. What is wrong with a value is found by the code
 * that reads settings for every run; here is only what concerns writing them down.
 */
import type { FlagDeclaration, FlagDeclarations, LooseOptions } from "../../cli/command.ts";
import { flagName } from "../../cli/command.ts";
import { connectionFlag } from "../../cli/connection_flags.ts";
import { ClawError } from "../../errors.ts";
import type { ContextValues } from "../../settings/context_files.ts";
import { isEntryName } from "../../settings/keychain.ts";
import { type SettingKey, settings } from "../../settings/schema.ts";

/** What a context can hold, in the order in which it is written. */
const defining: readonly SettingKey[] = [
  "url",
  "port",
  "ssh",
  "tokenFile",
  "tokenCmd",
  "tokenKeychain",
  "passwordFile",
  "passwordCmd",
  "passwordKeychain",
  "tlsFingerprint",
  "ca",
  "proxy",
  "allowInsecurePrivate",
  "timeout",
  "retry",
  "agent",
];

const flagOf = (key: SettingKey): readonly [string, FlagDeclaration] => {
  const setting = settings.find((candidate) => candidate.key === key) ?? settings[0];
  return [key, connectionFlag(setting)];
};

/** They are the context's here, and not this run's. */
export const definingFlags: FlagDeclarations = Object.fromEntries(defining.map(flagOf));

export const secretFlags = {
  token: { type: "string", value: "-", summary: "read the token from standard input, to store it" },
  password: { type: "string", value: "-", summary: "read the password from standard input, to store it" },
  store: {
    type: "string",
    value: "where",
    choices: ["keychain", "file"],
    summary: "where to store it: the system's keychain, or the context's own private file",
  },
} as const satisfies FlagDeclarations;

/** A secret that comes by standard input. */
export interface Incoming {
  readonly kind: "token" | "password";
  readonly store: "keychain" | "file";
}

export interface Definition {
  readonly values: ContextValues;
  readonly incoming: Incoming | undefined;
  /** To try the values out as a run would: without those whose trial could ask a person, or run something. */
  readonly trial: Readonly<Record<string, string | true>>;
}

/** @throws ClawError `usage/*`, naming the flag */
export function definitionOf(options: LooseOptions): Definition {
  const given = defining.flatMap((key): (readonly [SettingKey, string | true])[] => {
    const value = options[key];
    if (value === "") throw new ClawError("usage/bad-flag", `${flagName(key)}: the value is empty`);
    return typeof value === "string" || value === true ? [[key, value]] : [];
  });
  const incoming = incomingOf(options);
  requireOneSecret([...given.map(([key]) => key), ...(incoming === undefined ? [] : [incoming.kind])]);
  requireGateway(given.map(([key]) => key));
  for (const [key, value] of given) checkAlone(key, String(value));
  const isTried = ([key]: readonly [SettingKey, unknown]) => !/(Cmd|Keychain)$/.test(key);
  return {
    values: Object.fromEntries(given.map(([key, value]) => [key, key === "port" ? Number(value) : value])),
    incoming,
    // What the environment allows is not this context's.
    trial: { allowInsecurePrivate: "off", ...Object.fromEntries(given.filter(isTried)) },
  };
}

function incomingOf({ token, password, store }: LooseOptions): Incoming | undefined {
  for (const [kind, value] of Object.entries({ token, password })) {
    if (value === undefined || value === "-") continue;
    throw new ClawError("usage/bad-flag", `--${kind}: a secret on the command line can be seen by others`, {
      hint: `hand it over on standard input with --${kind} -, or name its file with --${kind}-file`,
    });
  }
  const kind = token !== undefined ? "token" : password !== undefined ? "password" : undefined;
  if (token !== undefined && password !== undefined) throw exclusive("password", "token");
  if (kind === undefined && store !== undefined) {
    throw new ClawError("usage/bad-flag", "--store: there is no secret to store", {
      hint: "hand one over on standard input with --token - or --password -",
    });
  }
  if (kind !== undefined && store === undefined) {
    throw new ClawError("usage/missing-argument", `--store: where is the ${kind} to be kept?`, {
      hint: "--store keychain, or --store file for the context's own private file",
    });
  }
  return kind === undefined ? undefined : { kind, store: store === "keychain" ? "keychain" : "file" };
}

function requireOneSecret(keys: readonly string[]): void {
  const [first, second] = keys.filter((key) => /^(token|password)/.test(key));
  if (first !== undefined && second !== undefined) throw exclusive(second, first);
}

function exclusive(one: string, other: string): ClawError {
  return new ClawError("usage/bad-flag", `${flagName(one)}: this and ${flagName(other)} exclude each other`, {
    hint: "leave one of them out",
  });
}

function requireGateway(keys: readonly string[]): void {
  if (["url", "port", "ssh"].some((key) => keys.includes(key))) return;
  throw new ClawError("usage/missing-argument", "a context needs --url, --port or --ssh: where its gateway is", {
    hint: "write it like `claw context add home --url wss://gateway.example`",
  });
}

/** What trying the values out would not find, or would find only where it matters. */
function checkAlone(key: SettingKey, value: string): void {
  if (key === "proxy" && value.includes("@")) {
    throw new ClawError("usage/bad-flag", "--proxy: a secret on the command line can be seen by others", {
      hint: "add the context without it, then write it into the context's file",
    });
  }
  if (!key.endsWith("Keychain") || isEntryName(value)) return;
  throw new ClawError("usage/bad-flag", `${flagName(key)}: this cannot name an entry of the keychain`, {
    hint: "use letters, digits, dots, dashes and underscores",
  });
}
