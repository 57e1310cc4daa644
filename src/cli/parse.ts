/**
 * From arguments to a command with its options, or to a page of help. The argument library (commander) is visible only
 * here and is loaded only when `quick_parse.ts` cannot answer: for mistakes, suggestions, help and completion.
 */
import { Argument, Command as Parser, type CommanderError, Option } from "commander";
import { ClawError, type ErrorCode } from "../errors.ts";
import { version } from "../version.ts";
import { type Command, type FlagDeclaration, type FlagDeclarations, flagName, type Registration } from "./command.ts";
import type { FlagValues, QuickParse } from "./quick_parse.ts";

/** A page to print instead of running anything. */
export interface HelpPage {
  readonly help: string;
  /** What `--json` shows when that is not the page itself. */
  readonly data?: unknown;
}

/**
 * Parses with the library.
 * @throws ClawError `usage/*`, the nearest spelling as its hint
 */
export async function parse(
  all: readonly string[],
  registry: readonly Registration[],
  globals: FlagDeclarations,
): Promise<QuickParse | HelpPage> {
  const found: { parsed?: QuickParse } = {};
  const { args, rest } = await cutRest(all, registry);
  const { program, output } = await buildProgram(registry, globals, (parsed) => (found.parsed = parsed), args);
  try {
    program.parse(pageAsked(args, registry) ?? [...args], { from: "user" });
  } catch (thrown) {
    if (thrown instanceof ClawError) throw thrown;
    const error = thrown as CommanderError;
    if (error.code === "commander.version") return { help: output.text, data: { version } };
    const pages = ["commander.help", "commander.helpDisplayed"];
    if (pages.includes(error.code)) return { help: output.text };
    throw usageError(error, args, registry);
  }
  if (found.parsed === undefined) return { help: program.helpInformation() };
  return { ...found.parsed, values: { ...found.parsed.values, ...rest } };
}

/** Takes the other program's command line away from behind a flag that has one: the library would look for flags in it. */
async function cutRest(args: readonly string[], registry: readonly Registration[]) {
  const words = wordsIn(args, registry);
  const registration = registry.find((other) => other.words.join(" ") === words.join(" "));
  const flags = Object.entries((await registration?.load())?.flags ?? {});
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const name = flags.find(([flag, { type }]) => type === "rest" && own.includes(flagName(flag)))?.[0];
  const at = name === undefined ? -1 : args.indexOf(flagName(name));
  if (name === undefined || at + 1 === args.length) return { args, rest: {} };
  return { args: [...args.slice(0, at + 1), "x"], rest: { [name]: args.slice(at + 1) } };
}

/** `help` before some words is `--help` behind them; the library would show its first page for any word it does not know. */
function pageAsked(args: readonly string[], registry: readonly Registration[]): string[] | undefined {
  const [first, ...topic] = args.filter((arg) => !arg.startsWith("-"));
  if (first !== "help" || topic.length === 0) return undefined;
  if (registry.some(({ words }) => topic.every((word, at) => words[at] === word))) return [...topic, "--help"];
  throw new ClawError("usage/unknown-command", `there is no help on '${topic.join(" ")}'`);
}

/** The command tree as the library sees it; only the named command's own flags are loaded, all of them for completion. */
export async function buildProgram(
  registry: readonly Registration[],
  globals: FlagDeclarations,
  onParsed: (parsed: QuickParse) => void,
  args: readonly string[] | "all",
): Promise<{ program: Parser; output: { text: string } }> {
  const output = { text: "" };
  const program = new Parser("claw");
  program.description("A small, fast command-line client for the OpenClaw Gateway.");
  program.exitOverride().configureOutput({
    writeOut: (text) => (output.text += text),
    // Help for a command line that names no command goes here; errors do not (`outputError`).
    writeErr: (text) => (output.text += text),
    outputError: () => {},
    getOutHasColors: () => false,
    getErrHasColors: () => false,
    getOutHelpWidth: () => 100,
    getErrHelpWidth: () => 100,
  });
  program.helpCommand("help [topic]", "this page, a command's page, or a topic: exit-codes, environment");
  program.version(version, "-V, --version", "print the version");
  for (const [name, flag] of Object.entries(globals)) program.addOption(optionOf(name, flag));
  for (const registration of registry) {
    const parser = leafOf(program, registration).description(registration.summary);
    if (args !== "all" && !registration.words.every((word) => args.includes(word))) continue;
    declare(parser, await registration.load(), globals, onParsed);
  }
  for (const group of program.commands.filter((command) => command.description() === "")) {
    const visible = group.createHelp().visibleCommands(group);
    group.description(groupSummary(group.commands.filter((command) => visible.includes(command))));
  }
  return { program, output };
}

