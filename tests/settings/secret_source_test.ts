import assert from "node:assert/strict";
import * as fs from "node:fs";
import { test } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { checkSecret, readSecretFile, readSecretInput, runSecretCommand } from "../../src/settings/secret_source.ts";
import type { Origin } from "../../src/settings/origin.ts";
import { settingsOf, withHome, writeFile } from "../support/settings_home.ts";

const origin: Origin = { kind: "env", name: "CLAW_TOKEN_FILE" };

test("checkSecret() cuts one trailing newline and nothing else", () => {
  for (const [text, secret] of [["a", "a"], ["a\n", "a"], ["a\r\n", "a"], [" a ", " a "], ["ä€", "ä€"]] as const) {
    assert.equal(checkSecret(text, origin).reveal(), secret);
  }
});

test("checkSecret() refuses emptiness, line breaks and NUL, and does not repeat what it saw", () => {
  for (const text of ["", "\n", "  \n", "hunter2\n\n", "hunter2\nmore", "hunter2\rx", "hunter2\0"]) {
    assert.throws(() => checkSecret(text, origin), (error: Error & { code: string }) => {
      assert.equal(error.code, "config/invalid");
      assert.match(error.message, /^CLAW_TOKEN_FILE: /);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  }
});

test("checkSecret() refuses what is too long to be one, as a file that is no secret's is", () => {
  assert.equal(checkSecret("a".repeat(16_384), origin).reveal().length, 16_384);
  assert.throws(() => checkSecret("a".repeat(16_385), origin), /CLAW_TOKEN_FILE: 16385 characters are too many/);
});

test("readSecretFile() reads a private file without a word", async () => {
  await withHome(async (home) => {
    const { secret, warnings } = await readSecretFile("linux", writeFile(home, "t", "abc\n"), origin, undefined);
    assert.equal(secret.reveal(), "abc");
    assert.deepEqual(warnings, []);
  });
});

test("readSecretFile() only warns about files that others may read or that are links, as container secrets are", async () => {
  await withHome(async (home) => {
    const file = writeFile(home, "t", "abc\n");
    fs.chmodSync(file, 0o444);
    fs.symlinkSync(file, `${home}/link`);
    const open = await readSecretFile("linux", file, origin, undefined);
    assert.deepEqual([open.secret.reveal(), open.warnings], ["abc", [`others may read ${file}: chmod 600 ${file}`]]);
    const link = await readSecretFile("linux", `${home}/link`, origin, undefined);
    assert.equal(link.secret.reveal(), "abc");
    assert.match(link.warnings.join(), /link is a symbolic link/);
    assert.deepEqual((await readSecretFile("windows", file, origin, undefined)).warnings, []);
  });
});

test("readSecretFile() reads a descriptor, as a shell's <(…) makes it, without a word", async (context) => {
  if (!fs.existsSync("/dev/fd")) return context.skip("this system has no /dev/fd");
  await withHome(async (home) => {
    const handle = fs.openSync(writeFile(home, "t", "abc\n"), "r");
    const { secret, warnings } = await readSecretFile("linux", `/dev/fd/${handle}`, origin, undefined);
    fs.closeSync(handle);
    assert.deepEqual([secret.reveal(), warnings], ["abc", []]);
  });
});

test("readSecretFile() warns about the file of another user, but not of root", async () => {
  await withHome(async (home) => {
    const file = writeFile(home, "t", "abc\n");
    const { uid } = fs.statSync(file);
    const warned = (await readSecretFile("linux", file, origin, uid + 1)).warnings.join();
    if (uid === 0) assert.equal(warned, "");
    else assert.match(warned, /belongs to another user/);
    assert.deepEqual((await readSecretFile("linux", file, origin, uid)).warnings, []);
  });
});

test("readSecretFile() names the path of a file that is missing, empty or unreadable", async () => {
  await withHome(async (home) => {
    await assert.rejects(readSecretFile("linux", `${home}/none`, origin, undefined), {
      code: "config/invalid",
      message: `CLAW_TOKEN_FILE: there is no file ${home}/none`,
    });
    await assert.rejects(readSecretFile("linux", home, origin, undefined), {
      code: "config/invalid",
      message: `cannot read ${home}: EISDIR`,
    });
    const named: Origin = { kind: "env", name: `CLAW_TOKEN_FILE ${home}/t` };
    await assert.rejects(readSecretFile("linux", writeFile(home, "t", "\n"), named, undefined), {
      code: "config/invalid",
      message: `CLAW_TOKEN_FILE ${home}/t: there is no secret in it`,
    });
  });
});

test("readSecretInput() takes standard input, and refuses an empty one", async () => {
  assert.equal((await readSecretInput(() => Promise.resolve("abc\n"), origin)).reveal(), "abc");
  await assert.rejects(readSecretInput(() => Promise.resolve(""), origin), { code: "config/invalid" });
});

test("runSecretCommand() takes the output of a command that succeeds", async () => {
  const run = () => Promise.resolve({ exitCode: 0, stdout: "abc\n", stderr: "a word of caution" });
  assert.equal((await runSecretCommand(run, origin)).reveal(), "abc");
});

test("runSecretCommand() tells exit code and first line of stderr of one that fails, never its output", async () => {
  const failing: Origin = { kind: "command", name: "--token-cmd" };
  const run = () =>
    Promise.resolve({ exitCode: 3, stdout: "hunter2", stderr: `\nnot signed in ${"x".repeat(500)}\nmore` });
  await assert.rejects(runSecretCommand(run, failing), (error: Error & { code: string; hint: string }) => {
    assert.equal(error.code, "config/invalid");
    assert.match(error.message, /^--token-cmd: the command failed with exit code 3: not signed in x+$/);
    assert.ok(error.message.length < 300);
    assert.doesNotMatch(error.message + error.hint, /hunter2|more/);
    return true;
  });
});

test("runSecretCommand() refuses a command that prints nothing", async () => {
  const run = () => Promise.resolve({ exitCode: 0, stdout: "\n", stderr: "" });
  await assert.rejects(runSecretCommand(run, origin), { code: "config/invalid", message: /no secret in it/ });
});

test("resolveSettings() says which secret did not come in time", async () => {
  const late = () => Promise.reject(new ClawError("net/timeout", "the time is over"));
  const [runShell, runTool] = [late, late];
  for (const [key, name] of [["tokenCmd", "tokenCmd"], ["tokenKeychain", "tokenKeychain x"]] as const) {
    const { secret } = await settingsOf({ claw: { url: "wss://home.example", [key]: "x" }, runShell, runTool });
    await assert.rejects(async () => await secret?.read(), (error: ClawError) => {
      assert.match(error.message, new RegExp(`config\\.json5: ${name}: the secret did not come in time$`));
      return error.code === "net/timeout";
    });
  }
});
