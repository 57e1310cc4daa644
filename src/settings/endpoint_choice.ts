/**
 * Which gateway a run talks to: the first place that names one. The choice carries the rule by which `secret_choice.ts`
 * decides which credentials may go there.
 */
import { ClawError } from "../errors.ts";
import { defaultPort } from "../protocol/limits.ts";
import { bySsh, type Endpoint, localEndpoint, parseEndpoint } from "./endpoint.ts";
import { type Env, fromEnv, type Given, type Layer, parsePort } from "./layers.ts";
import type { OpenclawConfig } from "./openclaw_config.ts";
import type { OpenclawLookup } from "./openclaw_lookup.ts";
import { invalid, type Origin } from "./origin.ts";

/**
 * Which credentials may go to the chosen gateway:
 * - `explicit`: only those given for this run. The URL was given by hand (`--url`, `CLAW_URL`), and may be anyone's.
 *   This holds even when it happens to equal a configured one: what a URL gets must not depend on what else is there.
 * - `environment`: those and OpenClaw's own variables, as OpenClaw does with `OPENCLAW_GATEWAY_URL`.
 * - `origin`: those, and every credential that was configured for this scheme, host and port.
 */
export type Reach = "explicit" | "environment" | "origin";

export interface EndpointChoice {
  readonly value: Endpoint;
  readonly origin: Origin;
  readonly reach: Reach;
}

/** Everything that may name a gateway, best first. */
export interface EndpointSources {
  readonly flags: Layer;
  readonly env: Layer;
  readonly claw: Layer;
  readonly world: Env;
  readonly openclaw: OpenclawLookup;
  warn(text: string): void;
}

type Place = (sources: EndpointSources) => Promise<EndpointChoice | undefined> | EndpointChoice | undefined;

/** Best first; the last one always answers. */
const places: readonly Place[] = [
  (sources) => fromLayer(sources.flags, sources, "explicit"),
  (sources) => fromLayer(sources.env, sources, "explicit"),
  fromOpenclawUrl,
  fromOpenclawPort,
  (sources) => fromLayer(sources.claw, sources, "origin"),
  fromOpenclaw,
];

/** @throws ClawError when the place that wins names no usable gateway */
export async function chooseEndpoint(sources: EndpointSources): Promise<EndpointChoice> {
  for (const place of places) {
    const choice = await place(sources);
    if (choice === undefined) continue;
    const { port, isTls } = choice.value;
    if (port === 80 && !isTls) sources.warn(`${choice.origin.name}: this means port 80; gateways use ${defaultPort}`);
    return choice;
  }
  throw new ClawError("internal", "no place named a gateway");
}

/** The other gateways that are named somewhere, though the run goes to `choice`; a broken place counts as silent. */
export async function otherEndpoints(sources: EndpointSources, choice: EndpointChoice): Promise<EndpointChoice[]> {
  const others: EndpointChoice[] = [];
  for (const place of places) {
    const other = await unlessBroken(() => place(sources));
    if (other === undefined || other.origin.kind === "default") continue;
    if (other.value.origin !== choice.value.origin) others.push(other);
  }
  return others;
}

/** The gateway that OpenClaw's environment and file mean, whatever claw was told. */
export interface OpenclawGateways {
  /** This machine's: `OPENCLAW_GATEWAY_PORT` before `gateway.port`, as the gateway itself reads them. */
  readonly local: Endpoint;
  /** `gateway.remote.url`, whether or not it is in use. */
  readonly remote: Endpoint | undefined;
  readonly isRemote: boolean;
  /**
   * The origin that OpenClaw's environment secrets are for: `OPENCLAW_GATEWAY_URL` whether or not it is in use, else
   * the gateway that is. Undefined when nothing names one: then they are for this machine's, at any port.
   */
  readonly envSecretsFor: string | undefined;
}

/** Tolerates addresses that cannot be used: whoever chooses one of them is told. */
export function openclawGateways(config: OpenclawConfig | undefined, env: Env): OpenclawGateways {
  const port = openclawPort(env)?.port ?? config?.port;
  const local = localEndpoint(port ?? defaultPort, config?.isTls ?? false);
  const remote = tryEndpoint(config?.remote.url);
  const isRemote = config?.isRemote === true && remote !== undefined;
  const url = openclawUrl(env);
  const named = isRemote ? remote.origin : port === undefined ? undefined : local.origin;
  return {
    local,
    remote,
    isRemote,
    // A URL that cannot be used still means: for no other gateway.
    envSecretsFor: url === undefined ? named : tryEndpoint(url.text)?.origin ?? url.origin.name,
  };
}

