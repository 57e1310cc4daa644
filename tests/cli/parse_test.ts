import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fc, runs } from "../support/property.ts";
import { grammar } from "../../src/app.ts";
import { type FlagDeclaration, flagName } from "../../src/cli/command.ts";
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

/** A flag as people write it, mostly with a value that it takes. */
function flagWords([name, flag]: readonly [string, FlagDeclaration]): fc.Arbitrary<readonly string[]> {
  if (flag.type === "boolean") return fc.constant([flagName(name)]);
  const choices = flag.type === "string" && flag.choices || ["x", "10s", "-", "a b"];
  const value = fc.oneof({ arbitrary: fc.constantFrom(...choices), weight: 5 }, fc.string({ maxLength: 4 }));
  const short = flag.type === "string" && flag.short !== undefined ? [`-${flag.short}`] : [];
  return value.chain((text) =>
    fc.constantFrom([flagName(name), text], [`${flagName(name)}=${text}`], ...short.map((letter) => [letter, text]))
  );
}

/** Command lines of real commands, their flags and operands: most are right, some are not. */
async function anyArgs() {
  const lines = await Promise.all(
    registry.filter(({ isHidden }) => isHidden !== true).map(async ({ words, load }) => {
      const { flags, arguments: declared = [] } = await load();
      const flag = fc.constantFrom(...Object.entries({ ...globals, ...flags })).chain(flagWords);
      const operands = fc.constant(declared.map(({ choices }) => choices?.[0] ?? "text"));
      const slip = fc.oneof(fc.constantFrom("text", "-", "--", "--nope", "-x", ""), fc.string({ maxLength: 5 }));
      const tail = fc.array(
        fc.oneof({ arbitrary: flag, weight: 6 }, { arbitrary: slip.map((word) => [word]), weight: 1 }),
        { maxLength: 5 },
      );
      return fc.tuple(tail, operands, tail).map(([before, middle, after]) => [
        ...words,
        ...before.flat(),
        ...middle,
        ...after.flat(),
      ]);
    }),
  );
  return fc.oneof(
    { arbitrary: fc.oneof(...lines), weight: 9 },
    fc.constantFrom([], ["gateway"], ["cron"], ["cron", "x"]),
  );
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
      { numRuns: runs(900) },
    );
    assert.ok(answered > 150, `only ${answered} lines were answered: the property says little`);
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
    ["cron run", "usage/missing-argument", /missing required argument 'job'/, /^see `claw help cron run`$/],
    ["--json cron list --nope", "usage/bad-flag", /unknown option '--nope'/, /^see `claw help cron list`$/],
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

  it("names the commands of a group in one line, and what each does on the group's own page", async () => {
    const page = async (line: string) => {
      const shown = await parse(line.split(" "), registry, globals);
      assert.ok("help" in shown);
      return shown.help;
    };
    assert.match(await page("help"), /^ {2}cron +list, show, add, edit, [a-z, ]+$/m);
    assert.match(await page("help"), /^ {2}gateway +dev: run the embedded gateway on this machine/m);
    for (const line of ["cron", "help cron", "cron --help"]) {
      assert.match(await page(line), /^Usage: claw cron \[options\] \[command\]\n\nlist, show, /);
      assert.match(await page(line), /^ {2}list +list the jobs, with when they run next$/m);
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
