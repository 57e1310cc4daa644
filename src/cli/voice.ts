/**
 * How one run speaks: data on stdout, words on stderr, as text or as JSON. Everything that is said passes through here,
 * so that a secret which a gateway echoes in its prose is masked like any other.
 */
import type { ClawError } from "../errors.ts";
import type { Output, World } from "../platform/world.ts";
import { createStyle, renderError, renderNote, renderView, wantsColour } from "./human.ts";
import { jsonData, jsonError } from "./json.ts";
import type { Shown } from "./outcome.ts";
import type { FlagValues } from "./quick_parse.ts";

export interface Voice {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Data, as the view or as JSON. @throws ClawError `store/io` */
  show(shown: Shown): void;
  fail(error: ClawError, data?: unknown): void;
  say(kind: "warning" | "note", text: string): void;
  /** From now on this text is never said. */
  hide(secret: string): void;
  /** A text without what must not be said. */
  mask(text: string): string;
}

/** Shorter ones stand in too many innocent words. */
const shortestSecret = 8;

export function createVoice(world: Pick<World, "env" | "stdout" | "stderr">, values: FlagValues): Voice {
  const json = values["json"] === true;
  const quiet = values["quiet"] === true;
  const secrets = new Set<string>();
  const mask = (text: string) => [...secrets].reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
  const styleOf = (stream: Output) =>
    createStyle(wantsColour(world.env, () => stream.isTty, values["noColor"] === true));
  const words = (text: string) => {
    // Nobody is left to be told when stderr is gone.
    try {
      world.stderr.write(mask(text));
    } catch { /* see above */ }
  };
  return {
    json,
    quiet,
    show: ({ data, view }) => world.stdout.write(mask(json ? jsonData(data) : renderView(view, styleOf(world.stdout)))),
    fail(error, data) {
      if (!json) return words(renderError(error, styleOf(world.stderr)));
      try {
        world.stdout.write(mask(jsonError(error, data)));
      } catch {
        words(renderError(error, styleOf(world.stderr)));
      }
    },
    say(kind, text) {
      if (kind === "note" ? values["verbose"] === true : !quiet) words(renderNote(kind, text, styleOf(world.stderr)));
    },
    hide: (secret) => void (secret.length >= shortestSecret && secrets.add(secret)),
    mask,
  };
}
