/**
 * What a module says of itself, read off its syntax tree: what it imports and in which way, which globals it uses, and
 * a few forms of code. It knows no rule; `check_layers.ts` does.
 */
import { child, children, lineOf, type Node, parseSource, text, walk } from "./sources.ts";
import { isOwnNameCheck, mayTrustAnyone } from "./trust_facts.ts";

/** One import, export-from or `import()`. */
export interface Import {
  /** As written; undefined when it is computed. */
  readonly specifier: string | undefined;
  /** Whether it is gone after types are stripped. */
  readonly isType: boolean;
  /** Whether it is loaded only when that line runs. */
  readonly isLazy: boolean;
  /** Names taken from it, as exported there. */
  readonly names: readonly string[];
  readonly line: number;
}

/** A use of a global (`console`), of a member of a plain name (`Date.now`), or `new Date()`. */
export interface Use {
  readonly name: string;
  readonly line: number;
}

export interface ModuleFacts {
  readonly path: string;
  readonly imports: readonly Import[];
  readonly uses: readonly Use[];
  /** Lines with `x as unknown as Y`. */
  readonly doubleCasts: readonly number[];
  /** Lines with TypeScript's `private`, `protected` or `public`. */
  readonly accessModifiers: readonly number[];
  /** Lines that turn a check of the other end off, or may: see `trust_facts.ts`. */
  readonly uncheckedTrust: readonly number[];
  /** Lines that put something in the place of TLS's check of the name. */
  readonly ownNameChecks: readonly number[];
}

/** Reads one module. @throws SyntaxError when it does not parse */
export function readModule(path: string, source: string): ModuleFacts {
  const program = parseSource(path, source);
  const bound = boundNames(program);
  const facts = {
    path,
    imports: [] as Import[],
    uses: [] as Use[],
    doubleCasts: [] as number[],
    accessModifiers: [] as number[],
    uncheckedTrust: [] as number[],
    ownNameChecks: [] as number[],
  };
  walk(program, (node, parents) => {
    const found = importOf(node);
    if (found !== undefined) facts.imports.push(found);
    const name = nameUsed(node, parents, bound);
    if (name !== undefined) facts.uses.push({ name, line: lineOf(node) });
    if (isDoubleCast(node)) facts.doubleCasts.push(lineOf(node));
    if (text(node, "accessibility") !== undefined) facts.accessModifiers.push(lineOf(node));
    if (mayTrustAnyone(node, parents)) facts.uncheckedTrust.push(lineOf(node));
    if (isOwnNameCheck(node, parents)) facts.ownNameChecks.push(lineOf(node));
  });
  return facts;
}

function importOf(node: Node): Import | undefined {
  const line = lineOf(node);
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration": {
      const specifier = text(child(node, "source"), "value");
      if (specifier === undefined) return undefined;
      const parts = children(node, "specifiers");
      const isType = [text(node, "importKind"), text(node, "exportKind")].includes("type") ||
        parts.length > 0 && parts.every((part) => text(part, "importKind") === "type");
      const names = parts.map((part) => text(child(part, "imported") ?? child(part, "local"), "name") ?? "");
      return { specifier, isType, isLazy: false, names, line };
    }
    case "ImportExpression":
      return { specifier: text(child(node, "source"), "value"), isType: false, isLazy: true, names: [], line };
    case "TSImportType":
      return { specifier: text(child(node, "source"), "value"), isType: true, isLazy: false, names: [], line };
    default:
      return undefined;
  }
}

function nameUsed(node: Node, parents: readonly Node[], bound: ReadonlySet<string>): string | undefined {
  if (node.type === "MemberExpression" || node.type === "OptionalMemberExpression") {
    const property = child(node, "property");
    const object = text(child(node, "object"), "name");
    const member = Reflect.get(node, "computed") === true ? text(property, "value") : text(property, "name");
    return object === undefined || member === undefined ? undefined : `${object}.${member}`;
  }
  if (node.type === "NewExpression" && children(node, "arguments").length === 0) {
    return text(child(node, "callee"), "name") === "Date" ? "new Date()" : undefined;
  }
  const name = node.type === "Identifier" ? text(node, "name") : undefined;
  return name === undefined || bound.has(name) || !isValue(node, parents) ? undefined : name;
}

const wrappers = ["TSAsExpression", "TSNonNullExpression", "TSSatisfiesExpression", "TSInstantiationExpression"];

/** Whether an identifier stands for a value, not for a type, a member or a key. */
function isValue(node: Node, parents: readonly Node[]): boolean {
  if (parents.some(({ type }) => type.startsWith("TS") && !wrappers.includes(type))) return false;
  const parent = parents.at(-1);
  if (parent === undefined) return false;
  const isName = child(parent, "property") === node || child(parent, "key") === node;
  return !isName || Reflect.get(parent, "computed") === true;
}

/** Every name that the module itself declares or imports, at any depth: those are no globals. */
function boundNames(program: Node): ReadonlySet<string> {
  const names = new Set<string>();
  const bind = (pattern: Node | undefined) => {
    for (const name of pattern === undefined ? [] : namesIn(pattern)) names.add(name);
  };
  walk(program, (node) => {
    if (/^Import.*Specifier$/.test(node.type)) bind(child(node, "local"));
    if (/^(VariableDeclarator|FunctionDeclaration|ClassDeclaration)$/.test(node.type)) bind(child(node, "id"));
    if (node.type === "CatchClause") bind(child(node, "param"));
    for (const parameter of children(node, "params")) bind(parameter);
  });
  return names;
}

function namesIn(pattern: Node): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [text(pattern, "name") ?? ""];
    case "AssignmentPattern":
      return namesIn(child(pattern, "left") ?? pattern);
    case "RestElement":
      return namesIn(child(pattern, "argument") ?? pattern);
    case "ObjectPattern":
      return children(pattern, "properties").flatMap((part) => namesIn(child(part, "value") ?? part));
    case "ArrayPattern":
      return children(pattern, "elements").flatMap(namesIn);
    default:
      return [];
  }
}

function isDoubleCast(node: Node): boolean {
  const inner = node.type === "TSAsExpression" ? child(node, "expression") : undefined;
  if (inner?.type !== "TSAsExpression") return false;
  return text(child(child(inner, "typeAnnotation") ?? inner, "typeName"), "name") !== "const";
}
