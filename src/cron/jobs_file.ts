/**
 * Jobs as a file holds them, in YAML or JSON: one job, a list, or `{version: 1, jobs: [...]}`. Reading is strict and
 * names the line of each mistake; writing keeps every text exactly, whatever YAML or a terminal makes of it elsewhere.
 * What a job may say is `definition_check.ts`.
 */
import { Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { ClawError } from "../errors.ts";
import { judgeDefinition } from "./definition_check.ts";
import type { JobDefinition } from "./definition.ts";

export type JobsFormat = "yaml" | "json";

type Path = readonly PropertyKey[];

/** A mistake in a text: where, and what. */
interface Mistake {
  readonly line: number;
  readonly message: string;
}

/** A text that was read: what it says, and on which line it says it. */
interface Reading {
  readonly value: unknown;
  lineOf(path: Path): number;
}

/** YAML lets a few lines stand for gigabytes. */
const maxAliasCount = 100;
const shownMistakes = 5;

/**
 * The jobs of a file, in its order.
 * @param source how the file is called in errors
 * @throws ClawError `input/invalid` with all mistakes, each with its line; also in `details.mistakes`
 */
export function parseJobs(text: string, source: string): readonly JobDefinition[] {
  const reading = read(text, source);
  const { items, path } = itemsOf(reading, source);
  const mistakes: Mistake[] = [];
  const definitions: JobDefinition[] = [];
  const lines: number[] = [];
  items.forEach((item, at) => {
    const place = path === undefined ? [] : [...path, at];
    const judged = judgeDefinition(item);
    if ("definition" in judged) {
      definitions.push(judged.definition);
      lines.push(reading.lineOf(place));
      return;
    }
    const label = path === undefined && nameOf(item) === undefined ? "" : `job ${nameOf(item) ?? at + 1}: `;
    for (const { path: member, message } of judged.complaints) {
      mistakes.push({ line: reading.lineOf([...place, ...member]), message: `${label}${message}` });
    }
  });
  mistakes.push(...repetitions(definitions, lines));
  if (mistakes.length > 0) throw mistaken(source, mistakes);
  return definitions;
}

/** The one job of a text. @throws ClawError `input/invalid`, as `parseJobs` */
export function parseJob(text: string, source: string): JobDefinition {
  const [definition, ...others] = parseJobs(text, source);
  if (definition !== undefined && others.length === 0) return definition;
  throw mistaken(source, [{ line: 1, message: "this must be one job" }]);
}

/** A file for `parseJobs`, with a final line end. */
export function formatJobs(definitions: readonly JobDefinition[], format: JobsFormat): string {
  return write({ version: 1, jobs: definitions }, format);
}

/** One job as a text for `parseJob`. */
export function formatJob(definition: JobDefinition, format: JobsFormat): string {
  return write(definition, format);
}

function read(text: string, source: string): Reading {
  const lines = new LineCounter();
  const lineAt = (offset: number | undefined) => offset === undefined ? 1 : lines.linePos(offset).line;
  try {
    // JSON is YAML. A process warning of the library would be a word of ours that nobody expects.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
    const faults = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
      line: lineAt(pos[0]),
      message: message.replace(/^Source contains multiple documents.*/, "a second document begins: write one list"),
    }));
    const odd = oddities(document).map(({ offset, message }) => ({ line: lineAt(offset), message }));
    if (faults.length + odd.length > 0) throw mistaken(source, [...faults, ...odd]);
    if (document.contents === null) {
      throw mistaken(source, [{ line: 1, message: "it is empty: no jobs are `jobs: []`" }]);
    }
    return { value: document.toJS({ maxAliasCount }), lineOf: (path) => lineAt(offsetOf(document, path)) };
  } catch (thrown) {
    if (thrown instanceof ClawError) throw thrown;
    const isBomb = thrown instanceof ReferenceError;
    const message = isBomb ? "its aliases stand for too much" : "it is nested too deeply, or is no YAML";
    throw mistaken(source, [{ line: 1, message }]);
  }
}

