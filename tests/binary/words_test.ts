/**
 * What the compiled program says without a gateway: version, help, mistakes, completion, and the JSON envelope whatever
 * happens.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { exitCodes } from "../../src/cli/exit_codes.ts";
import { registry } from "../../src/commands/registry.ts";
import { settings } from "../../src/settings/schema.ts";
import { version } from "../../src/version.ts";
import { assertExit, binaryPath, createBinaryHome, envelopeOf } from "../support/binary.ts";
import { itWhen } from "../support/it_when.ts";
import { freePort } from "../support/sockets.ts";

describe("claw --version", () => {
  it("prints the version and nothing else, in any spelling", async () => {
    using home = createBinaryHome();
    for (const args of [["--version"], ["-V"]]) {
      const run = await home.claw(args);
      assertExit(run, 0);
      assert.deepEqual([run.stdout, run.stderr], [`${version}\n`, ""]);
    }
  });

  it("says by its exit when it cannot be printed", async () => {
    using home = createBinaryHome();
    assertExit(await home.claw(["--version"], { shell: 'exec "$@" >/dev/full' }), 74);
  });
});

describe("claw help", () => {
  it("lists every command; each has a page with an example", async () => {
    using home = createBinaryHome();
    const list = await home.claw(["help"]);
    assertExit(list, 0);
    for (const { words, isHidden } of registry) {
      if (isHidden) continue;
      assert.match(list.stdout, new RegExp(`^ +${words[0]} `, "m"));
      const page = await home.claw([...words, "--help"]);
      assertExit(page, 0);
      assert.match(page.stdout, new RegExp(`^Usage: claw ${words.join(" ")} .*\nExamples:\n`, "ms"));
      if (words.length === 1) assert.equal((await home.claw(["help", ...words])).stdout, page.stdout);
    }
  });

  it("explains every exit number and every variable", async () => {
    using home = createBinaryHome();
    const [exits, environment] = [await home.claw(["help", "exit-codes"]), await home.claw(["help", "environment"])];
    for (const [exit, meaning] of exitCodes) assert.ok(exits.stdout.includes(`${exit}`.padEnd(5) + meaning));
    for (const { env } of settings) assert.match(environment.stdout, new RegExp(`^ +${env} `, "m"));
  });
});

describe("claw on a wrong command line", () => {
  const mistakes = [
    { args: ["evnt", "x"], code: "usage/unknown-command", hint: /did you mean event\?/ },
    { args: ["event", "x", "--nwo"], code: "usage/bad-flag", hint: /did you mean --now\?/ },
    { args: ["event", "x", "--mode", "later"], code: "usage/bad-flag", hint: /./ },
    { args: ["event", "x", "--timeout", "10"], code: "usage/bad-flag", hint: /30s/ },
    { args: ["completion"], code: "usage/missing-argument", hint: /claw help completion/ },
    { args: ["completion", "tcsh"], code: "usage/bad-flag", hint: /./ },
  ];
  for (const { args, code, hint } of mistakes) {
    it(`says what is wrong with \`${args.join(" ")}\`, in words and in JSON`, async () => {
      using home = createBinaryHome();
      const words = await home.claw(args);
      assertExit(words, 64);
      assert.equal(words.stdout, "");
      assert.match(words.stderr, /^claw: error: .+\nclaw: hint: .+\n$/);
      const json = await home.claw([...args, "--json"]);
      assertExit(json, 64);
      assert.equal(json.stderr, "");
      const { ok, error } = envelopeOf(json);
      assert.deepEqual([ok, error?.code], [false, code]);
      assert.match(error?.hint ?? "", hint);
    });
  }
});

describe("claw --json", () => {
  it("prints exactly one document on stdout, with every command and every outcome", async () => {
    using home = createBinaryHome({ CLAW_PORT: String(await freePort()) });
    const lines: readonly (readonly [exit: number, ...args: string[]])[] = [
      [0, "help"],
      [0, "help", "event"],
      [0, "help", "exit-codes"],
      [0, "event", "--help"],
      [0, "--version"],
      [0, "completion", "zsh"],
      [0, "whoami"],
      [69, "event", "x"],
      [69, "status"],
      [64, "event"],
      [64, "event", ""],
      [64, "gateway", "dev", "--protocol", "9"],
      [65, "event", "--file", "no-such-file"],
      [78, "event", "x", "--url", "ws://gateway.example"],
      [78, "event", "x", "--url", "wss://me:secret@gateway.example"],
      [78, "event", "x", "--token-file", "no-such-file"],
    ];
    for (const [exit, ...args] of lines) {
      const run = await home.claw([...args, "--json"]);
      assertExit(run, exit);
      assert.equal(envelopeOf(run).ok, exit === 0, args.join(" "));
      assert.ok(!run.stdout.includes("me:secret"));
    }
  });
});

describe("claw completion", () => {
  const checks = { bash: ["bash", "-n"], zsh: ["zsh", "-n"], fish: ["fish", "-n"], powershell: ["pwsh", "-File"] };
  for (const [shell, [command = "", flag = ""]] of Object.entries(checks)) {
    const isThere = spawnSync(command, ["--version"]).error === undefined;
    const obstacle = isThere ? undefined : `${command} is not installed`;
    itWhen(obstacle, `prints a script that ${shell} can read`, async () => {
      using home = createBinaryHome();
      const run = await home.claw(["completion", shell]);
      assertExit(run, 0);
      const path = join(home.path, shell === "powershell" ? "script.ps1" : "script");
      writeFileSync(path, run.stdout);
      const check = spawnSync(command, [flag, path], { encoding: "utf8" });
      assert.deepEqual([check.status, check.stderr], [0, ""]);
    });
  }

  it("makes bash complete a command and a flag", async () => {
    using home = createBinaryHome();
    writeFileSync(join(home.path, "script"), (await home.claw(["completion", "bash"])).stdout);
    const complete = (...words: string[]) => {
      // The script leans on this function of the package bash-completion.
      const ask = `_get_comp_words_by_ref() { cur=\${COMP_WORDS[COMP_CWORD]}; words=("\${COMP_WORDS[@]}"); }
        source ./script; function=$(complete -p claw | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        COMP_WORDS=(claw "$@"); COMP_CWORD=$#; COMP_LINE="claw $*"; COMP_POINT=\${#COMP_LINE}
        $function claw "\${!#}" claw; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const env = { PATH: `${dirname(binaryPath())}:${process.env["PATH"]}`, HOME: home.path };
      return spawnSync("bash", ["-c", ask, "bash", ...words], { cwd: home.path, env, encoding: "utf8" });
    };
    assert.match(complete("ev").stdout, /^event\s*$/);
    assert.match(complete("event", "--verify-").stdout, /^--verify-timeout\s*$/);
  });
});
