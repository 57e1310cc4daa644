/**
 * Reads a plain, correct command line without the argument library, whose loading would cost more than the event it
 * sends. It answers only where the library would answer the same (a property test compares the two) and otherwise
 * returns undefined: every mistake, abbreviation and question for help is the library's.
 */
import { type Command, type FlagDeclarations, flagName, type Registration } from "./command.ts";

/** Values of flags by their declared names; an absent flag is not a member. */
export type FlagValues = Readonly<Record<string, string | true | readonly string[]>>;

export interface QuickParse {
  readonly command: Command;
  readonly values: FlagValues;
  readonly operands: readonly string[];
}

/** Parses, or returns undefined when in any doubt. */
export async function quickParse(
  args: readonly string[],
  registry: readonly Registration[],
  globals: FlagDeclarations,
): Promise<QuickParse | undefined> {
  const registration = registry.find(({ words }) => words.every((word, at) => args[at] === word));
  if (registration === undefined) return undefined;
  const command = await registration.load();
  const flags = byName({ ...globals, ...command.flags });
  const values: Record<string, string | true | readonly string[]> = {};
  const operands: string[] = [];
  const rest = args.slice(registration.words.length);
  for (let at = 0; at < rest.length; at++) {
    const arg = rest[at] ?? "";
    if (arg === "--") return finish(command, values, [...operands, ...rest.slice(at + 1)]);
    if (!arg.startsWith("-") || arg === "-") {
      operands.push(arg);
      continue;
    }
    const equals = arg.indexOf("=");
    const flag = flags.get(equals < 0 ? arg : arg.slice(0, equals));
    if (flag === undefined) return undefined;
    if (flag.declaration.type === "boolean") {
      if (equals >= 0) return undefined;
      values[flag.name] = true;
      continue;
    }
    if (flag.declaration.type === "rest") {
      if (equals >= 0 || at + 1 === rest.length) return undefined;
      return finish(command, { ...values, [flag.name]: rest.slice(at + 1) }, operands);
    }
    const value = equals < 0 ? rest[++at] : arg.slice(equals + 1);
    if (value === undefined || (value.startsWith("-") && value !== "-")) return undefined;
    if (flag.declaration.type === "string" && flag.declaration.choices?.includes(value) === false) return undefined;
    const before = values[flag.name];
    values[flag.name] = flag.declaration.type === "string" ? value : [...Array.isArray(before) ? before : [], value];
  }
  return finish(command, values, operands);
}

function finish(command: Command, values: FlagValues, operands: readonly string[]): QuickParse | undefined {
  return fits(command, operands) ? { command, values, operands } : undefined;
}

function byName(declarations: FlagDeclarations) {
  return new Map(Object.entries(declarations).map(([name, declaration]) => [flagName(name), { name, declaration }]));
}

function fits(command: Command, operands: readonly string[]): boolean {
  const declared = command.arguments ?? [];
  const last = declared.at(-1);
  if (operands.length > declared.length && last?.isVariadic !== true) return false;
  return declared.every(({ isRequired, choices }, at) => {
    const operand = operands[at];
    if (operand === undefined) return isRequired !== true;
    return choices === undefined || choices.includes(operand);
  });
}
