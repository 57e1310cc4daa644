/**
 * Every `claw …` command line that a hint, a help page or the README shows must be one that claw understands.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { grammar } from "../../src/app.ts";
import type { ClawError } from "../../src/errors.ts";
import { parse } from "../../src/cli/parse.ts";
import { shellWords } from "../support/shell_words.ts";

const { registry, globals } = grammar();

/** Files of the product, with what they say. */
function sources(): readonly (readonly [path: string, text: string])[] {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return [...files.map((name) => `src/${name}`), "README.md", "CHANGELOG.md"].map((
    path,
  ) => [path, readFileSync(path, "utf8")]);
}

/** What stands in backticks, and in prose files on a line of its own; examples in sources are checked apart. */
function commandLines(path: string, text: string): readonly string[] {
  const inline = [...text.matchAll(/\\?`claw ([^`\\]+)\\?`/g)].map(([, rest]) => rest ?? "");
  const fenced = path.endsWith(".ts")
    ? []
    : [...text.matchAll(/^(?:\$ |.*\| |[\d *]+\/\S*\/)?claw ([a-z-][^\n]*?)(?: {2,}#.*)?$/gm)].map((
      [, rest],
    ) => rest ?? "");
  return [...inline, ...fenced].filter((line) => !/^[A-Z]|[…$]|\bSHELL\b/.test(line))
    .map((line) => line.replace(/ > \S+$/, ""));
}

async function understands(line: string): Promise<boolean> {
  const words = shellWords(line);
  const isTopic = words[0] === "help" && ["exit-codes", "environment"].includes(words[1] ?? "");
  // Prose may name a command without its operands.
  const judge = (error: ClawError) => error.code === "usage/missing-argument";
  return isTopic || await parse(words, registry, globals).then(() => true, judge);
}

describe("command lines shown to people", () => {
  it("are all understood", async () => {
    let count = 0;
    for (const [path, text] of sources()) {
      for (const line of commandLines(path, text)) {
        count++;
        assert.ok(await understands(line), `${path}: claw ${line}`);
      }
    }
    assert.ok(count > 30, `only ${count} were found`);
  });

  it("include the examples of every command", async () => {
    for (const { words, load } of registry) {
      const { examples } = await load();
      assert.ok(examples.length > 0, words.join(" "));
      for (const { line } of examples) {
        const rest = /(?:^|\| )claw (.*?)(?: > \S+)?$/.exec(line)?.[1];
        assert.ok(rest !== undefined && await understands(rest), line);
      }
    }
  });

  it("would be caught when they are wrong", async () => {
    assert.deepEqual(commandLines("a.ts", "see `claw frobnicate --hard`"), ["frobnicate --hard"]);
    assert.equal(await understands("frobnicate --hard"), false);
    assert.equal(await understands("event x --nope"), false);
  });
});
