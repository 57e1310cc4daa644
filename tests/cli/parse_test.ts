import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fc, runs } from "../support/property.ts";
import { grammar } from "../../src/app.ts";
import { flagName } from "../../src/cli/command.ts";
import { parse } from "../../src/cli/parse.ts";
import { quickParse } from "../../src/cli/quick_parse.ts";
import { ClawError } from "../../src/errors.ts";
import { version } from "../../src/version.ts";

const { registry, globals } = grammar();

async function slow(args: readonly string[]) {
  const parsed = await parse(args, registry, globals);
  assert.ok(!("help" in parsed), "a page of help");
  return parsed;
}

async function usageError(args: readonly string[]): Promise<ClawError> {
  const error = await parse(args, registry, globals).then(() => assert.fail("parsed"), (thrown: unknown) => thrown);
  assert.ok(error instanceof ClawError, String(error));
  return error;
}

/** Command lines around the real flags and words: most are right, some are not. */
async function anyArgs() {
  const event = await registry[0]?.load();
  const edit = await registry.find(({ words }) => words.join(" ") === "cron edit")?.load();
  const declared = Object.entries({ ...globals, ...event?.flags, ...edit?.flags });
  const flag = fc.constantFrom(...declared).chain(([name, declaration]): fc.Arbitrary<readonly string[]> => {
    if (declaration.type === "boolean") return fc.constant([flagName(name)]);
    const value = fc.oneof(
      fc.constantFrom(...(declaration.type === "string" && declaration.choices || ["x", "10s", "-", "a b"])),
      fc.string({ maxLength: 4 }),
    );
    return value.chain((text) => fc.constantFrom([flagName(name), text], [`${flagName(name)}=${text}`]));
  });
  const word = fc.oneof(fc.constantFrom("text", "-", "--", "--nope", "-x", ""), fc.string({ maxLength: 5 })).map((
    text,
  ) => [text]);
  const words = fc.constantFrom(
    ["event"],
    ["cron", "edit"],
    ["status"],
    ["whoami"],
    ["gateway", "dev"],
    ["completion"],
    ["gateway"],
    [],
  );
  return fc.tuple(words, fc.array(fc.oneof(flag, word), { maxLength: 5 })).map((
    [head, tail],
  ) => [...head, ...tail.flat()]);
}

describe("quickParse()", () => {
  it("answers only where the library answers the same", async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(await anyArgs(), async (args) => {
        const quick = await quickParse(args, registry, globals);
        if (quick === undefined) return;
        answered++;
        const full = await slow(args);
        assert.deepEqual({ ...full, command: 0 }, { ...quick, command: 0 });
        assert.equal(full.command, quick.command);
      }),
      { numRuns: runs(600) },
    );
    assert.ok(answered > 100, `only ${answered} lines were answered: the property says little`);
  });

  it("answers the lines that people put into their crontab", async () => {
    const lines = [
      ["event", "text", "--now"],
      ["event", "--mode", "now", "--", "--text"],
      ["event", "-", "--token-file=/run/secrets/token", "--timeout", "30s", "--json"],
      ["status", "--port", "18790"],
    ];
    for (const line of lines) assert.ok(await quickParse(line, registry, globals), line.join(" "));
  });
});

describe("parse()", () => {
  it("takes connection flags before the command too", async () => {
    const { values, operands } = await slow(["--url", "ws://127.0.0.1:1", "event", "a", "b", "--now"]);
    assert.deepEqual([values, operands], [{ url: "ws://127.0.0.1:1", now: true }, ["a", "b"]]);
  });

  const mistakes: readonly (readonly [line: string, code: string, message: RegExp, hint: RegExp])[] = [
    ["evnet text", "usage/unknown-command", /unknown command 'evnet'/, /did you mean event\?/],
    ["frobnicate", "usage/unknown-command", /unknown command/, /claw help/],
    ["event text --nwo", "usage/bad-flag", /unknown option '--nwo'/, /did you mean --now\?/],
    ["event text --mode soon", "usage/bad-flag", /Allowed choices are now, next-heartbeat/, /claw help event/],
    ["event text --mode", "usage/bad-flag", /argument missing/, /claw help event/],
    ["completion", "usage/missing-argument", /missing required argument 'shell'/, /claw help completion/],
    ["completion tcsh", "usage/bad-flag", /Allowed choices are bash/, /claw help completion/],
    ["event --tokn=hush", "usage/bad-flag", /^unknown option '--tokn=…'$/, /^see `claw help event`$/],
    ["--token hush event --bogus", "usage/bad-flag", /^unknown option '--bogus'$/, /^see `claw help event`$/],
    ["help nonsense", "usage/unknown-command", /^there is no help on 'nonsense'$/, /claw help/],
    ["help event text", "usage/unknown-command", /^there is no help on 'event text'$/, /claw help/],
    ["status extra", "usage/bad-flag", /too many arguments/, /claw help status/],
  ];
  for (const [line, code, message, hint] of mistakes) {
    it(`says what is wrong with: claw ${line}`, async () => {
      const error = await usageError(line.split(" "));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
    });
  }

  it("shows the page of the command that stands behind help", async () => {
    for (
      const [line, usage] of [["help event", "claw event"], ["help gateway dev --json", "claw gateway dev"]] as const
    ) {
      const page = await parse(line.split(" "), registry, globals);
      assert.ok("help" in page && page.help.startsWith(`Usage: ${usage} [options]`), line);
    }
  });

  it("knows the version as data too", async () => {
    assert.deepEqual(await parse(["--version", "--json"], registry, globals), {
      help: `${version}\n`,
      data: { version },
    });
  });

  it("shows a page for help, for a command, and for no command at all", async () => {
    for (const line of ["--help", "help", "help event", "event --help", "gateway --help", "", "gateway dev -h"]) {
      const page = await parse(line === "" ? [] : line.split(" "), registry, globals);
      assert.ok("help" in page && page.help.includes("Usage: claw"), line);
    }
  });
});
