/**
 * The params of a call as a person writes them. What is wrong with them is told by its place: their text may be a
 * secret, and is never repeated.
 */
import { ClawError } from "../../errors.ts";
import { parseJson } from "../../protocol/mod.ts";

/**
 * Parses a JSON object.
 * @throws ClawError `input/invalid`, with the line and column where the text stops being JSON
 */
export function parseParams(text: string): Readonly<Record<string, unknown>> {
  const value = valueOf(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  const kind = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
  throw new ClawError("input/invalid", `--params: this is ${kind}, and methods take an object`, { hint: example });
}

const example = `write an object like --params '{"limit":5}', or give it by standard input with --params -`;

function valueOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    const at = jsonErrorAt(text) ?? text.length;
    const before = text.slice(0, at).split("\n");
    const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
    const what = text.trim() === "" ? "there is nothing" : `this is not JSON, from line ${line}, column ${column} on`;
    throw new ClawError("input/invalid", `--params: ${what}`, { hint: example, details: { line, column } });
  }
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
