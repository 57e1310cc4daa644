/**
 * What the user gave claw itself, place by place: flags, then `CLAW_*`, then claw's own config file. All three become
 * one shape, text by setting, so that one parser serves each. OpenClaw's places are in `openclaw_*.ts`.
 */
import { ClawError } from "../errors.ts";
import { invalid, type Origin } from "./origin.ts";
import { type SettingKey, settings } from "./schema.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** A value before it is parsed. */
export interface Given {
  readonly text: string;
  readonly origin: Origin;
}

/** The settings that one place gives. */
export type Layer = Readonly<Partial<Record<SettingKey, Given>>>;

/** Flags by their keys; `true` is a switch. @throws ClawError `usage/bad-flag` when a value is empty */
export function flagLayer(flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>): Layer {
  const layer: Partial<Record<SettingKey, Given>> = {};
  for (const { key, name } of settings) {
    const value = flags[key];
    if (typeof value !== "string" && value !== true) continue;
    const origin: Origin = { kind: "flag", name: `--${name}` };
    // `--token "$UNSET"` must not quietly become some other credential.
    if (value === "") throw invalid(origin, "the value is empty");
    layer[key] = { text: value === true ? "on" : value, origin };
  }
  return layer;
}

/** `CLAW_*` variables; an empty one counts as unset. */
export function envLayer(env: Env): Layer {
  const layer: Partial<Record<SettingKey, Given>> = {};
  for (const { key, env: name } of settings) {
    const given = fromEnv(env, name);
    if (given !== undefined) layer[key] = given;
  }
  return layer;
}

/** The first of these variables that is set and not blank. */
export function fromEnv(env: Env, ...names: readonly string[]): Given | undefined {
  for (const name of names) {
    const text = env[name];
    if (text !== undefined && text.trim() !== "") return { text, origin: { kind: "env", name } };
  }
  return undefined;
}

/** @throws ClawError `usage/bad-flag` or `config/invalid` unless it is 1 to 65535 */
export function parsePort({ text, origin }: Given): number {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw invalid(origin, "a port is a number from 1 to 65535");
  return port;
}

/** @throws ClawError `usage/bad-flag` or `config/invalid` unless it says yes or no */
export function parseSwitch({ text, origin }: Given): boolean {
  const word = text.trim().toLowerCase();
  if (["1", "true", "yes", "on"].includes(word)) return true;
  if (["0", "false", "no", "off"].includes(word)) return false;
  throw invalid(origin, "this is neither on nor off", "write 1 or 0");
}

/** The home directory for `~`, as OpenClaw looks for it: HOME before USERPROFILE on every system. */
export function homeOf(env: Env): string | undefined {
  return [env["HOME"], env["USERPROFILE"]].map((text) => text?.trim()).find((home) =>
    home !== undefined && home !== ""
  );
}

/**
 * Expands a leading `~`, which no shell did in a unit file or a config file.
 * @throws ClawError `config/invalid` when the home directory is unknown
 */
export function expandHome(path: string, env: Env): string {
  if (path !== "~" && !path.startsWith("~/") && !path.startsWith("~\\")) return path;
  const home = homeOf(env);
  if (home === undefined) {
    throw new ClawError("config/invalid", `HOME is not set, so ${path} cannot be found`, {
      hint: "write that path in full",
    });
  }
  return home + path.slice(1);
}
