/**
 * Settings, resolved: flag before `CLAW_*` before OpenClaw's environment before claw's config file before
 * openclaw.json before default, each with its origin; a context stands in for several of them (`contexts.ts`). URL and credential are resolved together, so that no secret goes
 * to a gateway that it was not meant for. Opens as few files as it can: this lies on the path of every event.
 */
import type { Directories } from "../platform/directories.ts";
import type { CommandResult, Os } from "../platform/world.ts";
import { loadClawConfig } from "./claw_config.ts";
import type { Heard, Told } from "./contexts.ts";
import { parseDuration } from "./duration.ts";
import { type Endpoint, requireSafe } from "./endpoint.ts";
import { chooseEndpoint, type EndpointChoice, type EndpointSources, otherEndpoints } from "./endpoint_choice.ts";
import { type Env, envLayer, flagLayer, fromEnv, type Given, parseSwitch } from "./layers.ts";
import type { ToolCall } from "./keychain.ts";
import { createOpenclawLookup } from "./openclaw_lookup.ts";
import { invalid, type Resolved } from "./origin.ts";
import type { ProxyDecision } from "./proxy.ts";
import { defaults, type SettingKey } from "./schema.ts";
import { gatherCandidates } from "./secret_candidates.ts";
import { chooseSecret, type SecretChoice, type Shadowed, shadowedBy } from "./secret_choice.ts";
import type { SecretReader } from "./secret_forms.ts";
import type { Trust } from "./trust.ts";

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
  runTool(call: ToolCall, signal: AbortSignal): Promise<CommandResult>;
  readonly signal: AbortSignal;
  /** Told how long the run may take as soon as that is known: what follows may run a command or wait for input. */
  readonly onTimeKnown?: (ms: number) => void;
  /** Look everywhere, even where the answer cannot matter any more: for showing what disagrees. */
  readonly isThorough?: boolean;
  /** Leave secrets where they are: for who only asks which gateway it is. */
  readonly isBlind?: boolean;
}

export interface Settings extends Trust {
  /** The context in force, by its name; undefined when none was chosen, or the environment names another gateway. */
  readonly context: Resolved<string> | undefined;
  readonly endpoint: Resolved<Endpoint>;
  /** The shared secret that may go there; undefined when there is none. */
  readonly secret: SecretChoice | undefined;
  /** The proxy to it, or why one that was named is not used; undefined when none was named. */
  readonly proxy: Resolved<ProxyDecision> | undefined;
  /** What was found but not used; complete only when asked to be thorough. */
  readonly shadowed: readonly Shadowed[];
  readonly timeoutMs: Resolved<number>;
  readonly retryMs: Resolved<number>;
  readonly allowInsecurePrivate: Resolved<boolean>;
  readonly traceFile: Resolved<string> | undefined;
  /** The agent that a verb means when it is told none. */
  readonly agent: Resolved<string> | undefined;
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
  const heard = await hear(input);
  for (const warning of heard.warnings) warn(warning);
  for (const text of heard.notes) note(text);
  const openclaw = createOpenclawLookup(input.os, heard.world, warn, note);
  const sources: EndpointSources = { ...heard, openclaw, warn };
  const plain = resolvePlain(heard);
  input.onTimeKnown?.(plain.timeoutMs.value + plain.retryMs.value);

  const endpoint = await chooseEndpoint(sources);
  requireSafe(endpoint.value, endpoint.origin, plain.allowInsecurePrivate.value);
  const trust = await trustIn(endpoint, sources);
  const gather = () => gatherCandidates(sources, endpoint, readerOf(input, warn), input.isThorough ?? false);
  const candidates = input.isBlind ? [] : await gather();
  const secret = await chooseSecret(candidates);
  return {
    ...plain,
    context: contextOf(heard, endpoint),
    endpoint: { value: endpoint.value, origin: endpoint.origin },
    secret,
    ...trust,
    proxy: await proxyFor(endpoint, sources),
    shadowed: [
      ...(input.isThorough ? await shadowedUrls(sources, endpoint) : []),
      ...await shadowedBy(secret, candidates),
    ],
    warnings,
    notes,
  };
}

