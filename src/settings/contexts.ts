/**
 * Contexts: gateways by name, each with what goes there, in a file of its own (`contexts/NAME.json5` beside claw's
 * config file, written like that one). A context takes the place of everything that says where the gateway is; what
 * may then still come from elsewhere is decided here. Writing the files: `context_files.ts`.
 */
import { ClawError } from "../errors.ts";
import { join } from "../platform/directories.ts";
import { namesIn } from "../platform/files.ts";
import type { Os } from "../platform/world.ts";
import { type ClawConfig, loadSettingsFile } from "./claw_config.ts";
import type { Env, Given, Layer } from "./layers.ts";
import { invalid } from "./origin.ts";
import { localContext, type Setting, settings } from "./schema.ts";

export { localContext } from "./schema.ts";

/** What claw itself was told, place by place, and the environment that OpenClaw's settings are read from. */
export interface Told {
  readonly flags: Layer;
  readonly env: Layer;
  readonly claw: Layer;
  readonly world: Env;
}

/** The same, as the chosen context leaves it. */
export interface Heard extends Told {
  /** What chose the context, with its name; undefined when none is in force. */
  readonly context: Given | undefined;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

const extension = ".json5";
const longestName = 64;

/** Whether a text can name a context, and so a file, on every system. */
export function isContextName(text: string): boolean {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(text) || text.length > longestName || text.endsWith(".")) return false;
  // Names of devices on Windows, whatever follows the dot.
  return !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/.test(text);
}

/** The directory of the contexts' files. */
export function contextDirectory(os: Os, configDirectory: string): string {
  return join(os, configDirectory, "contexts");
}

/** The file of a context. */
export function contextPath(os: Os, configDirectory: string, name: string): string {
  return join(os, contextDirectory(os, configDirectory), `${name}${extension}`);
}

/** The names of all contexts that have a file, in order. @throws ClawError `store/io` */
export function contextNames(os: Os, configDirectory: string): readonly string[] {
  return namesIn(contextDirectory(os, configDirectory))
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length))
    .filter(isContextName)
    .sort();
}

/**
 * Reads a context.
 * @param given its name, and where that stands
 * @throws ClawError `usage/bad-flag` or `config/invalid` when there is none; `config/invalid`, naming file, line and
 * setting
 */
export async function loadContext(os: Os, configDirectory: string, { text, origin }: Given): Promise<ClawConfig> {
  if (!isContextName(text)) {
    if (text.includes(",")) throw invalid(origin, "this takes one context", "name one of them");
    const hint = "a name has small letters, digits, dots, dashes and underscores";
    throw invalid(origin, "this is no name of a context", hint);
  }
  const context = await loadSettingsFile(os, contextPath(os, configDirectory, text));
  if (context === undefined) {
    const names = [localContext, ...contextNames(os, configDirectory)];
    throw invalid(origin, `there is no context ${text}`, `there are: ${names.join(", ")}`);
  }
  const { path, layer } = context;
  if (layer.context !== undefined) throw new ClawError("config/invalid", `${path}: a context cannot name another`);
  if ((layer.url ?? layer.port ?? layer.ssh) === undefined) {
    throw new ClawError("config/invalid", `${path}: it names no gateway`, { hint: `give it a url: "wss://…"` });
  }
  return context;
}

/**
 * Puts the chosen context in its place. One that was named for this run (`--context`, `CLAW_CONTEXT`) brings all that
 * says where the gateway is and what goes there; beside it count flags, and `CLAW_*` where `CLAW_CONTEXT` named it. One
 * that the config file names stands where that file stands: below the environment.
 * @throws ClawError as `loadContext`; `usage/bad-flag` or `config/invalid` when another gateway is named at its side
 */
export async function hearContext(told: Told, os: Os, configDirectory: string): Promise<Heard> {
  const { flags, env, claw, world } = told;
  const none = { ...told, context: undefined, warnings: [], notes: [] };
  const chosen = flags.context ?? env.context ?? claw.context;
  if (chosen === undefined) return none;
  const gatewayIn = ({ url, port, ssh }: Layer) => url ?? port ?? ssh;
  const rival = gatewayIn(flags) ?? (flags.context === undefined ? gatewayIn(env) : undefined);
  if (rival !== undefined) {
    // Of two in one place neither is the better one; else the nearer place wins.
    if (rival.origin.kind !== chosen.origin.kind) return none;
    throw invalid(rival.origin, `this and ${chosen.origin.name} exclude each other`, "leave one of them out");
  }
  const isNamed = chosen !== claw.context;
  const isLocal = chosen.text === localContext;
  const file = isLocal ? undefined : await loadContext(os, configDirectory, chosen);
  const deaf = { env: flags.context !== undefined, world: isNamed && !isLocal };
  const unheard = [
    ...(deaf.env ? Object.values(ofGateway(env)).map(({ origin }) => origin.name) : []),
    ...(deaf.world ? openclawNames.filter((name) => world[name]) : []),
  ];
  return {
    flags,
    env: deaf.env ? withoutGateway(env) : env,
    world: deaf.world ? withoutNames(world, openclawNames) : world,
    claw: file === undefined ? claw : { ...withoutGateway(claw), ...file.layer },
    context: chosen,
    warnings: file?.warnings ?? [],
    notes: unheard.map((name) => `${name} is not used: ${chosen.origin.name} names the gateway`),
  };
}

/** OpenClaw's own word on which gateway it is, and what goes there; the second by their older names. */
const openclawNames = [
  ...["OPENCLAW", "CLAWDBOT"].flatMap((owner) =>
    ["URL", "PORT", "TOKEN", "PASSWORD"].map((what) => `${owner}_GATEWAY_${what}`)
  ),
  "OPENCLAW_ALLOW_INSECURE_PRIVATE_WS",
];

const gatewayKeys: readonly string[] = settings.filter((setting: Setting) => setting.isOfGateway === true)
  .map(({ key }) => key);

function ofGateway(layer: Layer): Layer {
  return Object.fromEntries(Object.entries(layer).filter(([key]) => gatewayKeys.includes(key)));
}

function withoutGateway(layer: Layer): Layer {
  return Object.fromEntries(Object.entries(layer).filter(([key]) => !gatewayKeys.includes(key)));
}

function withoutNames(env: Env, names: readonly string[]): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}
