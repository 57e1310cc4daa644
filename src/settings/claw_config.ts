/**
 * claw's own files: `config.json5`, and one for each context. They hold the settings of `schema.ts` by their camelCase
 * keys. Strict, because a misspelt key that is passed over looks like a setting that does not work. Secrets in a file go
 * only to the gateway it names.
 */
import { ClawError } from "../errors.ts";
import { join } from "../platform/directories.ts";
import { factsOf } from "../platform/files.ts";
import type { Os } from "../platform/world.ts";
import { isRecord, lineOfKey, readConfig } from "./config_text.ts";
import type { Given, Layer } from "./layers.ts";
import { type Setting, type SettingKey, settings } from "./schema.ts";

/** What such a file says. */
export interface ClawConfig {
  readonly path: string;
  readonly layer: Layer;
  readonly warnings: readonly string[];
}

/**
 * Reads `config.json5` in claw's config directory.
 * @throws ClawError `config/invalid`, naming file, line and setting
 */
export async function loadClawConfig(os: Os, configDirectory: string): Promise<ClawConfig> {
  const path = join(os, configDirectory, "config.json5");
  return await loadSettingsFile(os, path) ?? { path, layer: {}, warnings: [] };
}

/** Reads a file of settings; undefined when there is none. @throws ClawError as `loadClawConfig` */
export async function loadSettingsFile(os: Os, path: string): Promise<ClawConfig | undefined> {
  const file = await readConfig(path);
  if (file === undefined) return undefined;
  if (!isRecord(file.value)) throw new ClawError("config/invalid", `${path}: the file must hold one object, { … }`);
  const layer: Partial<Record<SettingKey, Given>> = {};
  for (const [key, value] of Object.entries(file.value)) {
    const place = `${path}${lineOfKey(file.text, key)}: ${key}`;
    const setting = settings.find((candidate) => candidate.key === key);
    if (setting === undefined) throw unknownKey(place, key);
    if (!setting.isInFile) {
      throw new ClawError("config/invalid", `${place} cannot be set in this file`, {
        hint: `set it with --${setting.name} or ${setting.env}`,
      });
    }
    const text = textOf(place, setting, value);
    layer[setting.key] = {
      text: setting.type === "file" ? beside(os, path, text) : text,
      origin: { kind: "claw-config", name: `${path}: ${key}` },
    };
  }
  return { path, layer, warnings: exposure(os, path, layer) };
}

function textOf(place: string, setting: Setting, value: unknown): string {
  const expected = setting.type === "port" ? "number" : setting.type === "switch" ? "boolean" : "string";
  const actual: string = typeof value;
  if (actual !== expected) {
    const example = setting.type === "duration" ? "30s" : "…";
    const hint = expected === "string" ? `write it as "${example}"` : "write it without quotes";
    throw new ClawError("config/invalid", `${place} must be a ${expected}`, { hint });
  }
  if (value === "") {
    throw new ClawError("config/invalid", `${place} is empty`, { hint: "give it a value, or take it out" });
  }
  // No system takes one in a path or a command.
  if (String(value).includes("\0")) throw new ClawError("config/invalid", `${place} has a NUL inside`);
  return String(value);
}

/** Relative means beside the file: jobs start in directories that nobody thinks of. */
function beside(os: Os, file: string, path: string): string {
  if (/^([A-Za-z]:)?[\\/]|^~([\\/]|$)/.test(path)) return path;
  const separator = join(os, "", "");
  return file.slice(0, file.lastIndexOf(separator) + 1) + path;
}

function unknownKey(place: string, key: string): ClawError {
  const known = settings.filter((setting) => setting.isInFile).map((setting) => setting.key);
  const near =
    known.map((candidate) => ({ candidate, steps: editDistance(key.toLowerCase(), candidate.toLowerCase()) }))
      .sort((a, b) => a.steps - b.steps)[0];
  const hint = near !== undefined && near.steps <= 2
    ? `did you mean ${near.candidate}?`
    : `known are ${known.join(", ")}`;
  return new ClawError("config/invalid", `${place} is not a setting`, { hint });
}

/** A config file that holds a secret should be private; like any other secret file it only warns. */
function exposure(os: Os, path: string, layer: Layer): string[] {
  if (os === "windows" || (layer.token === undefined && layer.password === undefined)) return [];
  const mode = factsOf(path)?.mode ?? 0;
  return (mode & 0o077) === 0 ? [] : [`${path} holds a secret and others may read it: chmod 600 ${path}`];
}

/** Levenshtein's distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [index, character] of [...left].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= right.length; column++) {
      const swap = (row[column - 1] ?? 0) + (character === right[column - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
