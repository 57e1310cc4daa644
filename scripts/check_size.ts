/**
 * Checks that no file and no function outgrows its reader. It fails on these two caps only; totals are printed, since a
 * budget is a compass and no gate.
 */
import { existsSync } from "node:fs";
import process from "node:process";
import { child, children, format, lineOf, type Node, parseSource, readSources, type Sources } from "./sources.ts";
import { text, type Violation, walk } from "./sources.ts";

/** Lines of a file, comments included. */
export const maxFileLines = 300;
/** Lines of a function from its first word to its closing brace. */
export const maxFunctionLines = 40;

/** Every file and function over its cap. A suite of tests (`describe`) is a chapter, not a function. */
export function check(files: Sources): Violation[] {
  return [...files].flatMap(([path, source]) => {
    const lines = countLines(source);
    const tooLong = lines > maxFileLines ? [{ path, line: 1, text: `${lines} lines, at most ${maxFileLines}` }] : [];
    return [...tooLong, ...longFunctions(path, parseSource(path, source))];
  });
}

/** One line for each top folder: files, lines, and the longest file. */
export function totals(files: Sources): string {
  const groups = new Map<string, [path: string, lines: number][]>();
  for (const [path, source] of files) {
    const parts = path.split("/");
    const name = parts[0] === "src" && parts.length > 2 ? `src/${parts[1]}` : parts[0] ?? path;
    groups.set(name, [...groups.get(name) ?? [], [path, countLines(source)]]);
  }
  return [...groups].map(([name, entries]) => {
    const sum = entries.reduce((total, [, lines]) => total + lines, 0);
    const [longest, most] = entries.toSorted((a, b) => b[1] - a[1])[0] ?? ["", 0];
    return `${name.padEnd(16)} ${String(entries.length).padStart(3)} files ${String(sum).padStart(6)} lines   ` +
      `longest ${most} (${longest})\n`;
  }).join("");
}

function longFunctions(path: string, program: Node): Violation[] {
  const violations: Violation[] = [];
  walk(program, (node, parents) => {
    if (!/^(Function|ArrowFunction|ObjectMethod|Class(Private)?Method)/.test(node.type)) return;
    const parent = parents.at(-1);
    if (parent !== undefined && isSuite(parent)) return;
    const lines = (node.loc?.end.line ?? 0) - lineOf(node) + 1;
    if (lines <= maxFunctionLines) return;
    const name = nameOf(node) ?? (parent === undefined ? undefined : nameOf(parent)) ?? "a function";
    violations.push({ path, line: lineOf(node), text: `${name}: ${lines} lines, at most ${maxFunctionLines}` });
  });
  return violations;
}

function isSuite(parent: Node): boolean {
  return parent.type === "CallExpression" && text(child(parent, "callee"), "name") === "describe" &&
    children(parent, "arguments").length > 0;
}

function nameOf(node: Node): string | undefined {
  return text(child(node, "id") ?? child(node, "key"), "name");
}

function countLines(source: string): number {
  return source.split("\n").length - (source.endsWith("\n") ? 1 : 0);
}

if (import.meta.main) {
  const paths = ["main.ts", "src", "scripts", "tests"].filter((path) => existsSync(path));
  const files = readSources(".", paths);
  const violations = check(files);
  console.error(totals(files) + format(violations) + `size: ${files.size} files, ${violations.length} violations`);
  if (violations.length > 0) process.exitCode = 1;
}
