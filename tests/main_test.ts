/**
 * What every start of the program loads: all that `main.ts` and `app.ts` import at once, and what those files import.
 * Whatever stands there costs each `claw event`.
 */
import assert from "node:assert/strict";
import { dirname, join, resolve } from "node:path";
import { describe, it } from "node:test";
import { readModule } from "../scripts/module_facts.ts";
import { readSources } from "../scripts/sources.ts";

const root = resolve(import.meta.dirname ?? ".", "..");

/** Files of the project and packages that are there before anything runs. */
function loadedAtOnce(): { readonly files: readonly string[]; readonly packages: readonly string[] } {
  const sources = readSources(root, ["main.ts", "src"]);
  // The program itself is loaded by main.ts, unless only the version is asked for.
  const files = new Set(["main.ts", "src/app.ts"]);
  const packages = new Set<string>();
  for (const path of files) {
    const imports = readModule(path, sources.get(path) ?? "").imports;
    for (const { specifier = "" } of imports.filter(({ isType, isLazy }) => !isType && !isLazy)) {
      if (specifier.startsWith(".")) files.add(join(dirname(path), specifier).replaceAll("\\", "/"));
      else if (!specifier.startsWith("node:")) packages.add(specifier);
    }
  }
  return { files: [...files], packages: [...packages] };
}

describe("main.ts", () => {
  const { files, packages } = loadedAtOnce();

  it("loads one package with every start", () => {
    assert.ok(files.includes("src/commands/event.ts"), "the walk reaches the event");
    assert.deepEqual(packages, ["zod/mini"]);
  });

  it("loads nothing of cron, schedules, tables, other verbs, the dev gateway, contexts, TLS and ssh", () => {
    const heavy = [
      /^src\/(cron|schedule|devgateway)\/|^src\/commands\/(?!event\.ts|(\w+\/)?registry\.ts)|^src\/cli\/(table|parse)/,
      /^src\/settings\/(context|ssh|trust|proxy)|^src\/(platform|transport)\/(ssh|guarded|passage|probe)|^src\/ssh/,
    ];
    assert.deepEqual(files.filter((path) => heavy.some((pattern) => pattern.test(path))), []);
  });
});
