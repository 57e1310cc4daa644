/**
 * Takes every secret out of what is to be shown to strangers: those that claw knows, by their text wherever it stands,
 * and those that it does not, by the name of the member. A token becomes six hex digits, so that two can be compared; a
 * password and what is not known for either becomes `***`. The home directory becomes `~`, and who lives there `***`.
 * How a secret may be spelt is `doctor/disguise.ts`.
 */
import { hideKnown, spellingsOf } from "../doctor/disguise.ts";
import { keyFilePath } from "../identity/key_file.ts";
import { tokenDirectory } from "../identity/token_file.ts";
import { storeOf } from "../places.ts";
import { join } from "../platform/directories.ts";
import { factsOf, namesIn, parseJson, readText } from "../platform/files.ts";
import type { World } from "../platform/world.ts";
import { contextDirectory } from "../settings/contexts.ts";
import { homeOf } from "../settings/layers.ts";
import { findOpenclawConfig } from "../settings/openclaw_config.ts";
import type { Store } from "./login.ts";
import type { DoctorParts, Fingerprint } from "./probe.ts";

const secretName =
  /token|password|passwd|secret|credential|bearer|signature|setupcode|joinurl|private|authorization|cookie|apikey|api_key/i;
const passwordName = /pass(word|wd)/i;
/** Names that match above and carry none. */
const harmlessName = /(file|cmd|command|keychain|limit|ms|delivery|tokens|kind|from)$/i;
/** Shorter ones stand in too many innocent words; nobody's gateway takes them for a secret either. */
const shortest = 4;

/** @throws ClawError as the settings do not: what cannot be read holds nothing to hide */
export async function createRedactor(
  parts: DoctorParts,
  fingerprint: Fingerprint,
): Promise<(value: unknown) => Promise<unknown>> {
  const known = new Map<string, string>();
  const store = orNothing(() => storeOf(parts.world, parts.values));
  const add = async (name: string, text: string) => {
    const shown = passwordName.test(name) ? "***" : `secret:${await fingerprint(text)}`;
    for (const form of spellingsOf(text).filter(isTelling)) if (!known.has(form)) known.set(form, shown);
  };
  for (const [name, text] of await gather(parts, store)) await add(name, text);
  return async (value) => {
    // What stands under a secret's name is one, though nobody knew it; and then it is hidden everywhere.
    for (const [name, text] of namedIn(value)) await add(name, text);
    return mapTexts(value, (text) => withoutPerson(hideKnown(text, known), parts.world.env));
  };
}

/** Switches have such names, too. */
function isTelling(text: string): boolean {
  return text.length >= shortest && !/^(true|false|null|none|auto)$/i.test(text);
}

type Named = readonly (readonly [name: string, text: string])[];

async function gather(parts: DoctorParts, store: Store | undefined): Promise<Named> {
  const { world: { env, os }, values } = parts;
  const flags = Object.entries(values).flatMap(([name, value]) =>
    typeof value === "string" && isSecretName(name) ? [[name, value] as const] : []
  );
  const variables = Object.entries(env).flatMap(([name, value = ""]) => [
    ...(isSecretName(name) ? [[name, value] as const] : []),
    ...userInfoIn(value),
  ]);
  const openclaw = orNothing(() => findOpenclawConfig(os, env)?.path);
  const files = [openclaw, ...(store === undefined ? [] : ownFiles(store))].filter((path) => path !== undefined);
  return [...flags, ...variables, ...(await chosen(parts)), ...files.flatMap(namedInFile)];
}

/** The secret that the settings found, wherever it stood, and those that they passed over. */
async function chosen(parts: DoctorParts): Promise<Named> {
  const settings = await parts.settings().catch(() => undefined);
  if (settings === undefined) return [];
  const { secret, shadowed, proxy } = settings;
  const own = secret === undefined || secret.isDeferred ? undefined : (await secret.read()).reveal();
  const { value: decision } = proxy ?? {};
  const authorization = decision?.kind === "proxy" ? decision.authorization?.reveal() : undefined;
  return [
    ...(own === undefined || secret === undefined ? [] : [[secret.kind, own] as const]),
    ...shadowed.flatMap(({ kind, value }) => value === undefined ? [] : [[kind, value.reveal()] as const]),
    ...(authorization === undefined
      ? []
      : [["password", authorization] as const, ["password", authorization.slice(6)] as const]),
  ];
}

/** claw's own: the key, tokens as they are and were, settings and contexts. */
function ownFiles(store: Store): readonly string[] {
  const { os, directory } = store;
  const within = (folder: string) => (orNothing(() => namesIn(folder)) ?? []).map((name) => join(os, folder, name));
  const tokens = within(tokenDirectory(store));
  // Those of a device that was here before stand in folders of their own.
  return [
    keyFilePath(store),
    ...tokens,
    ...tokens.flatMap(within),
    ...[directory, contextDirectory(os, directory)].flatMap(within),
  ];
}

function namedInFile(path: string): Named {
  const text = orNothing(() => factsOf(path)?.isFile === true ? readText(path) : undefined);
  if (text === undefined) return [];
  // The key for fingerprints is nothing but itself.
  if (path.endsWith("fingerprint.key")) return [["private", text.trim()]];
  return textsIn(text).filter(([name, value]) => isSecretName(name) && !/^\$\{/.test(value));
}

/** Members with their texts, by the look of it: a file that is broken may hold secrets, too. */
function textsIn(json: string): Named {
  const members = json.matchAll(/["']?([\w.-]+)["']?\s*:\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/g);
  return [...members].map(([, name = "", quoted = ""]) => {
    const plain = quoted.slice(1, -1);
    const { value } = parseJson(`"${plain}"`) ?? { value: plain };
    return [name, typeof value === "string" ? value : plain];
  });
}

function isSecretName(name: string): boolean {
  return secretName.test(name) && !harmlessName.test(name);
}

function userInfoIn(text: string): Named {
  const infos = [...text.matchAll(/\/\/([^/@\s]*)@/g)].map(([, info = ""]) => info);
  return infos.flatMap((info) => [info, ...info.split(":")].map((part) => ["password", part] as const));
}

function namedIn(value: unknown, name = ""): Named {
  if (typeof value === "string") return isSecretName(name) && value !== "" ? [[name, value]] : [];
  if (Array.isArray(value)) return value.flatMap((item) => namedIn(item, name));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]) => namedIn(inner, member));
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  // A secret may be all digits.
  if (typeof value === "number") return change(String(value)) === String(value) ? value : change(String(value));
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [change(name), mapTexts(inner, change)]));
}

/** Whose machine it is stands in paths and addresses. */
function withoutPerson(text: string, env: World["env"]): string {
  const home = homeOf(env);
  const names = ["USER", "LOGNAME", "USERNAME"].map((name) => env[name] ?? "").filter((name) => name.length > 1);
  const homeless = home === undefined || home.length < 2 ? text : text.replaceAll(home, "~");
  const nameless = names.reduce((left, name) => left.replaceAll(`${name}@`, "***@"), homeless);
  return nameless.replaceAll(/([/\\](?:home|Users)[/\\]+)[^/\\\s"':,;]+/g, "$1***")
    .replaceAll(/(\w:\/\/)[^/@\s]*@/g, "$1***@");
}

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
