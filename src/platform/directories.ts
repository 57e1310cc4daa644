/**
 * Where claw's own files live, per operating system, as a pure function of the environment. An identity must not roam,
 * so Windows uses the local application data, not the roaming one. claw never writes below `~/.openclaw`.
 */
import { ClawError } from "../errors.ts";
import type { Os } from "./world.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface Directories {
  /** The settings file and the device key. */
  readonly config: string;
  /** Device tokens, and what else may be lost without losing the identity. */
  readonly state: string;
}

/** Directories that the command line names. */
export type ChosenDirectories = { readonly [Name in keyof Directories]?: string | undefined };

/**
 * Finds the two directories. `CLAW_CONFIG_DIR` and `CLAW_STATE_DIR` win over the system's own places.
 * @throws ClawError `config/invalid` when the home directory is unknown (HOME unset, as under launchd or cron) and
 * nothing else names the place
 */
export function findDirectories(os: Os, env: Env, flags: ChosenDirectories = {}): Directories {
  const chosen = flags.config ?? nonEmpty(env["CLAW_CONFIG_DIR"]);
  const config = chosen ?? systemConfig(os, env);
  // A directory chosen by hand keeps everything together, so that one flag moves the whole identity.
  const state = flags.state ?? nonEmpty(env["CLAW_STATE_DIR"]) ??
    (chosen === undefined ? systemState(os, env) : join(os, chosen, "state"));
  return { config, state };
}

/** The user's home directory. @throws ClawError `config/invalid` when the environment does not tell */
export function findHome(os: Os, env: Env): string {
  const name = os === "windows" ? "USERPROFILE" : "HOME";
  const home = nonEmpty(env[name]);
  // A relative one would mean another identity in every working directory.
  if (home !== undefined && isAbsolute(os, home)) return home;
  const state = home === undefined ? "not set" : "not an absolute path";
  throw new ClawError("config/invalid", `${name} is ${state}, so claw cannot find its directory`, {
    hint: "name it with --config-dir DIR or CLAW_CONFIG_DIR",
    details: { reason: "no-home" },
  });
}

/** Joins path parts with the system's separator. */
export function join(os: Os, ...parts: readonly string[]): string {
  return parts.join(os === "windows" ? "\\" : "/");
}

function systemConfig(os: Os, env: Env): string {
  if (os === "windows") return join(os, localAppData(env), "claw");
  if (os === "darwin") return join(os, findHome(os, env), "Library", "Application Support", "claw");
  return join(os, absolute(env["XDG_CONFIG_HOME"]) ?? join(os, findHome(os, env), ".config"), "claw");
}

function systemState(os: Os, env: Env): string {
  if (os === "windows") return join(os, localAppData(env), "claw", "state");
  if (os === "darwin") return join(os, findHome(os, env), "Library", "Application Support", "claw", "state");
  return join(os, absolute(env["XDG_STATE_HOME"]) ?? join(os, findHome(os, env), ".local", "state"), "claw");
}

function localAppData(env: Env): string {
  const local = nonEmpty(env["LOCALAPPDATA"]);
  if (local !== undefined && isAbsolute("windows", local)) return local;
  return join("windows", findHome("windows", env), "AppData", "Local");
}

/** `C:ann` stands below whatever the drive's own directory is. */
function isAbsolute(os: Os, path: string): boolean {
  return os === "windows" ? /^([a-z]:[/\\]|[/\\]{2})/i.test(path) : path.startsWith("/");
}

/** The XDG base directory specification tells programs to ignore relative paths. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path : undefined;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : value;
}
