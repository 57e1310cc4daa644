/**
 * Source files as the house checks see them: a map of path to text, and a syntax tree of each. It judges nothing:
 * the rules are in `check_layers.ts` and `check_size.ts`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@babel/parser";

/** Paths from the top of the project, with `/`, to their text. */
export type Sources = ReadonlyMap<string, string>;

/** A broken rule, at a place. */
export interface Violation {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** A node of the syntax tree; its other members are read by name with `child`, `text` and `children`. */
export interface Node {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number }; readonly end: { readonly line: number } } | null;
}

/** Reads every TypeScript file at or below the given paths. */
export function readSources(root: string, paths: readonly string[]): Sources {
  const sources = new Map<string, string>();
  const visit = (path: string) => {
    if (path.endsWith(".ts")) return void sources.set(path, readFileSync(join(root, path), "utf8"));
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      if (entry.isDirectory() || entry.name.endsWith(".ts")) visit(`${path}/${entry.name}`);
    }
  };
  for (const path of paths) visit(path);
  return new Map([...sources].sort(([a], [b]) => a < b ? -1 : 1));
}

/** The syntax tree of a module. @throws SyntaxError with the path when it does not parse */
export function parseSource(path: string, text: string): Node {
  try {
    return parse(text, { sourceType: "module", plugins: ["typescript"] }).program;
  } catch (cause) {
    throw new SyntaxError(`${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Calls `visit` for each node, parents first; `parents` leads from the top to the node's own parent. */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => void): void {
  const parents: Node[] = [];
  const enter = (current: Node) => {
    visit(current, parents);
    parents.push(current);
    for (const [member, value] of Object.entries(current)) {
      if (member.endsWith("omments") || member === "errors") continue;
      for (const item of Array.isArray(value) ? value : [value]) if (isNode(item)) enter(item);
    }
    parents.pop();
  };
  enter(node);
}

/** The node under that member, or undefined. */
export function child(node: Node, member: string): Node | undefined {
  const value: unknown = Reflect.get(node, member);
  return isNode(value) ? value : undefined;
}

/** The nodes in that list. */
export function children(node: Node, member: string): readonly Node[] {
  const value: unknown = Reflect.get(node, member);
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The string under that member, or undefined. */
export function text(node: Node | undefined, member: string): string | undefined {
  const value: unknown = node === undefined ? undefined : Reflect.get(node, member);
  return typeof value === "string" ? value : undefined;
}

/** The line where a node starts, from 1. */
export function lineOf(node: Node): number {
  return node.loc?.start.line ?? 0;
}

/** One line for each violation, in the form that editors turn into links. */
export function format(violations: readonly Violation[]): string {
  return violations.map(({ path, line, text }) => `${path}:${line}: ${text}\n`).join("");
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "type") === "string";
}
