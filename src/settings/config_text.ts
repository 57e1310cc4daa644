/**
 * The text of a configuration file as a value: strict JSON first, and only when that fails JSON5, whose parser is
 * loaded then and not before. Says where the text is broken; never repeats it, since secrets stand nearby.
 */
import { ClawError } from "../errors.ts";
import { factsOf, osCodeOf, parseJson, readPatiently } from "../platform/files.ts";

/** A configuration file, read. */
export interface ConfigText {
  readonly text: string;
  readonly value: unknown;
}

/**
 * Reads and parses a JSON5 file; undefined when there is none.
 * @throws ClawError `config/invalid`, naming the file, and the line and column of a syntax error
 */
export async function readConfig(path: string): Promise<ConfigText | undefined> {
  const text = await readConfigText(path);
  if (text === undefined) return refuseLostLink(path);
  const json = parseJson(text);
  return { text, value: json === undefined ? await parseJson5(path, text) : json.value };
}

/** What cannot be read can be there all the same, and in the way of what is to be written. */
function refuseLostLink(path: string): undefined {
  if (factsOf(path)?.isLink !== true) return undefined;
  throw new ClawError("config/invalid", `${path} is a link that leads nowhere`, {
    hint: "mend that link, or remove it",
  });
}

/** Whether a parsed value is an object with keys. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `, line 3` for the first line that sets the key, or nothing when it cannot be told. */
export function lineOfKey(text: string, key: string): string {
  const escaped = key.replace(/[^A-Za-z0-9_]/g, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  const index = text.split("\n").findIndex((line) =>
    new RegExp(`(^|[\\s{,])["']?${escaped}["']?\\s*:`, "u").test(line)
  );
  return index < 0 ? "" : `, line ${index + 1}`;
}

async function readConfigText(path: string): Promise<string | undefined> {
  try {
    return await readPatiently(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** The error for a configuration or secret file that is there but cannot be read. */
export function unreadable(path: string, cause: unknown): ClawError {
  const osCode = cause instanceof ClawError ? String(cause.details["osCode"] ?? "") : osCodeOf(cause);
  return new ClawError("config/invalid", `cannot read ${path}: ${osCode}`, {
    hint: "check that path and who may read it",
    details: { path, osCode },
    cause,
  });
}

async function parseJson5(path: string, text: string): Promise<unknown> {
  const { default: json5 } = await import("json5");
  try {
    return json5.parse(text);
  } catch (cause) {
    // `lineNumber` and `columnNumber` are json5's documented additions to its SyntaxError.
    const { lineNumber, columnNumber } = cause as { lineNumber?: number; columnNumber?: number };
    throw new ClawError("config/invalid", `${path}, line ${lineNumber}, column ${columnNumber}: not valid JSON5`, {
      hint: "mend that line",
      details: { path, line: lineNumber, column: columnNumber },
    });
  }
}
