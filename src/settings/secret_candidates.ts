/**
 * All places that may hold a shared secret, best first: flags, `CLAW_*`, OpenClaw's environment, claw's config file,
 * openclaw.json. Each is marked with the gateway it belongs to.
 */
import {
  type EndpointChoice,
  type EndpointSources,
  fromLayer,
  type OpenclawGateways,
  openclawGateways,
} from "./endpoint_choice.ts";
import { type Env, fromEnv, type Given, type Layer } from "./layers.ts";
import type { OpenclawConfig } from "./openclaw_config.ts";
import type { SecretValue } from "./openclaw_values.ts";
import { invalid, type Origin } from "./origin.ts";
import { type Candidate, type SecretKind, unusableSecret } from "./secret_choice.ts";
import { explicit, type SecretReader, secretsIn, textCandidate } from "./secret_forms.ts";
import { checkSecret } from "./secret_source.ts";

const kindsInOrder = ["token", "password"] as const satisfies readonly SecretKind[];

/**
 * The candidates of a run. An explicit one ends the search, unless it is to be thorough.
 * @throws ClawError `usage/bad-flag` when the command line gives two; `config/invalid` when a place that might decide
 * is broken
 */
export async function gatherCandidates(
  sources: EndpointSources,
  endpoint: EndpointChoice,
  reader: SecretReader,
  isThorough: boolean,
): Promise<readonly Candidate[]> {
  const fromFlags = flagCandidates(sources.flags, reader);
  if (fromFlags.length > 0 && !isThorough) return fromFlags;
  const kinds = await kindOrder(sources, endpoint);
  const given = [...fromFlags, ...clawEnvCandidates(sources.env, kinds, reader)];
  if (given.length > 0 && !isThorough) return given;

  const gateways = openclawGateways(await sources.openclaw.glance(), sources.world);
  const clawUrl = await fromLayer(sources.claw, sources, "origin");
  const clawOrigin = clawUrl?.value.origin ?? (gateways.isRemote && gateways.remote || gateways.local).origin;
  given.push(
    ...openclawEnvCandidates(sources.world, kinds, gateways, endpoint),
    ...clawConfigCandidates(sources.claw, kinds, clawOrigin, endpoint, reader),
  );
  // Only a run that has nothing else must insist on a sound openclaw.json.
  const isSettled = endpoint.reach !== "origin" || given.some(({ isAllowed }) => isAllowed);
  const config = isSettled ? await sources.openclaw.glance() : await sources.openclaw.need();
  return config === undefined ? given : [...given, ...openclawCandidates(config, gateways, endpoint)];
}

/** The order of kinds matters only where one place gives both; nothing is opened for it otherwise. */
async function kindOrder(sources: EndpointSources, endpoint: EndpointChoice): Promise<readonly SecretKind[]> {
  const { env, claw, world } = sources;
  const has = (layer: Layer, kind: SecretKind) =>
    layer[kind] ?? layer[`${kind}File`] ?? layer[`${kind}Cmd`] ?? layer[`${kind}Keychain`];
  const isOpen = [env, claw].some((layer) => has(layer, "token") && has(layer, "password")) ||
    (fromOpenclawEnv(world, "token") && fromOpenclawEnv(world, "password")) !== undefined;
  if (!isOpen) return kindsInOrder;
  const config = await sources.openclaw.glance();
  return preferredKinds(config, openclawGateways(config, world), endpoint);
}

/** The secret of the command line. @throws ClawError `usage/bad-flag` when there are two */
function flagCandidates(flags: Layer, reader: SecretReader): readonly Candidate[] {
  const found = kindsInOrder.flatMap((kind) => secretsIn(kind, flags, explicit, reader));
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    throw invalid(
      { kind: "flag", name: flagName(second.origin) },
      `this and ${flagName(first.origin)} exclude each other`,
    );
  }
  return found;
}

/** The secrets of `CLAW_*`. */
function clawEnvCandidates(env: Layer, kinds: readonly SecretKind[], reader: SecretReader): readonly Candidate[] {
  return kinds.flatMap((kind) => secretsIn(kind, env, explicit, reader));
}

