import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { ClawError } from "../../src/errors.ts";
import {
  failureOf,
  type Scene,
  secretOf,
  settingsIn,
  settingsOf,
  withHome,
  writeFile,
} from "../support/settings_home.ts";

describe("chooseSecret()", () => {
  test("chooseSecret(): a secret on the command line warns that ps can see it", async () => {
    const settings = await settingsOf({ flags: { token: "t" } });
    assert.equal(await secretOf(settings), "token t");
    assert.equal(settings.secret?.isExplicit, true);
    assert.match(
      settings.warnings.join(),
      /^--token on the command line can be seen with ps: use --token-file FILE or --token -$/,
    );
  });

  test("chooseSecret(): a secret by file, standard input or command does not", async () => {
    const runShell = (line: string) => Promise.resolve({ exitCode: 0, stdout: `${line}!\n`, stderr: "" });
    const scenes: readonly [Scene, string, string, string][] = [
      [{ flags: { tokenFile: "~/t" }, files: { t: "abc\n" } }, "token abc", "flag", "--token-file "],
      [{ flags: { token: "-" }, stdin: "abc\n" }, "token abc", "stdin", "--token -"],
      [{ flags: { passwordCmd: "op read x" }, runShell }, "password op read x!", "command", "--password-cmd"],
      [{ env: { CLAW_PASSWORD_FILE: "~/t" }, files: { t: "abc" } }, "password abc", "env", "CLAW_PASSWORD_FILE "],
      [{ env: { CLAW_TOKEN_CMD: "x" }, runShell }, "token x!", "command", "CLAW_TOKEN_CMD"],
    ];
    for (const [scene, secret, kind, name] of scenes) {
      const settings = await settingsOf(scene);
      assert.equal(await secretOf(settings), secret);
      assert.equal(settings.secret?.isExplicit, true);
      assert.equal(settings.secret?.origin.kind, kind);
      assert.ok(settings.secret?.origin.name.startsWith(name), settings.secret?.origin.name);
      assert.deepEqual(settings.warnings, []);
    }
  });

  test("chooseSecret(): a secret of one dash is standard input on the command line only", async () => {
    const settings = await settingsOf({ env: { CLAW_TOKEN: "-" }, stdin: "abc" });
    assert.deepEqual([await secretOf(settings), settings.secret?.origin.kind], ["token -", "env"]);
  });

  test("chooseSecret(): a secret is given once on a command line", async () => {
    const runShell = () => Promise.reject(new Error("it must not run"));
    for (
      const flags of [{ token: "a", password: "b" }, { token: "a", tokenFile: "b" }, {
        tokenCmd: "a",
        passwordCmd: "b",
      }, { token: "-", password: "-" }]
    ) {
      const error = await failureOf({ flags, runShell });
      assert.equal(error.code, "usage/bad-flag");
      assert.match(error.message, /^--[a-z-]+: this and --[a-z-]+ exclude each other$/);
    }
  });

  test("chooseSecret(): a secret of an empty flag is refused, not replaced by another", async () => {
    assert.equal(
      (await failureOf({ flags: { token: "" }, env: { CLAW_TOKEN: "t" } })).message,
      "--token: the value is empty",
    );
  });

  test("chooseSecret(): a secret from an empty standard input, a missing file or a failing command is an error", async () => {
    assert.deepEqual(
      (await failureOf({ flags: { token: "-" }, stdin: "\n" })).message,
      "--token -: there is no secret in it",
    );
    assert.match(
      (await failureOf({ env: { CLAW_TOKEN_FILE: "/none/t" } })).message,
      /^CLAW_TOKEN_FILE \/none\/t: there is no file \/none\/t$/,
    );
    const runShell = () => Promise.resolve({ exitCode: 1, stdout: "hunter2", stderr: "locked" });
    const error = await failureOf({ flags: { tokenCmd: "x" }, runShell });
    assert.deepEqual([error.code, error.message], [
      "config/invalid",
      "--token-cmd: the command failed with exit code 1: locked",
    ]);
  });

  test("chooseSecret(): a secret's command ends with the run: its failure is the signal's reason", async () => {
    const error = await failureOf({
      flags: { tokenCmd: "sleep" },
      runShell: () => Promise.reject(new ClawError("net/timeout", "the time is over")),
    });
    assert.equal(error.code, "net/timeout");
  });

  test("chooseSecret(): a secret's file that belongs to others only warns", async () => {
    await withHome(async (home) => {
      fs.chmodSync(writeFile(home, "t", "abc\n"), 0o444);
      const settings = await settingsIn(home, { env: { CLAW_TOKEN_FILE: "~/t" } });
      assert.equal(await secretOf(settings), "token abc");
      assert.match(settings.warnings.join(), /^others may read .*\/t: chmod 600/);
    });
  });

  test("chooseSecret(): a secret's file in claw's config file is found beside it, and a tilde anywhere", async () => {
    const files = { ".config/claw/beside": "abc", "mine": "def" };
    assert.equal(await secretOf(await settingsOf({ claw: { tokenFile: "beside" }, files })), "token abc");
    assert.equal(await secretOf(await settingsOf({ claw: { tokenFile: "~/mine" }, files })), "token def");
  });

  test("chooseSecret(): a secret's command in claw's config file runs only when it is asked for, and once", async () => {
    let runs = 0;
    const runShell = () => Promise.resolve({ exitCode: 0, stdout: `run ${++runs}`, stderr: "" });
    const { secret } = await settingsOf({ claw: { tokenCmd: "op read x" }, runShell });
    assert.deepEqual([secret?.isDeferred, secret?.isExplicit, runs], [true, false, 0]);
    await secret?.read();
    assert.equal((await secret?.read())?.reveal(), "run 1");
  });

  test("chooseSecret(): a secret that openclaw.json only refers to is an error when it is asked for, and not before", async () => {
    const openclaw = { gateway: { auth: { token: { source: "exec", provider: "op", id: "x" } } } };
    const { secret } = await settingsOf({ openclaw });
    assert.equal(secret?.isDeferred, true);
    await assert.rejects(async () => await secret?.read(), {
      code: "config/invalid",
      message: /openclaw\.json: gateway\.auth\.token is a SecretRef \(exec\), which only the gateway can look up$/,
      hint: "give claw the token itself with --token-cmd CMD, --token-file FILE or CLAW_TOKEN",
    });
    assert.equal(await secretOf(await settingsOf({ openclaw, env: { OPENCLAW_GATEWAY_TOKEN: "t" } })), "token t");
    const withPassword = { gateway: { auth: { ...openclaw.gateway.auth, password: "p" } } };
    assert.equal(await secretOf(await settingsOf({ openclaw: withPassword })), "password p");
  });

  test("chooseSecret(): a secret of the kind that the gateway wants comes first where one place gives both", async () => {
    const both = { OPENCLAW_GATEWAY_TOKEN: "t", OPENCLAW_GATEWAY_PASSWORD: "p" };
    const ours = { CLAW_TOKEN: "t", CLAW_PASSWORD: "p" };
    const openclaw = (auth: unknown) => ({ gateway: { auth } });
    const cases: readonly [Scene, string | undefined][] = [
      [{ env: both }, "token t"],
      [{ env: both, openclaw: openclaw({ mode: "token" }) }, "token t"],
      [{ env: both, openclaw: openclaw({ mode: "password" }) }, "password p"],
      [{ env: both, openclaw: openclaw({ password: "x" }) }, "password p"],
      [{ env: ours, openclaw: openclaw({ mode: "password" }) }, "password p"],
      [{ env: { ...ours, CLAW_URL: "wss://elsewhere.example" }, openclaw: openclaw({ mode: "password" }) }, "token t"],
      [{ claw: { token: "t", password: "p" }, openclaw: openclaw({ mode: "password" }) }, "password p"],
      [{ openclaw: openclaw({ token: "t", password: "p" }) }, "password p"],
      [{ openclaw: openclaw({ mode: "token", token: "t", password: "p" }) }, "token t"],
      [{ openclaw: openclaw({ mode: "password", token: "t" }) }, undefined],
      [{ openclaw: openclaw({ mode: "none", token: "t", password: "p" }) }, undefined],
    ];
    for (const [scene, expected] of cases) {
      assert.equal(await secretOf(await settingsOf(scene)), expected, JSON.stringify(scene));
    }
  });

  test("chooseSecret(): a stale secret in a file never beats the environment's", async () => {
    const openclaw = { gateway: { port: 18789, auth: { mode: "token", token: "stale" } } };
    const claw = { token: "stale too" };
    assert.equal(await secretOf(await settingsOf({ openclaw, claw, env: { OPENCLAW_GATEWAY_TOKEN: "t" } })), "token t");
    assert.equal(await secretOf(await settingsOf({ openclaw, claw, env: { CLAWDBOT_GATEWAY_TOKEN: "t" } })), "token t");
  });

  test("chooseSecret(): a secret never shows in what is resolved", async () => {
    const scene: Scene = {
      env: { CLAW_TOKEN: "hunter2", OPENCLAW_GATEWAY_TOKEN: "hunter2b" },
      claw: { password: "hunter2c" },
      openclaw: { gateway: { auth: { token: "hunter2d" } } },
      isThorough: true,
    };
    const settings = await settingsOf(scene);
    assert.equal(settings.shadowed.length, 3);
    assert.doesNotMatch(inspect(settings, { depth: null, showHidden: true }) + JSON.stringify(settings), /hunter2/);
  });
});
