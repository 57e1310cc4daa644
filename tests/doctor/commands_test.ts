/**
 * Every command that a finding shows: those of claw must be ones that it understands, whatever is put into them.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { grammar } from "../../src/app.ts";
import { parse } from "../../src/cli/parse.ts";
import type { ClawError } from "../../src/errors.ts";
import { shellWords } from "../support/shell_words.ts";

/** What stands in quotes of any kind and begins as a command line of claw does. */
function commandLines(): readonly string[] {
  return readdirSync("src/doctor").flatMap((name) => {
    const text = readFileSync(`src/doctor/${name}`, "utf8");
    const found = [...text.matchAll(/(["`])claw ([a-z-](?:(?!\1).)*)\1/g)].map(([, , rest = ""]) => rest);
    return found.map((rest) => rest.replaceAll(/\$\{[^}]*\}/g, "reject").replace(/^reject$/, "status"));
  });
}

describe("the commands of the doctor's findings", () => {
  it("are all understood", async () => {
    const { registry, globals } = grammar();
    const lines = commandLines();
    assert.ok(lines.length > 40, `only ${lines.length} were found`);
    for (const line of new Set(lines)) {
      // Causes begin with claw's name, too: they are no commands.
      if (line === "help environment") continue;
      if (/^(takes|speaks|was|runs|sent|presented|has|tries)\b/.test(line)) continue;
      await parse(shellWords(line), registry, globals).catch((error: ClawError) =>
        assert.equal(error.code, "usage/missing-argument", `claw ${line}: ${error.message}`)
      );
    }
  });
});
