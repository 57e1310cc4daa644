/**
 * Changes one setting in the text of a JSON5 object, and leaves all else as the person wrote it: comments, order,
 * layout, quotes. Not a parser: the text has been parsed before, and the result is parsed again and compared, so that a
 * text this file misjudges is left alone. Reading and writing files: `context_files.ts`.
 */
import json5 from "json5";

/** What a setting's value can be; undefined takes the setting out. */
export type Json5Value = string | number | boolean | undefined;

interface Member {
  readonly key: string;
  /** Offsets in the text: of the key, of the value, of the value's end. */
  readonly at: number;
  readonly valueAt: number;
  readonly valueEnd: number;
  /** Behind the comma, or undefined without one. */
  readonly commaEnd: number | undefined;
}

interface ObjectText {
  readonly members: readonly Member[];
  /** Of the closing brace. */
  readonly closeAt: number;
}

/** Comments, strings, punctuators, all else, and space between them (JSON5 §2 to §8). */
const tokens =
  /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|[{}[\],:]|[^\s{}[\],:"'/]+|\s+/gy;

/** The text with one setting of its top-level object changed; undefined when that cannot be done by the rules above. */
export function editJson5(text: string, key: string, value: Json5Value): string | undefined {
  const object = objectIn(text);
  if (object === undefined) return undefined;
  const member = object.members.findLast((candidate) => candidate.key === key);
  const edited = member === undefined
    ? value === undefined ? text : withMember(text, object, key, value)
    : value === undefined
    ? withoutMember(text, member)
    : splice(text, member.valueAt, member.valueEnd, literal(value));
  return isExactly(edited, text, key, value) ? edited : undefined;
}

/** A value as JSON5 and JSON both write it. */
export function literal(value: string | number | boolean): string {
  // These two end a line in JSON5's eyes, though not in JSON's.
  return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

function objectIn(text: string): ObjectText | undefined {
  const members: Member[] = [];
  let [depth, closeAt] = [0, 0];
  let open: { key: string; at: number; valueAt?: number; valueEnd: number } | undefined;
  for (const { 0: token, index: at } of text.matchAll(tokens)) {
    if (/^(\s|\/)/.test(token)) continue;
    const isOuter = depth === 1;
    if ("}]".includes(token)) depth--;
    if ("{[".includes(token)) depth++;
    if (isOuter && (token === "," || token === "}")) {
      const isComma = token === ",";
      if (open?.valueAt !== undefined) {
        members.push({ ...open, valueAt: open.valueAt, commaEnd: isComma ? at + 1 : undefined });
      }
      open = undefined;
      if (!isComma) closeAt = at;
    } else if (isOuter && open === undefined) open = { key: keyOf(token), at, valueEnd: at };
    else if (open !== undefined && !(isOuter && token === ":")) {
      open.valueAt ??= at;
      open.valueEnd = at + token.length;
    }
  }
  return text[closeAt] === "}" ? { members, closeAt } : undefined;
}

/** Keys may be quoted, and hold escapes. */
function keyOf(token: string): string {
  return Object.keys(parse(`{${token}: 0}`) ?? {})[0] ?? token;
}

function withMember(text: string, object: ObjectText, key: string, value: string | number | boolean): string {
  const { members, closeAt } = object;
  const last = members.at(-1);
  const isQuoted = last !== undefined && text[last.at] === '"';
  const added = `${isQuoted ? literal(key) : key}: ${literal(value)}${last?.commaEnd === undefined ? "" : ","}`;
  const before = text.slice(0, closeAt);
  const line = /[^\n\r\u2028\u2029]*$/.exec(before)?.[0] ?? "";
  const lineAt = closeAt - line.length;
  // A brace on a line of its own stays so.
  const inserted = line.trim() === ""
    ? splice(text, lineAt, lineAt, `${indentOf(text, object, line)}${added}${newlineOf(text)}`)
    : splice(text, before.trimEnd().length, closeAt, ` ${added} `);
  return last === undefined || last.commaEnd !== undefined
    ? inserted
    : splice(inserted, last.valueEnd, last.valueEnd, ",");
}

/** As the first member stands, when that has its line to itself. */
function indentOf(text: string, { members: [first] }: ObjectText, outer: string): string {
  const own = /[^\n\r\u2028\u2029]*$/.exec(text.slice(0, first?.at ?? 0))?.[0] ?? "";
  return first !== undefined && own.trim() === "" ? own : `${outer}  `;
}

function newlineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Comments stay, also those inside; a line that nothing is left of goes. */
function withoutMember(text: string, { at, valueAt, valueEnd, commaEnd }: Member): string {
  const kept = [text.slice(at, valueAt), text.slice(valueEnd, commaEnd ?? valueEnd)]
    .flatMap((part) => [...part.matchAll(tokens)].map(([token]) => token).filter((token) => token.startsWith("/")))
    .map((comment) => comment.startsWith("//") ? `${comment}\n` : comment).join(" ");
  const [head, tail] = [text.slice(0, at), kept + text.slice(commaEnd ?? valueEnd)];
  const blank = /^[^\S\n\r\u2028\u2029]*(\r\n|[\n\r\u2028\u2029])/.exec(tail)?.[0];
  const indent = /(?<=[\n\r\u2028\u2029])[^\S\n\r\u2028\u2029]*$/.exec(head)?.[0];
  if (blank !== undefined && indent !== undefined) {
    return head.slice(0, head.length - indent.length) + tail.slice(blank.length);
  }
  return head + (/\s$/.test(head) ? tail.replace(/^[^\S\n\r\u2028\u2029]+/, "") : tail);
}

function splice(text: string, from: number, to: number, inserted: string): string {
  return text.slice(0, from) + inserted + text.slice(to);
}

function isExactly(edited: string, text: string, key: string, value: Json5Value): boolean {
  const [after, before] = [parse(edited), parse(text)];
  if (after === undefined || before === undefined) return false;
  const others = ({ [key]: _, ...rest }: Readonly<Record<string, unknown>>) => rest;
  return isSame(others(after), others(before)) && after[key] === value &&
    (value !== undefined) === Object.hasOwn(after, key);
}

function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) {
    return Object.is(left, right);
  }
  const [ours, theirs] = [Object.entries(left), new Map(Object.entries(right))];
  return Array.isArray(left) === Array.isArray(right) && ours.length === theirs.size &&
    ours.every(([key, value]) => theirs.has(key) && isSame(value, theirs.get(key)));
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = json5.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Readonly<Record<string, unknown>>
      : undefined;
  } catch {
    return undefined;
  }
}