/** What claw was told, the chosen context in its place. */
async function hear({ flags, env, os, directories }: SettingsInput): Promise<Heard> {
  const { layer, warnings } = await loadClawConfig(os, directories.config);
  const told: Told = { flags: flagLayer(flags), env: envLayer(env), claw: layer, world: env };
  if ((told.flags.context ?? told.env.context ?? told.claw.context) === undefined) {
    return { ...told, context: undefined, warnings, notes: [] };
  }
  // Most runs choose none: what it takes is not loaded then.
  const { hearContext } = await import("./contexts.ts");
  const heard = await hearContext(told, os, directories.config);
  return { ...heard, warnings: [...warnings, ...heard.warnings] };
}

function readerOf(input: SettingsInput, warn: (text: string) => void): SecretReader {
  const { os, env, userId, readStdin, signal } = input;
  const runShell = (commandLine: string) => input.runShell(commandLine, signal);
  return { os, env, userId, readStdin, runShell, runTool: (call) => input.runTool(call, signal), warn };
}

/** A place above the context may have named another gateway. */
function contextOf({ context, claw }: Heard, { origin }: EndpointChoice): Resolved<string> | undefined {
  if (context === undefined) return undefined;
  const isElsewhere = context.origin.kind === "claw-config" &&
    ![claw.url, claw.port, claw.ssh].some((given) => given?.origin === origin);
  return isElsewhere ? undefined : { value: context.text, origin: context.origin };
}

/** The settings that stand alone. */
function resolvePlain({ flags, env, claw, world }: Told) {
  const find = (key: SettingKey) => flags[key] ?? env[key] ?? claw[key];
  const timeout = find("timeout") ?? byDefault(defaults.timeout);
  const retry = find("retry") ?? byDefault(defaults.retry);
  const allow = flags.allowInsecurePrivate ?? env.allowInsecurePrivate ?? openclawAllowance(world) ??
    claw.allowInsecurePrivate ?? byDefault(defaults.allowInsecurePrivate);
  const trace = find("trace");
  const agent = find("agent");
  const timeoutMs = parseDuration(timeout.text, timeout.origin);
  if (timeoutMs === 0) throw invalid(timeout.origin, "no time at all is too little");
  return {
    timeoutMs: { value: timeoutMs, origin: timeout.origin },
    retryMs: { value: parseDuration(retry.text, retry.origin), origin: retry.origin },
    allowInsecurePrivate: { value: parseSwitch(allow), origin: allow.origin },
    traceFile: trace && { value: trace.text, origin: trace.origin },
    agent: agent && { value: agent.text, origin: agent.origin },
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

/** Without TLS there is nothing to trust; but who asks for a check must not believe that it took place. */
async function trustIn(endpoint: EndpointChoice, sources: EndpointSources): Promise<Trust> {
  if (endpoint.value.isTls) {
    const { resolveTrust } = await import("./trust.ts");
    return await resolveTrust(endpoint, sources);
  }
  const { flags, env } = sources;
  const given = flags.tlsFingerprint ?? flags.ca ?? env.tlsFingerprint;
  if (given === undefined) return { tlsFingerprint: undefined, ca: undefined };
  const complaint = `${endpoint.value.origin} (${endpoint.origin.name}) has no certificate`;
  throw invalid(given.origin, complaint, "use a wss:// URL, or leave it out");
}

/** What claw was told beats what all programs are told. */
async function proxyFor(
  endpoint: EndpointChoice,
  sources: EndpointSources,
): Promise<Resolved<ProxyDecision> | undefined> {
  const { flags, env, claw, world } = sources;
  const own = flags.proxy ?? env.proxy ?? claw.proxy;
  const names = endpoint.value.isTls ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"];
  const given = own ?? fromEnv(world, ...names, "ALL_PROXY", "all_proxy");
  if (given === undefined) return undefined;
  const { decideProxy } = await import("./proxy.ts");
  return decideProxy(given, own === undefined, endpoint, sources);
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
