import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import type { CommandResult, Os } from "../../src/platform/world.ts";
import {
  byHand,
  isEntryName,
  lookupCall,
  readKeychain,
  storeCall,
  writeKeychain,
} from "../../src/settings/keychain.ts";
import { captureProgram } from "../../src/platform/shell.ts";
import { Secret } from "../../src/settings/secret.ts";
import { failureOf, secretOf, settingsOf, withHome } from "../support/settings_home.ts";
import { fakeSecretTool } from "../support/secret_tool.ts";

const origin = { kind: "flag", name: "--token-keychain home" } as const;
const systems: readonly Os[] = ["linux", "darwin", "windows"];
const answers = (exitCode: number, stdout = "", stderr = "") => () => Promise.resolve({ exitCode, stdout, stderr });

async function refusal(os: Os, result: CommandResult, name = "home") {
  const error = await readKeychain(os, name, origin, () => Promise.resolve(result)).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ClawError && error.code === "usage/bad-flag", String(error));
  return [error.message.replace("--token-keychain home: ", ""), error.hint ?? ""] as const;
}

describe("lookupCall()", () => {
  it("asks each system's own tool, without a shell", () => {
    assert.deepEqual(lookupCall("linux", "home").argv, ["secret-tool", "lookup", "service", "claw", "account", "home"]);
    assert.deepEqual(lookupCall("darwin", "home").argv, [
      "/usr/bin/security",
      "find-generic-password",
      "-s",
      "claw",
      "-a",
      "home",
      "-w",
    ]);
    const [shell, ...args] = lookupCall("windows", "home").argv;
    assert.match(shell ?? "", /^C:\\Windows\\.*powershell\.exe$/);
    assert.deepEqual(args.slice(0, 3), ["-NoProfile", "-NonInteractive", "-Command"]);
    assert.match(args[3] ?? "", /\$v\.Retrieve\('claw', 'home'\)/);
    // Node quotes an argument with spaces for Windows; quotes inside would double the trouble.
    assert.doesNotMatch(args[3] ?? "", /"/);
  });
});

describe("storeCall()", () => {
  it("hands the secret over on standard input, and never in the arguments", () => {
    for (const os of systems) {
      const { argv, stdin } = storeCall(os, "home", "s3cr3t\"'\\");
      assert.doesNotMatch(argv.join(" "), /s3cr3t|733363723374/, os);
      assert.match(stdin, os === "darwin" ? / -X 73336372337422275c\n$/ : /^s3cr3t"'\\$/, os);
    }
    assert.deepEqual(storeCall("linux", "home", "x").argv, [
      "secret-tool",
      "store",
      "--label=claw home",
      "service",
      "claw",
      "account",
      "home",
    ]);
    assert.equal(
      storeCall("darwin", "home", "ab").stdin,
      'add-generic-password -U -s claw -a home -l "claw home" -X 6162\n',
    );
  });
});

describe("readKeychain()", () => {
  it("takes what the tool prints, without the line's end", async () => {
    for (const os of systems) {
      const secret = await readKeychain(os, "home", origin, answers(0, "the-token\n"));
      assert.equal(secret.reveal(), "the-token", os);
    }
  });

  it("tells a missing tool from a missing entry, a locked keychain and other trouble, with what to do", async () => {
    const missing = { exitCode: 127, stdout: "", stderr: "spawn secret-tool ENOENT" };
    assert.deepEqual(await refusal("linux", missing), [
      "the keychain's tool secret-tool is not there",
      "install it (Debian: apt install libsecret-tools), or keep the secret in a private file",
    ]);
    const none: Readonly<Record<Os, CommandResult>> = {
      linux: { exitCode: 1, stdout: "", stderr: "" },
      darwin: { exitCode: 44, stdout: "", stderr: "security: SecKeychainSearchCopyNext: could not be found\n" },
      windows: { exitCode: 44, stdout: "", stderr: "Element not found.\r\n" },
    };
    for (const os of systems) {
      assert.deepEqual(await refusal(os, none[os]), [
        "the keychain has no entry home of claw",
        `make it with: ${byHand[os].make("home")}`,
      ]);
    }
    const locked = { exitCode: 1, stdout: "", stderr: "secret-tool: Cannot autolaunch D-Bus without X11 $DISPLAY\n" };
    const [message, hint] = await refusal("linux", locked);
    assert.equal(message, `the keychain is locked or cannot be reached: ${locked.stderr.trim()}`);
    assert.match(hint, /^unlock it in this login, or keep the secret in a private file/);
    assert.match(
      (await refusal("darwin", { exitCode: 36, stdout: "", stderr: "" }))[0],
      /is locked .* \(exit code 36\)$/,
    );
    assert.match(
      (await refusal("windows", { exitCode: 1, stdout: "", stderr: "no" }))[0],
      /^the keychain gave no secret: no$/,
    );
  });

  it("asks for no name that could be taken for something else", async () => {
    for (const name of ["-w", "a b", "", "a'b", "$(x)", "a\n", "x".repeat(65)]) {
      assert.equal(isEntryName(name), false, name);
      const [message] = await refusal("linux", { exitCode: 0, stdout: "never asked", stderr: "" }, name);
      assert.equal(message, "this cannot name an entry of the keychain");
    }
    for (const name of ["home", "Home-2", "me@work", "a.b_c"]) assert.equal(isEntryName(name), true, name);
  });
});

describe("writeKeychain()", () => {
  it("stores a secret that the tool then gives back", async () => {
    await withHome(async (home) => {
      const env = fakeSecretTool(home);
      const run = ({ argv, stdin }: { argv: readonly string[]; stdin: string }) =>
        captureProgram(argv, stdin, env, new AbortController().signal);
      await writeKeychain("linux", "home", new Secret("a b'c"), run);
      assert.equal((await readKeychain("linux", "home", origin, run)).reveal(), "a b'c");
      fs.writeFileSync(`${home}/keychain/broken`, "");
      await assert.rejects(writeKeychain("linux", "lab", new Secret("x"), run), /gave no secret|locked/);
    });
  });

  it("does not believe a tool that keeps something else, and refuses what not every tool keeps", async () => {
    await assert.rejects(writeKeychain("darwin", "home", new Secret("abc"), answers(0, "other\n")), /something else/);
    await assert.rejects(writeKeychain("linux", "home", new Secret("päss"), answers(0)), /ASCII characters only/);
  });
});

describe("resolveSettings() with a keychain", () => {
  const runTool = ({ argv }: { argv: readonly string[] }) =>
    Promise.resolve({ exitCode: 0, stdout: `${argv.at(-1)}-secret\n`, stderr: "" });

  it("reads the entry that a flag, a variable or a file names, the last only when it is needed", async () => {
    assert.equal(await secretOf(await settingsOf({ flags: { tokenKeychain: "a" }, runTool })), "token a-secret");
    const env = { CLAW_PASSWORD_KEYCHAIN: "b" };
    assert.equal(await secretOf(await settingsOf({ env, runTool })), "password b-secret");
    const claw = { url: "wss://home.example", tokenKeychain: "c" };
    const { secret } = await settingsOf({ claw, runTool });
    assert.equal(secret?.isDeferred, true);
    assert.equal((await secret?.read())?.reveal(), "c-secret");
    assert.equal((await settingsOf({ claw, flags: { url: "wss://other.example" }, runTool })).secret, undefined);
  });

  it("refuses it beside another secret of the command line", async () => {
    const error = await failureOf({ flags: { token: "x", tokenKeychain: "a" }, runTool });
    assert.equal(error.message, "--token-keychain: this and --token exclude each other");
  });
});
