/**
 * The environment as OpenClaw sees it: the process's own variables, then the `env` section of openclaw.json, then the
 * `.env` file beside it, which is opened only for a name that nothing else answers (2026.9.6: dotenv-global.ts,
 * config-env-vars.ts).
 */
import { readText } from "../platform/files.ts";
import { isRecord } from "./config_text.ts";
import type { Env } from "./layers.ts";

/** A variable by its name; undefined when it is unset or empty. */
export type Lookup = (name: string) => string | undefined;

/**
 * @param configPath where openclaw.json is; `.env` lies beside it
 * @param section the `env` section: `vars`, and plain names beside it
 */
export function createLookup(env: Env, configPath: string, section: unknown): Lookup {
  const own = isRecord(section) ? section : {};
  const vars = isRecord(own["vars"]) ? own["vars"] : {};
  let file: Readonly<Record<string, string>> | undefined;
  return (name) => {
    const given = [env[name], vars[name], own[name]].find((value) => typeof value === "string" && value !== "");
    if (typeof given === "string") return given;
    file ??= readDotEnv(configPath.replace(/[^\\/]*$/, ".env"));
    return file[name];
  };
}

/** Reads `NAME=value` (or `NAME: value`) lines as the dotenv package does. A file that is absent or cannot be read holds nothing, as for OpenClaw. */
function readDotEnv(path: string): Readonly<Record<string, string>> {
  let text = "";
  try {
    text = readText(path) ?? "";
  } catch {
    // What it might have answered counts as unset.
  }
  const entries: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, rest] = /^\s*(?:export\s+)?([A-Za-z_]\w*)(?:\s*=|:\s)\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) continue;
    const [, , quoted] = /^(["'`])(.*)\1(?:\s+#.*)?$/.exec(rest) ?? [];
    const value = quoted ?? rest.replace(/\s*#.*$/, "");
    if (value !== "") entries[name] = value;
  }
  return entries;
}
