/**
 * One command line for several gateways at once, by their contexts. Each has a run of its own, with its own time and
 * connection, and none waits for another; what they come to is one outcome. Loaded only when several are meant, which
 * `app.ts` decides. What one run is: `context.ts`; how the results are shown: `fan_out_words.ts`.
 */
import type { Command, LooseOptions } from "./cli/command.ts";
import type { Context } from "./cli/context.ts";
import type { Outcome } from "./cli/outcome.ts";
import type { Progress } from "./cli/progress.ts";
import type { FlagValues } from "./cli/quick_parse.ts";
import type { Voice } from "./cli/voice.ts";
import { RunContext } from "./context.ts";
import { asClawError, ClawError } from "./errors.ts";
import { type Attempt, joinAttempts } from "./fan_out_words.ts";
import { findDirectories } from "./platform/directories.ts";
import type { World } from "./platform/world.ts";
import { asRepeatable } from "./repeatable.ts";
import { contextNames, isContextName, localContext } from "./settings/contexts.ts";
import { describePlace, type Endpoint } from "./settings/endpoint.ts";
import { flagLayer, fromEnv } from "./settings/layers.ts";
import { invalid, type Origin } from "./settings/origin.ts";
import { type Setting, settings } from "./settings/schema.ts";

/** One command line, understood. */
export interface FanOut {
  readonly command: Command;
  readonly options: LooseOptions;
  readonly operands: readonly string[];
  /** Flags that every command takes. */
  readonly values: FlagValues;
  readonly world: World;
  readonly voice: Voice;
  readonly complete: Context["complete"];
}

/** So many gateways are spoken to at the same time. */
const mostAtOnce = 8;

/**
 * Runs a command once for each context that is meant.
 * @throws ClawError `usage/bad-flag` or `config/invalid`, before anything is sent
 */
export async function fanOut(run: FanOut): Promise<Outcome> {
  const names = namesOf(run);
  refuseFlags(run);
  const shared: FanOut = { ...run, world: shareInput(run.world) };
  const twins = run.command.isReadOnly ? new Map<string, string>() : await findTwins(names, shared);
  const attempts = await mapAtMost(names, async (name): Promise<Attempt> => {
    const twin = twins.get(name);
    return { context: name, ended: twin === undefined ? await attempt(name, shared) : { kind: "twin", of: twin } };
  });
  return joinAttempts(attempts, { isReadOnly: run.command.isReadOnly, isQuiet: run.voice.quiet });
}

/** The contexts that are meant, each once. */
function namesOf({ command, values, world }: FanOut): readonly string[] {
  const { os, env } = world;
  const isAll = values["allContexts"] === true;
  const { context, configDir, stateDir } = flagLayer(values);
  const given = context ?? fromEnv(env, "CLAW_CONTEXT");
  const origin: Origin = isAll || given === undefined ? { kind: "flag", name: "--all-contexts" } : given.origin;
  if (isAll && context !== undefined) throw invalid(origin, "this and --context exclude each other");
  if (command.acrossContexts === undefined) {
    throw invalid(origin, "this command goes to one gateway at a time", "name one context with --context NAME");
  }
  const known = contextNames(os, findDirectories(os, env, { config: configDir?.text, state: stateDir?.text }).config);
  if (isAll && known.length === 0) {
    throw invalid(origin, "there is no context yet", "add one with `claw context add NAME --url URL`");
  }
  const names = isAll ? known : (given?.text ?? "").split(",").map((name) => name.trim());
  const stranger = names.find((name) => !isContextName(name) || ![localContext, ...known].includes(name));
  if (stranger === undefined) return [...new Set(names)];
  const complaint = isContextName(stranger) ? `there is no context ${stranger}` : "a name in this list is none";
  throw invalid(origin, complaint, `there are: ${[localContext, ...known].join(", ")}`);
}

