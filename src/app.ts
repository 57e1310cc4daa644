/**
 * The program: arguments in, exit number out, and the only place that turns an error into words and a number.
 *
 * The map of the house. Imports go down, or stay within a folder; `scripts/check_layers.ts` holds the table.
 *
 *     7  main.ts                                       the real process
 *     6  src/app.ts, context.ts, login.ts, input.ts …  composition root, error boundary
 *        src/examination/                              what a doctor looks at, from the settings to the heartbeat
 *     5  src/commands/                                 one file per verb
 *     4  src/cli/, src/cron/, src/devices/             what a command is; what an operator does with jobs and devices
 *        src/watch/                                    a gateway's events for weeks, over many connections
 *     3  src/client/, src/devgateway/                  the two ends, which cannot see each other
 *        src/doctor/                                   what stands between a run and its gateway, judged
 *     2  src/identity/, settings/, transport/          what they are made of
 *        src/schedule/                                 when a schedule fires
 *     1  src/protocol/, src/platform/                  the wire (pure), the operating system (impure)
 *     0  src/errors.ts, src/version.ts
 *
 * The walk of `claw event "text" --now`: main.ts → this file → commands/event.ts → context.ts → client/dial.ts →
 * client/handshake.ts → client/connection.ts → protocol/mod.ts. What `claw event` does not need is imported where it is
 * used: other verbs, the argument library, the dev gateway.
 */
import { type Command, type FlagDeclarations, flagName, type LooseOptions, type Registration } from "./cli/command.ts";
import { connectionFlag } from "./cli/connection_flags.ts";
import type { Context } from "./cli/context.ts";
import type { Outcome } from "./cli/outcome.ts";
import { type FlagValues, type QuickParse, quickParse } from "./cli/quick_parse.ts";
import type { HelpPage } from "./cli/parse.ts";
import { Voice } from "./cli/voice.ts";
import { registry } from "./commands/registry.ts";
import { RunContext } from "./context.ts";
import { asClawError, ClawError, exitOf } from "./errors.ts";
import type { World } from "./platform/world.ts";
import { asRepeatable } from "./repeatable.ts";
import { openclawEnvironment, type Setting, settings } from "./settings/schema.ts";

const outputFlags = {
  json: { type: "boolean", summary: "print one JSON document on stdout, whatever happens" },
  quiet: { type: "boolean", summary: "print nothing on success" },
  verbose: { type: "boolean", summary: "say on stderr what is being done" },
  allContexts: { type: "boolean", summary: "go to the gateways of all contexts at once; some of them: --context a,b" },
  noColor: { type: "boolean", summary: "no colours (also: NO_COLOR)" },
} as const satisfies FlagDeclarations;

/** Runs one command line. Never throws. */
export async function run(world: World): Promise<number> {
  const { args } = world;
  // A usage error must obey these too, before anything is parsed.
  const early = args.slice(0, args.includes("--") ? args.indexOf("--") : args.length);
  let voice = new Voice(world, {
    ...(early.includes("--json") ? { json: true } : {}),
    ...(early.includes("--no-color") ? { noColor: true } : {}),
  });
  let isForMonitor = soundsLikeMonitor(early);
  try {
    const parsed = await understand(args);
    isForMonitor = "command" in parsed && parsed.command.isForMonitor === true;
    if ("help" in parsed) {
      await voice.show({ data: parsed.data ?? { help: parsed.help }, view: { kind: "raw", text: parsed.help } });
      return 0;
    }
    voice = new Voice(world, parsed.values);
    return await runCommand(parsed, world, voice);
  } catch (thrown) {
    const error = asClawError(thrown);
    if (isForMonitor) return await tellMonitor(error, voice);
    voice.fail(error);
    return exitOf(error);
  }
}

/** Whether a command line that may be wrong means `claw check`: its first word, and no flag's value, says so. */
function soundsLikeMonitor(args: readonly string[]): boolean {
  const { globals } = grammar();
  const valued = Object.keys(globals).filter((name) => globals[name]?.type !== "boolean").map(flagName);
  return args.find((arg, at) => !arg.startsWith("-") && !valued.includes(args[at - 1] ?? "")) === "check";
}

/** A monitoring system reads one line on stdout, and no exit number but a plugin's: 3 is unknown. */
async function tellMonitor(error: ClawError, voice: Voice): Promise<number> {
  const text = `CLAW UNKNOWN - ${error.message.replaceAll("|", "/")}`;
  if (voice.json) voice.fail(error);
  else await voice.show({ data: undefined, view: { kind: "line", text } }).catch(() => {});
  return 3;
}

/** The command tree and the flags that every command takes. */
export function grammar(): { registry: readonly Registration[]; globals: FlagDeclarations } {
  const withFlag = settings.filter((setting: Setting) => setting.isNoFlag !== true);
  const connectionFlags = withFlag.map((setting) => [setting.key, connectionFlag(setting)]);
  return { registry, globals: { ...outputFlags, ...Object.fromEntries(connectionFlags) } };
}