/** What its one command does; of several the names, since the group's own page says the rest. */
function groupSummary(commands: readonly Parser[]): string {
  const [only, ...others] = commands;
  if (only !== undefined && others.length === 0) return `${only.name()}: ${only.description()}`;
  return commands.map((command) => command.name()).join(", ");
}

function leafOf(program: Parser, { words, isHidden }: Registration): Parser {
  return words.reduce(
    (parent, word) =>
      parent.commands.find((child) => child.name() === word) ??
        parent.command(word, { hidden: isHidden === true }).allowExcessArguments(false),
    program,
  );
}

function declare(
  parser: Parser,
  command: Command,
  globals: FlagDeclarations,
  onParsed: (parsed: QuickParse) => void,
): void {
  for (const argument of command.arguments ?? []) {
    const text = `${argument.name}${argument.isVariadic ? "..." : ""}`;
    const declared = new Argument(argument.isRequired ? `<${text}>` : `[${text}]`, argument.summary);
    parser.addArgument(argument.choices === undefined ? declared : declared.choices(argument.choices));
  }
  for (const [name, flag] of Object.entries(command.flags)) parser.addOption(optionOf(name, flag));
  parser.addHelpText("after", () => tailOf(command));
  parser.action(() => {
    const values = valuesOf(parser.optsWithGlobals(), { ...globals, ...command.flags });
    onParsed({ command, values, operands: parser.args });
  });
}

function optionOf(name: string, flag: FlagDeclaration): Option {
  const short = flag.type !== "list" && flag.type !== "rest" && flag.short !== undefined ? `-${flag.short}, ` : "";
  const text = flag.type === "boolean" ? `${short}${flagName(name)}` : `${short}${flagName(name)} <${flag.value}>`;
  const option = new Option(text, flag.summary);
  if (flag.type === "list") return option.argParser((value, before?: readonly string[]) => [...before ?? [], value]);
  return flag.type === "string" && flag.choices !== undefined ? option.choices(flag.choices) : option;
}

/** The library spells `--no-color` as `color: false`, and gives it a default. */
function valuesOf(options: Record<string, unknown>, declared: FlagDeclarations): FlagValues {
  const values: Record<string, string | true | readonly string[]> = {};
  for (const name of Object.keys(declared)) {
    const positive = /^no([A-Z])(.*)$/.exec(name);
    const value = positive === null
      ? options[name]
      : options[`${positive[1]?.toLowerCase()}${positive[2]}`] === false || undefined;
    if (value === true || typeof value === "string") values[name] = value;
    else if (Array.isArray(value)) values[name] = value as readonly string[];
  }
  return values;
}

function tailOf(command: Command): string {
  const examples = command.examples.map(({ line, does }) => `  ${line}\n      ${does}`);
  const notes = (command.notes ?? []).map((note) => `\n${note}`);
  return ["\nExamples:", ...examples, ...notes, "\nFlags of every command: `claw help`"].join("\n");
}

const usageCodes: Readonly<Record<string, ErrorCode>> = {
  "commander.unknownCommand": "usage/unknown-command",
  "commander.missingArgument": "usage/missing-argument",
};

function usageError(error: CommanderError, args: readonly string[], registry: readonly Registration[]): ClawError {
  // What stands behind a misspelt `--token=` is a secret all the same.
  const message = error.message.replace(/^error: /, "").replace(/^(unknown option '[^=']*=).*'/s, "$1…'");
  const [sentence = "", suggestion] = message.split("\n");
  const nearest = /\(Did you mean (.*?)\?\)/.exec(suggestion ?? "")?.[1];
  const code = usageCodes[error.code] ?? "usage/bad-flag";
  const page = code === "usage/unknown-command" ? "claw help" : ["claw", "help", ...wordsIn(args, registry)].join(" ");
  return new ClawError(code, sentence.replace(/\.$/, ""), {
    hint: nearest === undefined ? `see \`${page}\`` : `did you mean ${nearest}?`,
  });
}

/** The words of the command that is meant, or of its group; flags may stand before them. */
function wordsIn(args: readonly string[], registry: readonly Registration[]): readonly string[] {
  const first = args.findIndex((arg) => registry.some(({ words }) => words[0] === arg));
  const meant = registry.find(({ words }) => first >= 0 && words.every((word, at) => args[first + at] === word));
  return meant?.words ?? args.slice(first, first + 1);
}
