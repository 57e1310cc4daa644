/**
 * The params of a call as a person writes them. What is wrong with them is told by its place: their text may be a
 * secret, and is never repeated.
 */
import { ClawError } from "../../errors.ts";
import { isNestedTooDeep, maxNesting, parseJson } from "../../protocol/mod.ts";

/**
 * Parses a JSON object.
 * @throws ClawError `input/invalid`, with the line and column where the text stops being JSON, or of a number that
 * would be sent as another one
 */
export function parseParams(text: string): Readonly<Record<string, unknown>> {
  const value = valueOf(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const kind = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
    throw new ClawError("input/invalid", `--params: this is ${kind}, and methods take an object`, { hint: example });
  }
  if (isNestedTooDeep(text, { params: value })) {
    throw new ClawError("input/invalid", `--params: this is nested deeper than ${maxNesting} levels`);
  }
  requireExactNumbers(text);
  return value as Record<string, unknown>;
}

const example = `write an object like --params '{"limit":5}', or give it by standard input with --params -`;

function valueOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    const at = jsonErrorAt(text) ?? text.length;
    const { line, column } = placeIn(text, at);
    const what = text.trim() === "" ? "there is nothing" : `this is not JSON, from line ${line}, column ${column} on`;
    throw new ClawError("input/invalid", `--params: ${what}`, { hint: example, details: { line, column } });
  }
}

/** JavaScript, in which claw and gateways are written, makes 2 ** 53 of 2 ** 53 + 1, and null of 1e999. */
function requireExactNumbers(text: string): void {
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g)) {
    if (token.startsWith('"') || isExact(token)) continue;
    const { line, column } = placeIn(text, index);
    const message =
      `--params: the number at line ${line}, column ${column} is too large: it would be sent as another one`;
    throw new ClawError("input/invalid", message, {
      hint: "whole numbers are exact up to 9007199254740991; give a longer one as text, in quotation marks",
      details: { line, column },
    });
  }
}

function isExact(literal: string): boolean {
  const number = Number(literal);
  if (!Number.isFinite(number)) return false;
  // The last: what a program wrote that has no other numbers.
  return !/^-?\d+$/.test(literal) || BigInt(number) === BigInt(literal) || String(number) === literal;
}

function placeIn(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** One token of JSON (RFC 8259), by its kind. */
const token =
  // deno-lint-ignore no-control-regex
  /[ \t\r\n]*(?:([{[])|([}\]])|(:)|(,)|("[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*")|(true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?))/y;

/** What may come next; `end` closes the innermost object or list. */
type Due = "value" | "name" | "colon" | "comma";

/** Where a text stops being JSON, as an index; undefined when it is JSON. */
export function jsonErrorAt(text: string): number | undefined {
  const open: string[] = [];
  let due: Due = "value";
  let mayEnd = false;
  let isOver = false;
  let at = 0;
  const blank = /[ \t\r\n]*/y;
  for (;;) {
    blank.lastIndex = at;
    at += blank.exec(text)?.[0].length ?? 0;
    if (at === text.length) return isOver ? undefined : at;
    token.lastIndex = at;
    const [whole, opens, closes, colon, comma, string, word] = token.exec(text) ?? [];
    if (whole === undefined || isOver) return at;
    const isValue = due === "value" && (opens ?? string ?? word) !== undefined;
    const isName: boolean = due === "name" && string !== undefined;
    const isClose = closes !== undefined && mayEnd && closes === (open.at(-1) === "{" ? "}" : "]");
    if (opens !== undefined && isValue) {
      open.push(opens);
      due = opens === "{" ? "name" : "value";
      mayEnd = true;
    } else if (isValue || isClose) {
      if (isClose) open.pop();
      due = "comma";
      mayEnd = true;
      isOver = open.length === 0;
    } else if (isName || (due === "colon" && colon !== undefined)) {
      due = isName ? "colon" : "value";
      mayEnd = false;
    } else if (due === "comma" && comma !== undefined) {
      due = open.at(-1) === "{" ? "name" : "value";
      mayEnd = false;
    } else return at;
    at += whole.length;
  }
}
