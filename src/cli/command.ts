/**
 * What a command is: its words, flags and arguments as data, and one function from options to an outcome. The flags'
 * types follow from their declaration. Parsing is `parse.ts`, rendering `human.ts` and `json.ts`; a command does neither.
 */
import type { Context } from "./context.ts";
import type { Outcome } from "./outcome.ts";

/**
 * A flag without a value is a boolean; with one, a string, possibly out of a closed list; `list` may be repeated; `rest`
 * takes all that stands behind it, whatever it looks like: a command line of another program.
 */
export type FlagDeclaration =
  | {
    readonly type: "boolean";
    readonly summary: string;
    /** One letter that stands for it: `f` is `-f`. */
    readonly short?: string;
  }
  | {
    readonly type: "string";
    readonly value: string;
    readonly summary: string;
    readonly choices?: readonly string[];
    /** As above. */
    readonly short?: string;
  }
  | { readonly type: "list"; readonly value: string; readonly summary: string }
  | { readonly type: "rest"; readonly value: string; readonly summary: string };

/** Flags by their name in camelCase: `sessionKey` is `--session-key`. */
export type FlagDeclarations = Readonly<Record<string, FlagDeclaration>>;

/** One operand, or the rest of them. */
export interface ArgumentDeclaration {
  readonly name: string;
  readonly summary: string;
  readonly isRequired?: boolean;
  readonly isVariadic?: boolean;
  readonly choices?: readonly string[];
}

/** Options as the boundary knows them, before a command's declaration gives them their types. */
export type LooseOptions = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a run gets: a boolean flag is true or false, a list or the rest its texts, another its text or undefined. */
export type OptionsOf<F extends FlagDeclarations> = {
  readonly [Name in keyof F]: F[Name] extends { type: "boolean" } ? boolean
    : F[Name] extends { type: "list" | "rest" } ? readonly string[]
    : F[Name] extends { choices: readonly (infer Choice)[] } ? Choice | undefined
    : string | undefined;
};

export interface Command {
  readonly flags: FlagDeclarations;
  readonly arguments?: readonly ArgumentDeclaration[];
  /** Command lines with what they do; help shows them, and a test parses each. */
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** Paragraphs that help adds below the flags. */
  readonly notes?: readonly string[];
  /** Whether a repeated run does no harm; decides whether an unprinted result is a failure. */
  readonly isReadOnly: boolean;
  /** A monitoring system runs it: whatever ends it is one line on stdout, and a plugin's exit number. */
  readonly isForMonitor?: true;
  /** It may go to several gateways by one command line, with none of these flags. */
  readonly acrossContexts?: true | { readonly except: readonly string[] };
  run(options: LooseOptions, operands: readonly string[], context: Context): Promise<Outcome>;
}

/** A command whose `run` sees its options by the types of its flags. */
interface TypedCommand<F extends FlagDeclarations> extends Omit<Command, "flags" | "run"> {
  readonly flags: F;
  run(options: OptionsOf<F>, operands: readonly string[], context: Context): Promise<Outcome>;
}

/** Declares a command; the parser fills its options by the same declaration, which is what makes the types true. */
export function defineCommand<const F extends FlagDeclarations>(command: TypedCommand<F>): Command {
  return { ...command, run: (options, operands, context) => command.run(options as OptionsOf<F>, operands, context) };
}

/** A line of the list of all commands: enough for help, so that a command's file loads only when it runs. */
export interface Registration {
  readonly words: readonly string[];
  readonly summary: string;
  /** Not for people: left out of help. */
  readonly isHidden?: true;
  load(): Promise<Command>;
}

/** The spelling of a flag on the command line. */
export function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
