/**
 * Which context a run goes by and what chose it, and how contexts are named and told of. Shared by the verbs here.
 */
import type { Context } from "../../cli/context.ts";
import { asClawError, ClawError } from "../../errors.ts";
import type { ContextStore } from "../../settings/context_files.ts";
import { contextNames, contextPath, isContextName, localContext } from "../../settings/contexts.ts";
import type { Settings } from "../../settings/resolve.ts";

/** The context in force. */
export interface Standing {
  /** undefined: something else names the gateway. */
  readonly name: string | undefined;
  readonly by: string;
}

export function standingOf({ context, endpoint }: Settings): Standing {
  if (context !== undefined) return { name: context.value, by: context.origin.name };
  const { kind, name } = endpoint.origin;
  return { name: kind === "flag" || name.startsWith("CLAW_") ? undefined : localContext, by: name };
}

/** The context in force in words. */
export function standingWords({ name, by }: Standing): string {
  return name === undefined ? `none: ${by} names the gateway` : `${name}, by ${by}`;
}

/**
 * The context in force after something was written, by settings that are read anew.
 * @returns undefined when they cannot be read, which is told
 */
export async function standingNow(context: Context): Promise<Standing | undefined> {
  try {
    return standingOf(await context.within({}).settings({ isBlind: true }));
  } catch (thrown) {
    const { message, hint } = asClawError(thrown);
    context.warn(hint === undefined ? message : `${message} (${hint})`);
    return undefined;
  }
}

export const nameArgument = { name: "name", summary: "its name", isRequired: true } as const;

/** @throws ClawError `input/invalid` unless there is a context of this name; local has no file, but is one */
export function requireContext({ os, directory }: ContextStore, name: string): void {
  const names = [localContext, ...contextNames(os, directory)];
  if (names.includes(name)) return;
  throw new ClawError("input/invalid", `there is no context ${name}`, { hint: `there are: ${names.join(", ")}` });
}

/** @throws ClawError `input/invalid` for what has no file that could be changed */
export function requireFile(store: ContextStore, name: string): string {
  requireContext(store, name);
  if (name !== localContext) return contextPath(store.os, store.directory, name);
  throw new ClawError("input/invalid", `${localContext} is what claw's config file and OpenClaw's settings say`, {
    hint: "change it there; see where each value stands with `claw context show local`",
  });
}

/** @throws ClawError `input/invalid` for a name that cannot be given to a new context */
export function requireNewName({ os, directory }: ContextStore, name: string): void {
  if (!isContextName(name)) {
    throw new ClawError("input/invalid", `'${name}' cannot name a context`, {
      hint: "a name has small letters, digits, dots, dashes and underscores, and begins with a letter or digit",
    });
  }
  if (name === localContext) {
    throw new ClawError("input/invalid", `${localContext} is there already: it needs no file`, {
      hint: "take another name",
    });
  }
  if (contextNames(os, directory).includes(name)) throw isTaken({ os, directory }, name);
}

/** A context is not written over. */
export function isTaken({ os, directory }: Pick<ContextStore, "os" | "directory">, name: string): ClawError {
  return new ClawError("input/invalid", `there is a context ${name} already`, {
    hint: `change it in ${contextPath(os, directory, name)}, or remove it first with \`claw context rm\``,
  });
}

/** Where a context's secret comes from, never the secret: `tokenFile /home/me/token`. */
export function credentialWords({ secret }: Settings, file: string): string {
  if (secret === undefined) return "none";
  const { name } = secret.origin;
  return name.startsWith(`${file}: `) ? name.slice(file.length + 2) : `${secret.kind} from ${name}`;
}
