/**
 * Text for people. Rules of the terminal: stdout carries data, stderr carries words; an error is one line
 * `claw: error: …`, then `claw: hint: …` with the next command; lower case, no final period. Whatever came from afar is
 * escaped here and nowhere else. Colour only where the stream is a terminal and nobody said no.
 */
import type { ClawError } from "../errors.ts";
import { escapeLine } from "./escape.ts";
import type { View } from "./outcome.ts";

/** Wraps text in an SGR code, or leaves it alone. */
export interface Style {
  red(text: string): string;
  yellow(text: string): string;
  dim(text: string): string;
}

/** A longer label stands out of its column: a gateway may choose it. */
const mostPadded = 40;

const paint = (code: number) => (text: string) => `\x1b[${code}m${text}\x1b[0m`;
const plain = (text: string) => text;

export function createStyle(hasColour: boolean): Style {
  return hasColour ? { red: paint(31), yellow: paint(33), dim: paint(2) } : { red: plain, yellow: plain, dim: plain };
}

/** NO_COLOR (no-color.org) and TERM=dumb are respected; the flag decides before them, and the stream is asked last. */
export function wantsColour(
  env: Readonly<Record<string, string | undefined>>,
  isTty: () => boolean,
  noColor: boolean,
): boolean {
  if (noColor || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb") return false;
  return isTty();
}

/**
 * The view as text with a final line end.
 * @param columns the width of the terminal; undefined where nothing needs to fit
 */
export async function renderView(view: View, style: Style, columns?: number): Promise<string> {
  if (view.kind === "raw") return view.text;
  if (view.kind === "stack") {
    const texts = await Promise.all(view.views.map((part) => renderView(part, style, columns)));
    return texts.filter((text) => text !== "").join(view.isSpaced === true ? "\n" : "");
  }
  // Few commands show one, and measuring text takes a library.
  if (view.kind === "table") return (await import("./table.ts")).renderTable(view, style, columns);
  if (view.kind === "line") return `${escapeLine(view.text)}\n`;
  const pairs = view.pairs.map(([label, value]) => [escapeLine(label), escapeLine(value)] as const);
  const width = pairs.reduce((widest, [label]) => Math.max(widest, Math.min(label.length, mostPadded)), 0);
  return pairs.map(([label, value]) => `${style.dim(label.padEnd(width))}  ${value}\n`).join("");
}

/** The error line and, where there is a next step, the hint line. */
export function renderError(error: ClawError, style: Style): string {
  const hint = error.hint === undefined ? "" : `claw: hint: ${escapeLine(error.hint)}\n`;
  return `claw: ${style.red("error")}: ${escapeLine(error.message)}\n${hint}`;
}

/** A word on stderr that is no failure. */
export function renderNote(kind: "warning" | "note", text: string, style: Style): string {
  return `claw: ${kind === "warning" ? style.yellow(kind) : style.dim(kind)}: ${escapeLine(text)}\n`;
}