/** The endpoint that a place of claw's own names; undefined when it names none. @throws ClawError as `parseEndpoint` */
export async function fromLayer(
  layer: Layer,
  sources: EndpointSources,
  reach: "explicit" | "origin",
): Promise<EndpointChoice | undefined> {
  const { url, port, ssh } = layer;
  if (url !== undefined && port !== undefined) {
    throw invalid(port.origin, `this and ${url.origin.name} exclude each other`, "leave one of them out");
  }
  if (ssh !== undefined) return await fromSsh(ssh, layer, reach);
  if (url !== undefined) return { value: parseEndpoint(url.text, url.origin), origin: url.origin, reach };
  if (port === undefined) return undefined;
  const number = parsePort(port);
  // A port means this machine, so it gets what was configured for this machine's gateway at that very port.
  const isTls = (await sources.openclaw.glance())?.isTls ?? false;
  return { value: localEndpoint(number, isTls), origin: port.origin, reach: "origin" };
}

/** URL and port are as the other machine sees them: nothing that OpenClaw has here says a word about it. */
async function fromSsh(ssh: Given, { url, port }: Layer, reach: EndpointChoice["reach"]): Promise<EndpointChoice> {
  const { parseSshTarget } = await import("./ssh_target.ts");
  const target = { value: parseSshTarget(ssh), origin: ssh.origin };
  const there = url === undefined
    ? localEndpoint(port === undefined ? defaultPort : parsePort(port), false)
    : parseEndpoint(url.text, url.origin);
  return { value: bySsh(there, target), origin: (url ?? port ?? ssh).origin, reach };
}

/** `OPENCLAW_GATEWAY_URL`, and the name it had before, which 2026.3.13 still reads. */
function openclawUrl(env: Env): Given | undefined {
  return fromEnv(env, "OPENCLAW_GATEWAY_URL", "CLAWDBOT_GATEWAY_URL");
}

/** OpenClaw takes a bare port or a Docker-like `host:port`, and passes over what is neither. */
function openclawPort(env: Env): { readonly port: number; readonly origin: Origin } | undefined {
  const given = fromEnv(env, "OPENCLAW_GATEWAY_PORT", "CLAWDBOT_GATEWAY_PORT");
  if (given === undefined) return undefined;
  const port = Number(/^(?:[^:]+:|\[[^\]]+\]:)?(\d{1,5})$/.exec(given.text.trim())?.[1] ?? 0);
  return port < 1 || port > 65_535 ? undefined : { port, origin: given.origin };
}

function fromOpenclawUrl({ world }: EndpointSources): EndpointChoice | undefined {
  const given = openclawUrl(world);
  return given && { value: parseEndpoint(given.text, given.origin), origin: given.origin, reach: "environment" };
}

/** The port of this machine's gateway; it says nothing when OpenClaw is set to use a remote one. */
async function fromOpenclawPort(sources: EndpointSources): Promise<EndpointChoice | undefined> {
  const given = openclawPort(sources.world);
  if (given === undefined) return undefined;
  const gateways = openclawGateways(await sources.openclaw.glance(), sources.world);
  return gateways.isRemote ? undefined : { value: gateways.local, origin: given.origin, reach: "origin" };
}

async function fromOpenclaw(sources: EndpointSources): Promise<EndpointChoice> {
  const config = await sources.openclaw.need();
  if (config?.isRemote && config.remote.url !== undefined) {
    const origin: Origin = { kind: "openclaw-config", name: `${config.path}: gateway.remote.url` };
    return { value: parseEndpoint(config.remote.url, origin), origin, reach: "origin" };
  }
  if (config?.isRemote) sources.warn(`${config.path}: gateway.mode is remote, but gateway.remote.url is not set`);
  const { local } = openclawGateways(config, sources.world);
  const origin: Origin = config?.port === undefined
    ? { kind: "default", name: "default" }
    : { kind: "openclaw-config", name: `${config.path}: gateway.port` };
  return { value: local, origin, reach: "origin" };
}

async function unlessBroken<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof ClawError) return undefined;
    throw thrown;
  }
}

function tryEndpoint(url: string | undefined): Endpoint | undefined {
  try {
    return url === undefined ? undefined : parseEndpoint(url, { kind: "default", name: "" });
  } catch {
    return undefined;
  }
}
