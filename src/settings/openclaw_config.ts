/**
 * OpenClaw's own `openclaw.json`, as far as it says where the gateway is and how to log in. It belongs to another
 * program: unknown keys are none of claw's business, and nothing is ever written. Includes and references stand in
 * `openclaw_values.ts`.
 */
import { ClawError } from "../errors.ts";
import { join } from "../platform/directories.ts";
import type { Os } from "../platform/world.ts";
import { isRecord, readConfig } from "./config_text.ts";
import { type Env, expandHome, homeOf } from "./layers.ts";
import { createLookup } from "./openclaw_env.ts";
import { expandIncludes, readNumber, readSecretValue, readString, type SecretValue } from "./openclaw_values.ts";

/** The parts of openclaw.json that claw uses. */
export interface OpenclawConfig {
  readonly path: string;
  /** `gateway.mode`: whether the gateway that people mean is this machine's or another's. */
  readonly isRemote: boolean;
  readonly port: number | undefined;
  /** `gateway.tls.enabled`. */
  readonly isTls: boolean;
  /** Where this machine's gateway has its certificate: `gateway.tls.certPath`, else where it keeps the one it made. */
  readonly certificatePath: string | undefined;
  /** How the gateway on this machine authenticates: token, password, none or trusted-proxy. */
  readonly authMode: string | undefined;
  readonly token: SecretValue | undefined;
  readonly password: SecretValue | undefined;
  readonly remote: {
    readonly url: string | undefined;
    readonly tlsFingerprint: string | undefined;
    readonly token: SecretValue | undefined;
    readonly password: SecretValue | undefined;
  };
}

/** Where openclaw.json should be. */
export interface OpenclawPath {
  readonly path: string;
  /** The variable that names it, when one does: then its absence is worth a word. */
  readonly env: string | undefined;
}

/**
 * The path by `OPENCLAW_CONFIG_PATH`, `OPENCLAW_STATE_DIR`, `OPENCLAW_HOME`, or below the home directory, as OpenClaw
 * 2026.9.6 finds it; undefined when nothing names a home. (Where HOME is unset OpenClaw asks the password database;
 * claw does not, since a wrong home would be a wrong identity.)
 */
export function findOpenclawConfig(os: Os, env: Env): OpenclawPath | undefined {
  const named = envPath(env, "OPENCLAW_CONFIG_PATH");
  if (named !== undefined) return { path: named, env: "OPENCLAW_CONFIG_PATH" };
  const state = envPath(env, "OPENCLAW_STATE_DIR");
  if (state !== undefined) return { path: join(os, state, "openclaw.json"), env: "OPENCLAW_STATE_DIR" };
  const home = openclawHome(env);
  return home === undefined ? undefined : { path: join(os, home, ".openclaw", "openclaw.json"), env: undefined };
}

/** Reads openclaw.json; undefined when there is none. @throws ClawError `config/invalid`, naming file and line */
export async function loadOpenclawConfig(os: Os, path: string, env: Env): Promise<OpenclawConfig | undefined> {
  const file = await readConfig(path);
  if (file === undefined) return undefined;
  if (!isRecord(file.value)) throw new ClawError("config/invalid", `${path}: the file must hold one object, { … }`);
  const root = await expandIncludes(path, file.value);
  const gateway = section(root, "gateway");
  const auth = section(gateway, "auth");
  const remote = section(gateway, "remote");
  const lookup = createLookup(env, path, root["env"]);
  const text = (value: unknown) => readString(value, lookup);
  const secretAt = (value: unknown, key: string) => readSecretValue(value, lookup, `${path}: ${key}`);
  return {
    path,
    isRemote: text(gateway["mode"]) === "remote",
    port: readNumber(gateway["port"], lookup),
    isTls: section(gateway, "tls")["enabled"] === true,
    certificatePath: certificatePath(os, path, text(section(gateway, "tls")["certPath"])?.trim() ?? "", env),
    authMode: text(auth["mode"]),
    token: secretAt(auth["token"], "gateway.auth.token"),
    password: secretAt(auth["password"], "gateway.auth.password"),
    remote: {
      url: text(remote["url"]),
      tlsFingerprint: text(remote["tlsFingerprint"]),
      token: secretAt(remote["token"], "gateway.remote.token"),
      password: secretAt(remote["password"], "gateway.remote.password"),
    },
  };
}

function section(value: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const inner = value[key];
  return isRecord(inner) ? inner : {};
}

/** As 2026.9.6 finds it; a relative path is relative to wherever the gateway was started, which nobody knows here. */
function certificatePath(os: Os, configPath: string, named: string, env: Env): string | undefined {
  if (named !== "") {
    const path = expandHome(named, { HOME: openclawHome(env) });
    return /^([A-Za-z]:)?[\\/]/.test(path) ? path : undefined;
  }
  const state = envPath(env, "OPENCLAW_STATE_DIR") ?? configPath.replace(/[\\/][^\\/]*$/, "");
  return join(os, state, "gateway", "tls", "gateway-cert.pem");
}

function openclawHome(env: Env): string | undefined {
  const named = env["OPENCLAW_HOME"]?.trim() ?? "";
  return named === "" ? homeOf(env) : expandHome(named, env);
}

/** A path variable; `~` in it means OpenClaw's home, not the system's. */
function envPath(env: Env, name: string): string | undefined {
  const path = env[name]?.trim() ?? "";
  if (path === "") return undefined;
  return expandHome(path, { HOME: openclawHome(env) });
}
