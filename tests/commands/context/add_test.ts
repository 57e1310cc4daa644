import assert from "node:assert/strict";
import * as fs from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import { fakeSecretTool } from "../../support/secret_tool.ts";
import { createTestHome, type TestHome } from "../../support/world.ts";

const url = "wss://home.example";
const pathIn = ({ path }: TestHome, name: string) => `${path}/.config/claw/${name}`;
const read = (home: TestHome, name: string) => fs.readFileSync(pathIn(home, name), "utf8");

/** What a refused `add` says: exit, the error, the hint. Nothing may have been written. */
async function refusal(args: readonly string[], stdin = ""): Promise<readonly [number, string, string]> {
  using home = createTestHome();
  const { exit, stdout, stderr } = await home.claw(["context", "add", ...args], { stdin });
  assert.equal(stdout, "");
  assert.ok(!fs.existsSync(pathIn(home, "contexts/home.json5")), "it was written all the same");
  const line = (kind: string) => new RegExp(`^claw: ${kind}: (.*)$`, "m").exec(stderr)?.[1] ?? "";
  return [exit, line("error"), line("hint")];
}

describe("claw context add", () => {
  it("writes what it was told, privately, with files in full", async () => {
    using home = createTestHome();
    fs.writeFileSync(`${home.path}/token`, "abc\n", { mode: 0o600 });
    const pin = "AB:".repeat(31) + "AB";
    const flags = ["--url", url, "--token-file", `${home.path}/token`, "--tls-fingerprint", pin, "--timeout", "3s"];
    const { exit, stdout, stderr } = await home.claw(["context", "add", "home", ...flags, "--agent", "ops"]);
    const file = pathIn(home, "contexts/home.json5");
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.equal(stdout, `added context home for ${url}/ (${file}); use it with --context home\n`);
    assert.equal(
      read(home, "contexts/home.json5"),
      `{\n  url: "${url}",\n  tokenFile: "${home.path}/token",\n  tlsFingerprint: "${pin}",\n  timeout: "3s",\n  agent: "ops",\n}\n`,
    );
    assert.equal((fs.statSync(file).mode & 0o777).toString(8), "600");
    assert.ok(!fs.existsSync(pathIn(home, "config.json5")));
  });

  it("--use chooses it as well", async () => {
    using home = createTestHome();
    const { exit, stdout } = await home.claw(["context", "add", "lab", "--port", "18790", "--use", "--json"]);
    const { data } = JSON.parse(stdout);
    assert.deepEqual([exit, data.status, data.context, data.url, data.isChosen], [
      0,
      "added",
      "lab",
      "ws://127.0.0.1:18790/",
      true,
    ]);
    assert.equal(read(home, "contexts/lab.json5"), "{\n  port: 18790,\n}\n");
    assert.equal(read(home, "config.json5"), '{\n  context: "lab",\n}\n');
  });

  it("refuses values as a run would, before it writes", async () => {
    assert.deepEqual((await refusal(["home", "--url", "http://x"])).slice(0, 2), [
      64,
      "--url: a gateway URL starts with ws:// or wss://",
    ]);
    const insecure = await refusal(["home", "--url", "ws://gateway.example"]);
    assert.deepEqual(insecure.slice(0, 2), [
      78,
      "--url: ws://gateway.example:80 is unencrypted and not on this machine",
    ]);
    for (
      const [flag, value, complaint] of [
        ["--timeout", "30", "--timeout: a duration needs a unit: 30s?"],
        ["--timeout", "0s", "--timeout: no time at all is too little"],
        ["--tls-fingerprint", "zz", "--tls-fingerprint: this is not a SHA-256 fingerprint"],
        ["--token-file", "/nowhere/at/all", "--token-file /nowhere/at/all: there is no file /nowhere/at/all"],
        ["--ca", "/nowhere", "--ca: there is no file /nowhere"],
        ["--agent", "", "--agent: the value is empty"],
        ["--token-cmd", "", "--token-cmd: the value is empty"],
        ["--token-keychain", "-x'y", ""],
        ["--token-keychain", "x y", "--token-keychain: this cannot name an entry of the keychain"],
      ] as const
    ) {
      const [exit, error] = await refusal(["home", "--url", url, flag, value]);
      assert.ok(exit === 64 || exit === 78, `${flag} ${value}: ${exit}`);
      if (complaint !== "") assert.equal(error, complaint);
    }
    assert.match(
      (await refusal(["home", "--url", url, "--port", "1"]))[1],
      /^--port: this and --url exclude each other$/,
    );
  });

  it("takes no allowance from the environment, which the context would not have", async () => {
    using home = createTestHome({ CLAW_ALLOW_INSECURE_PRIVATE: "1", OPENCLAW_ALLOW_INSECURE_PRIVATE_WS: "1" });
    const near = ["context", "add", "near", "--url", "ws://10.0.0.9:18789"];
    assert.equal((await home.claw(near)).exit, 78);
    assert.equal((await home.claw([...near, "--allow-insecure-private"])).exit, 0);
    assert.match(read(home, "contexts/near.json5"), /allowInsecurePrivate: true/);
  });

  it("needs a gateway and a good, new name", async () => {
    assert.deepEqual(await refusal(["home", "--token-cmd", "x"]), [
      64,
      "a context needs --url, --port or --ssh: where its gateway is",
      "write it like `claw context add home --url wss://gateway.example`",
    ]);
    assert.deepEqual((await refusal(["Home", "--url", url])).slice(0, 2), [65, "'Home' cannot name a context"]);
    assert.deepEqual((await refusal(["local", "--url", url])).slice(0, 2), [
      65,
      "local is there already: it needs no file",
    ]);
    using home = createTestHome();
    await home.claw(["context", "add", "home", "--url", url]);
    const before = read(home, "contexts/home.json5");
    const { exit, stderr } = await home.claw(["context", "add", "home", "--url", "wss://other.example"]);
    assert.equal(exit, 65);
    assert.match(stderr, /^claw: error: there is a context home already$/m);
    assert.match(stderr, /^claw: hint: change it in .*home\.json5, or remove it first with `claw context rm`$/m);
    assert.equal(read(home, "contexts/home.json5"), before);
  });

  it("takes no secret from the command line, and asks where to keep one", async () => {
    const [exit, error, hint] = await refusal(["home", "--url", url, "--token", "hunter2", "--store", "file"]);
    assert.deepEqual([exit, error], [64, "--token: a secret on the command line can be seen by others"]);
    assert.doesNotMatch(error + hint, /hunter2/);
    assert.match(
      (await refusal(["home", "--url", url, "--proxy", "http://me:pw@proxy:8080"]))[1],
      /^--proxy: a secret/,
    );
    assert.equal((await refusal(["home", "--url", url, "--token", "-"]))[1], "--store: where is the token to be kept?");
    assert.equal((await refusal(["home", "--url", url, "--store", "file"]))[1], "--store: there is no secret to store");
    const two = await refusal(["home", "--url", url, "--token", "-", "--store", "file", "--password-cmd", "x"]);
    assert.equal(two[1], "--token: this and --password-cmd exclude each other");
    const empty = await refusal(["home", "--url", url, "--token", "-", "--store", "file"], "\n");
    assert.deepEqual(empty.slice(0, 2), [78, "--token -: there is no secret in it"]);
  });

  it("keeps a secret of standard input in the file when it is told to", async () => {
    using home = createTestHome();
    const args = ["context", "add", "home", "--url", url, "--password", "-", "--store", "file"];
    const { exit, stdout, stderr } = await home.claw(args, { stdin: "hunter2\n" });
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.doesNotMatch(stdout, /hunter2/);
    assert.equal(read(home, "contexts/home.json5"), `{\n  url: "${url}",\n  password: "hunter2",\n}\n`);
    const shown = await home.claw(["context", "show", "home"]);
    assert.match(shown.stdout, /^password +set /m);
    assert.doesNotMatch(shown.stdout, /hunter2/);
  });

  it("keeps it in the keychain, and names the entry", async () => {
    if (process.platform === "win32") return console.log("not tested: the stand-in is a shell script");
    using home = createTestHome();
    const env = fakeSecretTool(home.path);
    const args = ["context", "add", "home", "--url", url, "--token", "-", "--store", "keychain"];
    const { exit, stderr } = await home.claw(args, { stdin: "the-token\n", env });
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.equal(read(home, "contexts/home.json5"), `{\n  url: "${url}",\n  tokenKeychain: "home",\n}\n`);
    assert.equal(fs.readFileSync(`${home.path}/keychain/home`, "utf8"), "the-token");
  });

  it("writes no context when the keychain takes no secret", async () => {
    if (process.platform === "win32") return console.log("not tested: the stand-in is a shell script");
    using home = createTestHome();
    const env = fakeSecretTool(home.path);
    fs.writeFileSync(`${home.path}/keychain/broken`, "");
    const args = ["context", "add", "home", "--url", url, "--token", "-", "--store", "keychain"];
    const { exit, stderr } = await home.claw(args, { stdin: "the-token\n", env });
    assert.equal(exit, 78);
    assert.match(
      stderr,
      /^claw: error: --store keychain: the keychain is locked or cannot be reached: secret-tool: Cannot/m,
    );
    assert.doesNotMatch(stderr, /the-token/);
    assert.ok(!fs.existsSync(pathIn(home, "contexts/home.json5")));
  });
});