/** The secrets of claw's config file: for the gateway that the file names, else for the one that OpenClaw means. */
function clawConfigCandidates(
  claw: Layer,
  kinds: readonly SecretKind[],
  boundTo: string,
  endpoint: EndpointChoice,
  reader: SecretReader,
): readonly Candidate[] {
  const isAllowed = endpoint.reach === "origin" && endpoint.value.origin === boundTo;
  return kinds.flatMap((kind) => secretsIn(kind, claw, { isExplicit: false, boundTo, isAllowed }, reader));
}

/**
 * OpenClaw's own variables, and the names they had before, which 2026.3.13 still reads. They belong to the gateway that
 * OpenClaw's other settings name. When those name none, they are for this machine's, at whatever port claw was told.
 */
function openclawEnvCandidates(
  env: Env,
  kinds: readonly SecretKind[],
  gateways: OpenclawGateways,
  endpoint: EndpointChoice,
): readonly Candidate[] {
  const named = gateways.envSecretsFor;
  const isHere = named === undefined ? endpoint.value.isLoopback : endpoint.value.origin === named;
  const isAllowed = endpoint.reach === "environment" || (endpoint.reach === "origin" && isHere);
  return kinds.flatMap((kind) => {
    const given = fromOpenclawEnv(env, kind);
    const binding = { isExplicit: false, boundTo: named ?? gateways.local.origin, isAllowed };
    return given === undefined ? [] : [textCandidate(kind, given, binding)];
  });
}

function fromOpenclawEnv(env: Env, kind: SecretKind): Given | undefined {
  const name = kind.toUpperCase();
  return fromEnv(env, `OPENCLAW_GATEWAY_${name}`, `CLAWDBOT_GATEWAY_${name}`);
}

/** The secrets of openclaw.json: `gateway.remote.*` for the remote gateway, `gateway.auth.*` for this machine's. */
function openclawCandidates(
  config: OpenclawConfig,
  gateways: OpenclawGateways,
  endpoint: EndpointChoice,
): readonly Candidate[] {
  const isFor = (origin: string) => endpoint.reach === "origin" && endpoint.value.origin === origin;
  const candidates = (kind: SecretKind, value: SecretValue | undefined, boundTo: string) =>
    value === undefined ? [] : [valueCandidate(kind, value, boundTo, isFor(boundTo))];
  const local = localKinds(config).flatMap((kind) => candidates(kind, config[kind], gateways.local.origin));
  // Without a URL, nobody knows whose these are.
  const remoteOrigin = gateways.remote?.origin;
  const remote = remoteOrigin === undefined
    ? []
    : kindsInOrder.flatMap((kind) => candidates(kind, config.remote[kind], remoteOrigin));
  return gateways.isRemote ? [...remote, ...local] : [...local, ...remote];
}

/** Which kind comes first where a place gives both: what the chosen gateway is known to want. */
function preferredKinds(
  config: OpenclawConfig | undefined,
  gateways: OpenclawGateways,
  endpoint: EndpointChoice,
): readonly SecretKind[] {
  const isLocal = endpoint.value.origin === gateways.local.origin && !gateways.isRemote;
  return config !== undefined && isLocal && localKinds(config)[0] === "password" ? ["password", "token"] : kindsInOrder;
}

/** Which of its two secrets this machine's gateway accepts; without a mode it wants a password if it has one. */
function localKinds({ authMode, password }: OpenclawConfig): readonly SecretKind[] {
  if (authMode === "none") return [];
  if (authMode === "token") return ["token"];
  if (authMode === "password" || authMode === "trusted-proxy") return ["password"];
  return password === undefined ? ["token"] : ["password", "token"];
}

function valueCandidate(kind: SecretKind, found: SecretValue, boundTo: string, isAllowed: boolean): Candidate {
  const origin: Origin = { kind: "openclaw-config", name: found.place };
  const { value, unusable } = found;
  const load = () =>
    value === undefined
      ? Promise.reject(unusableSecret(origin, unusable ?? "not there", kind))
      : Promise.resolve().then(() => checkSecret(value.reveal(), origin));
  return { kind, origin, isExplicit: false, boundTo, isAllowed, value, unusable, isCostly: false, load };
}

/** `--token -` and `--token-file /path` are the flags `--token` and `--token-file`. */
function flagName(origin: Origin): string {
  return origin.name.split(" ", 1)[0] ?? origin.name;
}
