/**
 * Settings, resolved: flag before `CLAW_*` before OpenClaw's environment before claw's config file before
 * openclaw.json before default, each with its origin. URL and credential are resolved together, so that no secret goes
 * to a gateway that it was not meant for. Opens as few files as it can: this lies on the path of every event.
 */
import type { Directories } from "../platform/directories.ts";
import type { CommandResult, Os } from "../platform/world.ts";
import { loadClawConfig } from "./claw_config.ts";
import { parseDuration } from "./duration.ts";
import { type Endpoint, requireSafe } from "./endpoint.ts";
import {
  chooseEndpoint,
  type EndpointChoice,
  type EndpointSources,
  openclawGateways,
  otherEndpoints,
} from "./endpoint_choice.ts";
import { type Env, envLayer, flagLayer, fromEnv, type Given, type Layer, parseSwitch } from "./layers.ts";
import { createOpenclawLookup } from "./openclaw_lookup.ts";
import { invalid, type Resolved } from "./origin.ts";
import { defaults, type SettingKey } from "./schema.ts";
import { gatherCandidates } from "./secret_candidates.ts";
import { chooseSecret, type SecretChoice, type Shadowed, shadowedBy } from "./secret_choice.ts";

export type { Origin, Resolved } from "./origin.ts";
export type { SecretChoice, Shadowed } from "./secret_choice.ts";

/** What settings are made from. */
export interface SettingsInput {
  /** By the settings' keys; other members are ignored. */
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly env: Env;
  readonly os: Os;
  /** Numeric, for judging who owns a secret's file; undefined where files have no owners. */
  readonly userId?: number | undefined;
  readonly directories: Pick<Directories, "config">;
  readStdin(): Promise<string>;
  runShell(commandLine: string, signal: AbortSignal): Promise<CommandResult>;
  readonly signal: AbortSignal;
  /** Told how long the run may take as soon as that is known: what follows may run a command or wait for input. */
  readonly onTimeKnown?: (ms: number) => void;
  /** Look everywhere, even where the answer cannot matter any more: for showing what disagrees. */
  readonly isThorough?: boolean;
}

export interface Settings {
  readonly endpoint: Resolved<Endpoint>;
  /** The shared secret that may go there; undefined when there is none. */
  readonly secret: SecretChoice | undefined;
  /** SHA-256 of the certificate that openclaw.json expects of this very gateway, as it stands there. */
  readonly tlsFingerprint: Resolved<string> | undefined;
  /** What was found but not used; complete only when asked to be thorough. */
  readonly shadowed: readonly Shadowed[];
  readonly timeoutMs: Resolved<number>;
  readonly retryMs: Resolved<number>;
  readonly allowInsecurePrivate: Resolved<boolean>;
  readonly traceFile: Resolved<string> | undefined;
  /** For stderr, in the order in which they came up; none twice. */
  readonly warnings: readonly string[];
  /** What explains a surprise but is no fault, such as an unset HOME: for `claw status` and `--verbose`. */
  readonly notes: readonly string[];
}

/**
 * Resolves all settings of a run.
 * @throws ClawError `usage/bad-flag`, `config/invalid` or `config/insecure-url`, naming the flag, variable or file; the
 * signal's reason when a credential command outlasts it
 */
export async function resolveSettings(input: SettingsInput): Promise<Settings> {
  const warnings: string[] = [];
  const notes: string[] = [];
  const warn = (text: string) => void (warnings.includes(text) || warnings.push(text));
  const note = (text: string) => void (notes.includes(text) || notes.push(text));
  const flags = flagLayer(input.flags);
  const env = envLayer(input.env);
  const claw = await loadClawConfig(input.os, input.directories.config);
  for (const warning of claw.warnings) warn(warning);
  const openclaw = createOpenclawLookup(input.os, input.env, warn, note);
  const sources: EndpointSources = { flags, env, claw: claw.layer, world: input.env, openclaw, warn };
  const plain = resolvePlain(flags, env, claw.layer, input.env);
  input.onTimeKnown?.(plain.timeoutMs.value + plain.retryMs.value);

  const endpoint = await chooseEndpoint(sources);
  requireSafe(endpoint.value, endpoint.origin, plain.allowInsecurePrivate.value);
  const candidates = await gatherCandidates(sources, endpoint, {
    os: input.os,
    userId: input.userId,
    env: input.env,
    configDirectory: input.directories.config,
    readStdin: input.readStdin,
    runShell: (commandLine) => input.runShell(commandLine, input.signal),
    warn,
  }, input.isThorough ?? false);
  const secret = await chooseSecret(candidates);
  return {
    ...plain,
    endpoint: { value: endpoint.value, origin: endpoint.origin },
    secret,
    tlsFingerprint: await pinFor(endpoint, sources),
    shadowed: [
      ...(input.isThorough ? await shadowedUrls(sources, endpoint) : []),
      ...await shadowedBy(secret, candidates),
    ],
    warnings,
    notes,
  };
}

/** The settings that stand alone. */
function resolvePlain(flags: Layer, env: Layer, claw: Layer, world: Env) {
  const find = (key: SettingKey) => flags[key] ?? env[key] ?? claw[key];
  const timeout = find("timeout") ?? byDefault(defaults.timeout);
  const retry = find("retry") ?? byDefault(defaults.retry);
  const allow = flags.allowInsecurePrivate ?? env.allowInsecurePrivate ?? openclawAllowance(world) ??
    claw.allowInsecurePrivate ?? byDefault(defaults.allowInsecurePrivate);
  const trace = find("trace");
  const timeoutMs = parseDuration(timeout.text, timeout.origin);
  if (timeoutMs === 0) throw invalid(timeout.origin, "no time at all is too little");
  return {
    timeoutMs: { value: timeoutMs, origin: timeout.origin },
    retryMs: { value: parseDuration(retry.text, retry.origin), origin: retry.origin },
    allowInsecurePrivate: { value: parseSwitch(allow), origin: allow.origin },
    traceFile: trace === undefined ? undefined : { value: trace.text, origin: trace.origin },
  };
}

function byDefault(text: string): Given {
  return { text, origin: { kind: "default", name: "default" } };
}

/** OpenClaw heeds its own variable only when it is exactly 1. */
function openclawAllowance(env: Env): Given | undefined {
  const given = fromEnv(env, "OPENCLAW_ALLOW_INSECURE_PRIVATE_WS");
  return given?.text === "1" ? given : undefined;
}

/** The pin that openclaw.json has for its remote gateway, when the run goes there. That it is not compared is said. */
async function pinFor(endpoint: EndpointChoice, sources: EndpointSources): Promise<Resolved<string> | undefined> {
  if (!endpoint.value.isTls) return undefined;
  const config = await sources.openclaw.glance();
  const value = config?.remote.tlsFingerprint;
  if (config === undefined || value === undefined) return undefined;
  if (openclawGateways(config, sources.world).remote?.origin !== endpoint.value.origin) return undefined;
  const name = `${config.path}: gateway.remote.tlsFingerprint`;
  sources.warn(`${name} is not compared yet: this machine's certificate authorities decide`);
  return { value, origin: { kind: "openclaw-config", name } };
}

async function shadowedUrls(sources: EndpointSources, endpoint: EndpointChoice): Promise<readonly Shadowed[]> {
  const others = await otherEndpoints(sources, endpoint);
  return others.map(({ value, origin }) => ({
    kind: "url",
    origin,
    why: "outranked",
    value: undefined,
    gateway: value.origin,
  }));
}