/** What goes to one gateway must not go to several; and a stream would be the only one. */
function refuseFlags({ command, options, values, world }: FanOut): void {
  const own = settings.find(({ key, ...setting }: Setting) =>
    setting.isOfGateway === true && values[key] !== undefined
  );
  if (own !== undefined) {
    const complaint = "this belongs to one gateway: of several, each has its own in its context";
    throw invalid({ kind: "flag", name: `--${own.name}` }, complaint, "leave it out, or name one context");
  }
  const trace = flagLayer(values).trace ?? fromEnv(world.env, "CLAW_TRACE");
  if (trace !== undefined) {
    throw invalid(trace.origin, "a trace is of one gateway", "leave it out, or name one context");
  }
  const across = command.acrossContexts;
  const alone = across === true ? undefined : across?.except.find((flag) => options[flag] === true);
  if (alone === undefined) return;
  const hint = "leave it out, or name one context with --context NAME";
  throw invalid({ kind: "flag", name: `--${alone}` }, "this goes to one gateway at a time", hint);
}

/**
 * Contexts that mean the same as one before them, with its name: what acts must not act there twice. The agent belongs
 * to it, since a context may name the one that its events are for.
 */
async function findTwins(names: readonly string[], run: FanOut): Promise<ReadonlyMap<string, string>> {
  const targets = await mapAtMost(names, async (name) => {
    await using context = contextFor(name, run, () => {});
    // Whoever has no settings fails by that in its own run.
    const found = await context.settings({ isBlind: true }).catch(() => undefined);
    return found && `${addressOf(found.endpoint.value)} ${run.options["agent"] ?? found.agent?.value ?? ""}`;
  });
  const firsts = new Map<string, string>();
  const twins = new Map<string, string>();
  for (const [at, name] of names.entries()) {
    const target = targets[at];
    const first = target === undefined ? undefined : firsts.get(target);
    if (first !== undefined) twins.set(name, first);
    else if (target !== undefined) firsts.set(target, name);
  }
  return twins;
}

/** This machine has two names. */
function addressOf(endpoint: Endpoint): string {
  return describePlace({ ...endpoint, url: endpoint.url.replace("//localhost:", "//127.0.0.1:") });
}

async function attempt(name: string, run: FanOut): Promise<Attempt["ended"]> {
  try {
    await using context = contextFor(name, run, (kind, text) => run.voice.say(kind, `${name}: ${text}`));
    const outcome = await run.command.run(run.options, run.operands, context);
    if (outcome.kind === "done" || outcome.kind === "negative" || outcome.kind === "failed") return outcome;
    throw new ClawError("usage/bad-flag", "this goes to one gateway at a time");
  } catch (thrown) {
    return { kind: "thrown", error: asRepeatable(asClawError(thrown), run.command) };
  }
}

function contextFor(name: string, { values, world, voice, complete }: FanOut, say: Voice["say"]): RunContext {
  return new RunContext({
    world,
    values: { ...values, context: name },
    complete,
    voice: {
      say,
      json: voice.json,
      // What goes to several gateways is no stream.
      pourUntil: () => {},
      tell: (text) => voice.tell(`${name}: ${text}`),
      ask: (question, facts) => voice.ask(question, facts),
      hide: (secret) => voice.hide(secret),
      mask: (text) => voice.mask(text),
      progress: () => Promise.resolve(silence),
    },
  });
}

/** Several lines cannot move at once. */
const silence: Progress = { show: () => {}, clear: () => {}, [Symbol.dispose]: () => {} };

/** What can be read only once is read once, for all. */
function shareInput(world: World): World {
  const texts = new Map<string, Promise<string>>();
  const once = (key: string, read: () => Promise<string>) => {
    const text = texts.get(key) ?? read();
    texts.set(key, text);
    return text;
  };
  return {
    ...world,
    // Nobody can answer one question for each.
    stdin: { ...world.stdin, isTty: false, readAll: () => once("-", () => world.stdin.readAll()) },
    readFile: (path) =>
      once(`file ${path}`, async () => await (await import("./platform/input_file.ts")).readInputFile(path)),
  };
}

async function mapAtMost<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [at, item] of rest) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: mostAtOnce }, worker));
  return results;
}
