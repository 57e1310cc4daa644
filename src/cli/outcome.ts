/**
 * What a command returns: data for programs, a view of it for people, and how it went. Views are data too, so that
 * every text that came from afar passes the renderer's escaping.
 */
import type { ClawError } from "../errors.ts";

/** How people are shown the data. `raw` is for constant texts of our own only: it is not escaped. */
export type View =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "pairs"; readonly pairs: Pairs }
  | { readonly kind: "table"; readonly columns: readonly Column[]; readonly rows: readonly (readonly Cell[])[] }
  /** Views below each other, with an empty line between them where `isSpaced`. */
  | { readonly kind: "stack"; readonly views: readonly View[]; readonly isSpaced?: boolean }
  | { readonly kind: "raw"; readonly text: string };

/** Facts with their names. */
export type Pairs = readonly (readonly [label: string, value: string])[];

/** A column of a table; where a terminal is too narrow, one that is extra is left out, and one that shrinks is cut. */
export interface Column {
  readonly label: string;
  readonly align?: "right";
  readonly shrinks?: true;
  readonly isExtra?: true;
  /** A drawing, which only a terminal shows. */
  readonly isDrawn?: true;
}

/** A cell of a table, possibly with a tone that shows in colour. */
export type Cell = string | { readonly text: string; readonly tone: "bad" | "warn" | "dim" };

/** The data that goes under `data` in `--json`, and its view. */
export interface Shown {
  readonly data: unknown;
  readonly view: View;
}

export type Outcome =
  & Effect
  & (
    /** It worked. Exit 0, unless a monitor reads it: then as plugins' numbers say, and not `exit_codes.ts`. */
    | Shown & { readonly kind: "done"; readonly exit?: MonitorExit }
    /** It worked, and the answer is no. Exit 1. */
    | Shown & { readonly kind: "negative" }
    /** It failed, but what was found out is worth showing. Exit by the error. */
    | Shown & { readonly kind: "failed"; readonly error: ClawError }
    /** Data that comes bit by bit. Exit 0 when it ends by itself, 130 or 143 when a signal ends it. */
    | { readonly kind: "stream"; readonly items: AsyncIterable<Shown | readonly Shown[]>; readonly unread?: Unread }
  );

/** Of a command that may act: whether this run did not. Then an answer that cannot be printed is a failure. */
interface Effect {
  readonly hasOnlyRead?: boolean;
}

/** What to report when nobody reads on, though something is under way; undefined: nothing is. */
export type Unread = () => ClawError | undefined;

export function done(data: unknown, view: View): Outcome {
  return { kind: "done", data, view };
}

export function negative(data: unknown, view: View): Outcome {
  return { kind: "negative", data, view };
}

/** What monitoring plugins end with: ok, warning, critical, unknown. */
export type MonitorExit = 0 | 1 | 2 | 3;

export function monitor(exit: MonitorExit, data: unknown, view: View): Outcome {
  return { kind: "done", exit, data, view };
}

export function failed(error: ClawError, data: unknown, view: View): Outcome {
  return { kind: "failed", error, data, view };
}

export function stream(items: AsyncIterable<Shown | readonly Shown[]>, unread?: Unread): Outcome {
  return { kind: "stream", items, ...(unread === undefined ? {} : { unread }) };
}
