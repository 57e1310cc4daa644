/**
 * Writes the table of all methods that OpenClaw publishes, for `claw call`: names, scopes and the release each came
 * with, out of npm `@openclaw/gateway-protocol`. Run it after that package was raised; a test compares the two.
 *
 *     deno run -A scripts/method_table.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the table stands. */
export const tablePath = "src/commands/call/published_methods.ts";

interface Published {
  readonly methods: Readonly<Record<string, { readonly scope: string; readonly since: string }>>;
}

const folder = "node_modules/@openclaw/gateway-protocol";
const width = 116;

/** The text of the table, from the package below `root`. */
export function methodTable(root: string): string {
  const read = (name: string) => JSON.parse(readFileSync(join(root, folder, name), "utf8"));
  const { version } = read("package.json") as { version: string };
  const { methods } = read("protocol.schema.json") as Published;
  const groups = new Map<string, string[]>();
  for (const [name, { scope, since }] of Object.entries(methods)) {
    const key = `${scope} ${since}`;
    groups.set(key, [...groups.get(key) ?? [], name]);
  }
  const keys = [...groups.keys()].sort();
  const blocks = keys.map((key) => `${key}:\n${wrap((groups.get(key) ?? []).sort())}`);
  return `${head(version)}${blocks.join("\n")}\n\`;\n`;
}

function head(version: string): string {
  return `/**
 * Every method that OpenClaw publishes, by the scope it needs and the release it came with. Written by
 * \`scripts/method_table.ts\` from npm \`@openclaw/gateway-protocol\` ${version}: not to be changed by hand. Read by
 * \`method_table.ts\` beside it.
 */

/** The release whose methods these are. */
export const publishedBy = "${version}";

/** A line \`scope since:\` before the names that share the two. */
export const publishedMethods = \`
`;
}

/** Names in lines, two spaces in. */
function wrap(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last === undefined || last.length + name.length + 1 > width) lines.push(`  ${name}`);
    else lines[lines.length - 1] = `${last} ${name}`;
  }
  return lines.join("\n");
}

if (import.meta.main) writeFileSync(tablePath, methodTable("."));
