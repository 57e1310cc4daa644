/**
 * Reads an XML property list, strictly: only the kinds that a launchd job needs, no text where no value is.
 */
export type PlistValue = string | number | boolean | readonly PlistValue[] | PlistDict;
export interface PlistDict {
  readonly [key: string]: PlistValue;
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** @throws Error that says what stands where it must not */
export function parsePlist(xml: string): PlistValue {
  const head = /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*<!DOCTYPE plist [^>]*>\s*<plist version="1\.0">/;
  const whole = new RegExp(`${head.source}([\\s\\S]*)</plist>\\s*$`).exec(xml);
  if (whole === null) throw new Error("not a property list");
  const tokens = (whole[1] ?? "").match(/<[^>]+>|[^<]+/g)?.filter((token) => token.trim() !== "") ?? [];
  const value = readValue(tokens);
  if (tokens.length > 0) throw new Error(`${tokens[0]} after the end`);
  return value;
}

function readValue(tokens: string[]): PlistValue {
  const tag = tokens.shift() ?? "the end";
  if (tag === "<true/>") return true;
  if (tag === "<false/>") return false;
  if (tag === "<string>") return readText(tokens, "string");
  if (tag === "<integer>") return readInteger(readText(tokens, "integer"));
  if (tag === "<array>") return readUntil(tokens, "</array>", () => readValue(tokens));
  if (tag !== "<dict>") throw new Error(`${tag} where a value is due`);
  const entries = readUntil(tokens, "</dict>", () => {
    if (tokens.shift() !== "<key>") throw new Error("a dict without a key");
    return [readText(tokens, "key"), readValue(tokens)] as const;
  });
  if (new Set(entries.map(([key]) => key)).size < entries.length) throw new Error("a key stands twice");
  return Object.fromEntries(entries);
}

function readUntil<T>(tokens: string[], end: string, read: () => T): readonly T[] {
  const items: T[] = [];
  while (tokens[0] !== end) items.push(read());
  tokens.shift();
  return items;
}

function readText(tokens: string[], tag: string): string {
  const text = tokens[0]?.startsWith("<") ? "" : tokens.shift() ?? "";
  if (tokens.shift() !== `</${tag}>`) throw new Error(`<${tag}> does not end`);
  return text.replace(/&(\w*);?/g, (whole, name: string) => {
    const character = entities[name];
    if (character === undefined) throw new Error(`${whole} is no entity`);
    return character;
  });
}

function readInteger(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new Error(`${text} is no integer`);
  return Number(text);
}
