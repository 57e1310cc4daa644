/**
 * Checks that the house stands as `layers.ts` and `house_rules.ts` say: imports, globals, names and the few forms that are banned.
 * `--graph` prints the real graph of rooms, so that the map in `src/app.ts` can be compared with it.
 */
import { existsSync } from "node:fs";
import process from "node:process";
import {
  bannedNames,
  certificatePinner,
  certificateProbe,
  door,
  doubleCasts,
  registry,
  restrictions,
} from "./house_rules.ts";
import { type Room, rooms } from "./layers.ts";
import { type Import, type ModuleFacts, readModule } from "./module_facts.ts";
import { format, readSources, type Sources, type Violation } from "./sources.ts";

/** Every broken rule in these files, keyed by path from the top of the project (`src/…`, `main.ts`). */
export function check(files: Sources): Violation[] {
  const modules = [...files].map(([path, text]) => readModule(path, text));
  return [
    ...modules.flatMap((module) => [
      ...checkName(module.path),
      ...module.imports.flatMap((found) => checkImport(module.path, found)),
      ...checkUses(module),
      ...checkForms(module),
    ]),
    ...checkCycles(modules),
  ];
}

/** One line a room, top floor first: how many files it has, and which rooms it imports how often. */
export function graph(files: Sources): string {
  const lines = rooms.toSorted((a, b) => b.floor - a.floor).map((room) => {
    const modules = [...files].filter(([path]) => roomOf(path) === room).map(([path, text]) => readModule(path, text));
    const counts = new Map<string, number>();
    for (const { path, imports } of modules) {
      for (const { specifier } of imports) {
        const target = specifier?.startsWith(".") ? roomOf(resolve(path, specifier)) : undefined;
        const name = target?.name ?? specifier ?? "?";
        if (name !== room.name) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    const edges = [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ${count}`).join(", ");
    return modules.length === 0 ? "" : `${room.floor}  ${room.name} (${modules.length})  →  ${edges || "nothing"}\n`;
  });
  return lines.join("");
}

function checkName(path: string): Violation[] {
  const at = (text: string) => [{ path, line: 1, text }];
  const stem = path.slice(path.lastIndexOf("/") + 1, -".ts".length);
  if (stem === "mod") return path === door ? [] : at(`the only door is ${door}`);
  if (bannedNames.includes(stem)) return at(`"${stem}" says nothing about what the file holds`);
  if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(stem)) return at("file names are snake_case");
  return roomOf(path) === undefined ? at("this file stands in no room of scripts/layers.ts") : [];
}

function checkImport(path: string, found: Import): Violation[] {
  const at = (text: string) => [{ path, line: found.line, text }];
  const room = roomOf(path);
  const { specifier } = found;
  if (room === undefined) return [];
  if (specifier === undefined) return at("an import names its module as plain text");
  if (!specifier.startsWith(".")) {
    if (specifier === "node:process" && found.names.includes("exit")) return at("only main.ts ends the process");
    return mayUsePackage(room, path, found) ? [] : at(refusalOfPackage(room, path, specifier));
  }
  const target = resolve(path, specifier);
  const other = roomOf(target);
  if (other === undefined) return at(`${target} stands in no room of scripts/layers.ts`);
  if (isCommand(target) && !registry.test(path) && !isBeside(path, target)) {
    return at(`commands are imported by their registry alone`);
  }
  return mayEnter(room, path, other, found.isType) ? [] : at(refusal(room, other, found.isType));
}

function checkUses({ path, uses }: ModuleFacts): Violation[] {
  return uses.flatMap(({ name, line }) => {
    const broken = restrictions.find(({ names, allowed }) => names.includes(name) && !covers(allowed, path));
    return broken === undefined ? [] : [{ path, line, text: `${name} is not for this file: ${broken.reason}` }];
  });
}

function checkForms(module: ModuleFacts): Violation[] {
  const { path } = module;
  const all = (lines: readonly number[], text: string) => lines.map((line) => ({ path, line, text }));
  return [
    ...all(doubleCasts.includes(path) ? [] : module.doubleCasts, "a double cast proves nothing to the compiler"),
    ...all(module.accessModifiers, "members are #private, or public without a word"),
    ...all(
      path === certificateProbe ? [] : module.uncheckedTrust,
      `only ${certificateProbe} may look past an untrusted certificate`,
    ),
    ...all(
      path === certificatePinner ? [] : module.ownNameChecks,
      `only ${certificatePinner} puts something in the place of the name's check`,
    ),
  ];
}

/** Cycles of modules that need each other to load; types and lazy imports make none. */
function checkCycles(modules: readonly ModuleFacts[]): Violation[] {
  const edges = new Map(modules.map(({ path, imports }) => [
    path,
    imports.flatMap(({ specifier, isType, isLazy }) =>
      specifier?.startsWith(".") && !isType && !isLazy ? [resolve(path, specifier)] : []
    ),
  ]));
  const done = new Set<string>();
  const violations: Violation[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      violations.push({ path, line: 1, text: `imports in a circle: ${[...trail.slice(start), path].join(" → ")}` });
    }
    if (start >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of modules) visit(path, []);
  return violations;
}

function mayEnter(room: Room, path: string, other: Room, isType: boolean): boolean {
  if (room === other || room.imports.includes(other.name)) return true;
  if (isType && room.types?.includes(other.name)) return true;
  return room.exceptions?.some(({ file, imports }) => path === file && imports.includes(other.name)) ??
    false;
}

function refusal(room: Room, other: Room, isType: boolean): string {
  if (!isType && room.types?.includes(other.name)) return `${room.name} may import only types from ${other.name}`;
  return `${room.name} (floor ${room.floor}) may not import ${other.name} (floor ${other.floor})`;
}

function mayUsePackage(room: Room, path: string, { specifier = "", isType, isLazy }: Omit<Import, "line">): boolean {
  return room.packages?.some((allowed) =>
    (allowed.specifier === specifier || allowed.specifier === "node:*" && specifier.startsWith("node:")) &&
    (allowed.files === undefined || allowed.files.includes(path)) &&
    (allowed.isLate !== true || isType || isLazy)
  ) ?? false;
}

function refusalOfPackage(room: Room, path: string, specifier: string): string {
  const mayLate = mayUsePackage(room, path, { specifier, isType: false, isLazy: true, names: [] });
  return `${room.name} may ${mayLate ? "only load" : "not import"} ${specifier}${mayLate ? " late, by import()" : ""}`;
}

function roomOf(path: string): Room | undefined {
  return rooms.find((room) => covers([room.path].flat(), path));
}

function covers(allowed: readonly string[], path: string): boolean {
  return allowed.some((place) => place === path || place.endsWith("/") && path.startsWith(place));
}

function isCommand(path: string): boolean {
  return path.startsWith("src/commands/") && !registry.test(path);
}

/** Files of one command may share a folder of their own, as `commands/cron/` does. */
function isBeside(path: string, target: string): boolean {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  return /^src\/commands\/./.test(folder) && target.startsWith(folder);
}

function resolve(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

if (import.meta.main) {
  const files = readSources(".", ["main.ts", "src"].filter((path) => existsSync(path)));
  if (process.argv.includes("--graph")) console.log(graph(files).trimEnd());
  const violations = check(files);
  console.error(format(violations) + `layers: ${files.size} files, ${violations.length} violations`);
  if (violations.length > 0) process.exitCode = 1;
}