/** What YAML has and a jobs file has not: types of its own, and members whose names are no texts. */
function oddities(document: Document): readonly { readonly offset: number | undefined; readonly message: string }[] {
  const found: { offset: number | undefined; message: string }[] = [];
  visit(document, {
    Node: (_key, node) => {
      if (isNode(node) && "tag" in node && node.tag !== undefined) {
        found.push({ offset: node.range?.[0], message: `the tag ${node.tag} has no meaning here` });
      }
    },
    Pair: (_key, { key }) => {
      if (isScalar(key) && typeof key.value === "string") return;
      found.push({ offset: isNode(key) ? key.range?.[0] : undefined, message: "the name of a member must be a text" });
    },
  });
  return found;
}

/** Where a member begins, or the nearest above it that is there. */
function offsetOf(document: Document, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const parent = length === 0 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (length > 0 && isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path[length - 1]);
      if (isPair(pair) && isNode(pair.key)) return pair.key.range?.[0];
    }
    const node = length === 0 ? parent : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}

function itemsOf({ value, lineOf }: Reading, source: string): { items: readonly unknown[]; path?: Path } {
  if (Array.isArray(value)) return { items: value, path: [] };
  if (typeof value !== "object" || value === null || !("jobs" in value)) return { items: [value] };
  const { version, jobs, ...others } = value as { version?: unknown; jobs: unknown };
  const mistakes = Object.keys(others).map((name) => ({
    line: lineOf([name]),
    message: `there is no member ${name} beside jobs`,
  }));
  if (version !== undefined && version !== 1) {
    mistakes.push({ line: lineOf(["version"]), message: "this claw reads version 1 only" });
  }
  if (!Array.isArray(jobs)) mistakes.push({ line: lineOf(["jobs"]), message: "jobs must be a list" });
  if (mistakes.length > 0 || !Array.isArray(jobs)) throw mistaken(source, mistakes);
  return { items: jobs, path: ["jobs"] };
}

function nameOf(item: unknown): string | undefined {
  const name = typeof item === "object" && item !== null && "name" in item ? item.name : undefined;
  return typeof name === "string" && name.trim() !== "" ? `'${name}'` : undefined;
}

/** Where gateways know no key, the name decides: it must be one job's alone. */
function repetitions(definitions: readonly JobDefinition[], lines: readonly number[]): readonly Mistake[] {
  const seen = new Map<string, number>();
  return definitions.flatMap(({ name, declarationKey }, at) => {
    const line = lines[at] ?? 1;
    const labels = [`the name '${name.trim()}'`];
    if (declarationKey !== undefined) labels.push(`the declarationKey '${declarationKey.trim()}'`);
    return labels.flatMap((label) => {
      const first = seen.get(label);
      if (first === undefined) seen.set(label, line);
      return first === undefined ? [] : [{ line, message: `${label} stands on line ${first} already` }];
    });
  });
}

function mistaken(source: string, mistakes: readonly Mistake[]): ClawError {
  const ordered = [...mistakes].sort((a, b) => a.line - b.line);
  const shown = ordered.slice(0, shownMistakes).map(({ line, message }) => `${source}:${line}: ${message}`);
  const more = ordered.length - shown.length;
  const message = `${shown.join("; ")}${more > 0 ? `; and ${more} more mistakes` : ""}`;
  return new ClawError("input/invalid", message, {
    details: { mistakes: ordered.map((mistake) => ({ source, ...mistake })) },
    hint: "see how a file may look with `claw cron export`",
  });
}

/** Controls, marks that reorder text, separators, unassigned: what a terminal or an editor would not show as it is. */
const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Cn}]/u;

function write(value: unknown, format: JobsFormat): string {
  if (format === "json") return spellOut(`${JSON.stringify(value, null, 2)}\n`);
  // Quotes what older YAML would take for a date or a truth, too.
  const document = new Document(value, { version: "1.2", compat: "yaml-1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === "string" && hidden.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return spellOut(document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER }));
}

/** Within double quotes, both YAML and JSON take an escape for the character. */
function spellOut(text: string): string {
  const spell = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text.replace(new RegExp(hidden, "gu"), (character) => character.split("").map(spell).join(""));
}
