/**
 * Looks openclaw.json up when it is first asked for, and at most once: a run that was told everything by flags and
 * environment never opens it.
 */
import { asClawError, type ClawError } from "../errors.ts";
import type { Os } from "../platform/world.ts";
import type { Env } from "./layers.ts";
import { findOpenclawConfig, loadOpenclawConfig, type OpenclawConfig } from "./openclaw_config.ts";

/** Two ways to ask for openclaw.json; both answer undefined when there is none. */
export interface OpenclawLookup {
  /** For what cannot do without it. @throws ClawError `config/invalid` when the file is broken */
  need(): Promise<OpenclawConfig | undefined>;
  /** For what can do without it: a broken file becomes a warning and counts as absent. */
  glance(): Promise<OpenclawConfig | undefined>;
}

interface Found {
  readonly config: OpenclawConfig | undefined;
  readonly failure: ClawError | undefined;
  /** Why there is nothing, when that may surprise. */
  readonly note: string | undefined;
}

/**
 * @param warn is told when a broken file was left out
 * @param note is told when the file was needed and its place is unknown or empty
 */
export function createOpenclawLookup(
  os: Os,
  env: Env,
  warn: (text: string) => void,
  note: (text: string) => void,
): OpenclawLookup {
  let asked: Promise<Found> | undefined;
  const ask = () => (asked ??= look(os, env));
  return {
    async need() {
      const found = await ask();
      if (found.failure !== undefined) throw found.failure;
      if (found.note !== undefined) note(found.note);
      return found.config;
    },
    async glance() {
      const { config, failure } = await ask();
      if (failure !== undefined) warn(`${failure.message}; OpenClaw's settings were left out`);
      return config;
    },
  };
}

async function look(os: Os, env: Env): Promise<Found> {
  const nothing = { config: undefined, failure: undefined, note: undefined };
  try {
    const found = findOpenclawConfig(os, env);
    if (found === undefined) {
      const variable = os === "windows" ? "USERPROFILE" : "HOME";
      return { ...nothing, note: `${variable} is not set, so OpenClaw's own settings were not looked up` };
    }
    const config = await loadOpenclawConfig(os, found.path, env);
    const isExpected = config === undefined && found.env !== undefined;
    return { ...nothing, config, note: isExpected ? `${found.env} is set, but there is no ${found.path}` : undefined };
  } catch (thrown) {
    return { ...nothing, failure: asClawError(thrown) };
  }
}
