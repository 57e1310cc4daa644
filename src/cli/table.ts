/**
 * Tables in text: columns side by side, two spaces apart, with a line of labels. On a terminal the columns that may
 * shrink are cut to its width; elsewhere nothing is cut, so that other programs get every character. Widths are those of
 * East Asian scripts and emoji too, by the library for it (string-width).
 */
import stringWidth from "string-width";
import { escapeLine } from "./escape.ts";
import type { Style } from "./human.ts";
import type { Cell, Column, View } from "./outcome.ts";

const gap = "  ";
/** A column that shrinks keeps at least this much, and its label. */
const leastWidth = 8;
/** Where nothing is cut, a wider cell stands out of its column: it would fill all rows with blanks. */
const mostPadded = 120;
/** With this much, a column that shrinks needs no other column's room. */
const roomyWidth = 24;

type Table = Extract<View, { kind: "table" }>;

export function renderTable(table: Table, style: Style, columns?: number): string {
  const view = columns === undefined ? withoutDrawings(table) : withoutExtras(table, columns);
  const rows = view.rows.map((row) => row.map((cell) => escapeLine(textOf(cell))));
  const wanted = wantedWidths(view);
  const isCut = columns !== undefined;
  const widths = isCut ? fit(wanted, view.columns, columns) : wanted.map((width) => Math.min(width, mostPadded));
  const last = view.columns.length - 1;
  const line = (cells: readonly string[], paint: (text: string, at: number) => string) =>
    cells.map((cell, at) => {
      const width = widths[at] ?? 0;
      return paint(pad(isCut ? cutText(cell, width) : cell, width, view.columns[at], at === last), at);
    }).join(gap).trimEnd();
  const head = line(view.columns.map(({ label }) => label), (text) => style.dim(text));
  const body = rows.map((row, index) => line(row, (text, at) => paintCell(view.rows[index]?.[at], text, style)));
  return [head, ...body].map((text) => `${text}\n`).join("");
}

/** Widths at which nothing is cut. */
function wantedWidths({ columns, rows }: Table): readonly number[] {
  const widths = rows.map((row) => row.map((cell) => stringWidth(escapeLine(textOf(cell)))));
  return columns.map(({ label }, at) =>
    widths.reduce((widest, row) => Math.max(widest, row[at] ?? 0), stringWidth(label))
  );
}

function withoutDrawings(table: Table): Table {
  const without = <T>(items: readonly T[]) => items.filter((_, index) => table.columns[index]?.isDrawn !== true);
  return { ...table, columns: without(table.columns), rows: table.rows.map(without) };
}

/** Leaves out one extra column after the other, until those that shrink have room enough. */
function withoutExtras(table: Table, total: number): Table {
  const at = table.columns.findIndex(({ isExtra }) => isExtra);
  const widths = wantedWidths(table).map((width, index) =>
    table.columns[index]?.shrinks === true ? Math.min(width, roomyWidth) : width
  );
  if (at < 0 || lengthOf(widths) <= total) return table;
  const without = <T>(items: readonly T[]) => items.filter((_, index) => index !== at);
  return withoutExtras({ ...table, columns: without(table.columns), rows: table.rows.map(without) }, total);
}

function lengthOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

function paintCell(cell: Cell | undefined, text: string, style: Style): string {
  if (cell === undefined || typeof cell === "string" || text.trim() === "") return text;
  return { bad: style.red, warn: style.yellow, dim: style.dim }[cell.tone](text);
}

/** Takes width from the widest of the columns that shrink until the line fits, or nothing more can be taken. */
function fit(wanted: readonly number[], columns: readonly Column[], total: number): readonly number[] {
  const widths = wanted.map((width, at) => Math.min(width, Math.max(total, leastOf(columns[at]))));
  let excess = lengthOf(widths) - total;
  while (excess > 0) {
    const shrinkable = widths.map((width, at) => (width > leastOf(columns[at]) ? width : 0));
    const widest = Math.max(...shrinkable);
    if (widest === 0) break;
    widths[shrinkable.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}

function leastOf(column: Column | undefined): number {
  return column?.shrinks === true ? Math.max(leastWidth, stringWidth(column.label)) : Infinity;
}

function pad(text: string, width: number, column: Column | undefined, isLast: boolean): string {
  const space = " ".repeat(Math.max(0, width - stringWidth(text)));
  if (column?.align === "right") return space + text;
  return isLast ? text : text + space;
}

/** The text in at most `width` columns: what does not fit becomes `…`. */
export function cutText(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