async function completeWords(request: Parameters<Context["complete"]>[0]): Promise<string> {
  const { complete } = await import("./cli/completion.ts");
  const { registry, globals } = grammar();
  return await complete(request, registry, globals);
}

async function understand(args: readonly string[]): Promise<QuickParse | HelpPage> {
  const { registry, globals } = grammar();
  const quick = await quickParse(args, registry, globals);
  if (quick !== undefined) return quick;
  const words = args.filter((arg) => !arg.startsWith("-"));
  if (words[0] === "help" && words.length === 2) {
    const page = await topicPage(words[1] ?? "");
    if (page !== undefined) return { help: page };
  }
  const { parse } = await import("./cli/parse.ts");
  return await parse(args, registry, globals);
}

async function topicPage(topic: string): Promise<string | undefined> {
  const { helpTopic } = await import("./cli/help.ts");
  return helpTopic(topic, [...settings, ...openclawEnvironment].map(({ env, help }) => [env, help]));
}

async function runCommand({ command, values, operands }: QuickParse, world: World, voice: Voice): Promise<number> {
  // A flag that the command has for itself (`--timeout` of `cron add`) is no setting of the connection.
  const shared = Object.fromEntries(Object.entries(values).filter(([name]) => command.flags[name] === undefined));
  const options = optionsOf(command, values);
  if (meansSeveral(command, shared, world)) {
    const { fanOut } = await import("./fan_out.ts");
    const run = { command, options, operands, values: shared, world, voice, complete: completeWords };
    return await deliver(await fanOut(run), command, voice);
  }
  await using context = new RunContext({ world, values: shared, voice, complete: completeWords });
  try {
    const outcome = await command.run(options, operands, context);
    if (outcome.kind !== "failed") return await deliver(outcome, command, voice);
    const error = await withContext(asRepeatable(outcome.error, command), shared);
    return await deliver({ ...outcome, error }, command, voice);
  } catch (thrown) {
    const error = asRepeatable(asClawError(thrown), command);
    throw await withContext(command.flags["timeout"] === undefined ? error : byVariable(error), shared);
  }
}

/** A context that the flag names is for this command line alone: the next one, which the hint names, needs it too. */
async function withContext(error: ClawError, { context }: FlagValues): Promise<ClawError> {
  if (typeof context !== "string") return error;
  const { hintFor } = await import("./context_hint.ts");
  return hintFor(error, context);
}

/** Whether flags say so; or, to a command that can, the variable, unless a flag names the gateway. */
function meansSeveral({ acrossContexts }: Command, values: FlagValues, { env }: World): boolean {
  const { allContexts, context, url, port, ssh } = values;
  if (allContexts === true || context !== undefined) return allContexts === true || String(context).includes(",");
  const isHeard = acrossContexts !== undefined && [url, port, ssh].every((given) => given === undefined);
  return isHeard && env["CLAW_CONTEXT"]?.includes(",") === true;
}

/** Where `--timeout` means something else, a hint must not say it for the time limit of the run. */
function byVariable(error: ClawError): ClawError {
  const hint = error.hint?.replace(/--timeout (\d\w*)/, "CLAW_TIMEOUT=$1");
  if (hint === undefined || hint === error.hint) return error;
  return new ClawError(error.code, error.message, { hint, details: error.details, cause: error });
}

/** Booleans that were not given are false, lists and rests empty, so that a command need not know about absence. */
function optionsOf(command: Command, values: FlagValues): LooseOptions {
  return Object.fromEntries(
    Object.entries(command.flags).map((
      [name, flag],
    ) => [name, values[name] ?? { boolean: false, list: [], rest: [], string: undefined }[flag.type]]),
  );
}

async function deliver(outcome: Outcome, command: Command, voice: Voice): Promise<number> {
  if (outcome.kind === "stream") {
    try {
      for await (const shown of outcome.items) await voice.pour(shown);
    } catch (thrown) {
      // Who reads it has had enough.
      if (asClawError(thrown).details["osCode"] !== "EPIPE") throw thrown;
      const error = outcome.unread?.();
      if (error !== undefined) throw error;
    }
    return 0;
  }
  if (outcome.kind === "failed") {
    try {
      if (!voice.json) await voice.show(outcome);
    } catch (thrown) {
      // As below: the error's own number says what became of it.
      if (command.isReadOnly) throw thrown;
    }
    voice.fail(outcome.error, outcome.data);
    return exitOf(outcome.error);
  }
  try {
    if (voice.json || !voice.quiet || outcome.kind === "negative" || outcome.exit !== undefined) {
      await voice.show(outcome);
    }
  } catch (thrown) {
    // The gateway has acted already: a number that invites a repetition would be a lie.
    if (command.isReadOnly || outcome.hasOnlyRead === true) throw thrown;
    voice.say("warning", `done, but not printed: ${asClawError(thrown).message}`);
  }
  return outcome.kind === "negative" ? 1 : outcome.exit ?? 0;
}
