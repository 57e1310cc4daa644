/**
 * Writes the files of contexts, and the choice among them in `config.json5`: each change whole or not at all, private,
 * and without touching what a person wrote beside it. Reading them: `contexts.ts`. Never on the path of `claw event`.
 */
import { ClawError } from "../errors.ts";
import { absolutePath } from "../platform/absolute_path.ts";
import { join } from "../platform/directories.ts";
import { factsOf, readText, realPathOf } from "../platform/files.ts";
import {
  createPrivate,
  ensurePrivateDirectory,
  movePrivate,
  removePrivate,
  replacePrivate,
} from "../platform/private_file.ts";
import type { Ids, Os } from "../platform/world.ts";
import { isRecord, readConfig } from "./config_text.ts";
import { contextDirectory, contextPath } from "./contexts.ts";
import { editJson5, type Json5Value, literal } from "./json5_edit.ts";
import type { RunTool } from "./keychain.ts";
import { type Setting, type SettingKey, settings } from "./schema.ts";

/** Where contexts are kept. */
export interface ContextStore {
  readonly os: Os;
  readonly ids: Ids;
  /** claw's config directory. */
  readonly directory: string;
  /** For the system's keychain. */
  readonly runTool: RunTool;
}

/** Settings as a file has them, in the order in which they are written. */
export type ContextValues = Readonly<Partial<Record<SettingKey, string | number | boolean>>>;

/**
 * Writes a new context; files that it names are named in full.
 * @returns whether this call created it: false when there is one of that name
 * @throws ClawError `store/io`
 */
export function createContext(store: ContextStore, name: string, values: ContextValues): boolean {
  ensurePrivateDirectory(contextDirectory(store.os, store.directory));
  return createPrivate(store.os, pathOf(store, name), textOf(inFull(values)), store.ids.uuid());
}

/**
 * Gives a context another name, and names it so in `config.json5` where that had chosen it. Whenever this is
 * interrupted, what `config.json5` names is there.
 * @returns false when there is none of the old name, or one of the new
 * @throws ClawError `store/io`, and as `setInFile`
 */
export async function renameContext(store: ContextStore, from: string, to: string): Promise<boolean> {
  const text = readText(pathOf(store, from));
  if (text === undefined || !createPrivate(store.os, pathOf(store, to), text, store.ids.uuid())) return false;
  try {
    if (await chosenContext(store) === from) await chooseContext(store, to);
  } catch (thrown) {
    removePrivate(pathOf(store, to));
    throw thrown;
  }
  removePrivate(pathOf(store, from));
  return true;
}

/**
 * Takes a context away. Its file stays beside it as `.prev`, since it may hold the only copy of a secret.
 * @returns where it stands now; undefined when there is none
 * @throws ClawError `store/io`, and as `setInFile`
 */
export async function removeContext(store: ContextStore, name: string): Promise<string | undefined> {
  const path = pathOf(store, name);
  if (factsOf(path) === undefined) return undefined;
  if (await chosenContext(store) === name) await chooseContext(store, undefined);
  const kept = `${path}.prev`;
  removePrivate(kept);
  return movePrivate(store.os, path, kept) ? kept : undefined;
}

/** The context that `config.json5` names. @throws ClawError `config/invalid` when that file is broken */
export async function chosenContext(store: ContextStore): Promise<string | undefined> {
  const config = await readConfig(configPath(store));
  const name = isRecord(config?.value) ? config.value["context"] : undefined;
  return typeof name === "string" ? name : undefined;
}

/** Names a context in `config.json5`, or none. @throws ClawError as `setInFile` */
export async function chooseContext(store: ContextStore, name: string | undefined): Promise<void> {
  if (name === undefined && factsOf(configPath(store)) === undefined) return;
  await setInFile(store, configPath(store), "context", name);
}

/**
 * Sets one key of a context, e.g. its `tlsFingerprint`.
 * @returns the file
 * @throws ClawError as `setInFile`
 */
export async function setInContext(
  store: ContextStore,
  name: string,
  key: SettingKey,
  value: Json5Value,
): Promise<string> {
  const path = pathOf(store, name);
  await setInFile(store, path, key, value);
  return path;
}

/**
 * Sets one key of a file of settings, or takes it out, and leaves all else as it is. A file that is not there is made.
 * @throws ClawError `config/invalid` when the file is broken, or written so that claw must not change it; `store/io`
 */
export async function setInFile(store: ContextStore, path: string, key: SettingKey, value: Json5Value): Promise<void> {
  const before = await readConfig(path);
  if (before === undefined) {
    ensurePrivateDirectory(store.directory);
    if (createPrivate(store.os, path, textOf({ [key]: value }), store.ids.uuid())) return;
    return await setInFile(store, path, key, value);
  }
  const text = editJson5(before.text, key, value);
  if (text === undefined) throw handWork(path, key, value);
  // Where a link leads: some keep their settings in a repository.
  if (text !== before.text) replacePrivate(store.os, realPathOf(path) ?? path, text, store.ids.uuid());
}

function handWork(path: string, key: string, value: Json5Value): ClawError {
  const hint = value === undefined
    ? `take ${key} out of it yourself`
    : `set it in that file yourself: ${key}: ${literal(value)}`;
  return new ClawError("config/invalid", `${path} is written so that ${key} alone cannot be changed`, { hint });
}

function inFull(values: ContextValues): ContextValues {
  const isFile = (key: string) => settings.find((setting: Setting) => setting.key === key)?.type === "file";
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, isFile(key) ? absolutePath(String(value)) : value]),
  );
}

function textOf(values: ContextValues): string {
  const lines = Object.entries(values).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `  ${key}: ${literal(value)},\n`);
  return `{\n${lines.join("")}}\n`;
}

function configPath({ os, directory }: ContextStore): string {
  return join(os, directory, "config.json5");
}

function pathOf({ os, directory }: ContextStore, name: string): string {
  return contextPath(os, directory, name);
}
