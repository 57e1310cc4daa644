import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { readConfig, writeConfig } from "../../support/contexts.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome } from "../../support/world.ts";

/** Without colours. */
const plain = (shown: string) => stripVTControlCharacters(shown);
const text = '{ port: 9, password: "hunter2" }';

describe("claw context rm", () => {
  it("asks on a terminal, and shows what it is without the secret", async () => {
    using home = createTestHome();
    writeConfig(home, { "contexts/home.json5": text });
    const kept = await home.claw(["context", "rm", "home"], { isTty: true, stdin: "n\n" });
    assert.equal(kept.exit, 1);
    const asked = plain(kept.stderr);
    assert.match(asked, /gateway +ws:\/\/127\.0\.0\.1:9\/\n.*credential +password\n/);
    assert.match(asked, /remove context home\? \[y\/N\]/);
    assert.doesNotMatch(kept.stderr + kept.stdout, /hunter2/);
    assert.equal(readConfig(home, "contexts/home.json5"), text);
    const removed = await home.claw(["context", "rm", "home"], { isTty: true, stdin: "y\n" });
    assert.equal(removed.exit, 0);
    assert.equal(readConfig(home, "contexts/home.json5"), undefined);
    assert.equal(readConfig(home, "contexts/home.json5.prev"), text);
  });

  it("needs --yes where nobody can be asked", async () => {
    using home = createTestHome();
    writeConfig(home, { "contexts/home.json5": text });
    const { exit, stderr } = await home.claw(["context", "remove", "home"]);
    assert.equal(exit, 64);
    assert.match(stderr, /^claw: hint: say so beforehand with --yes$/m);
    assert.equal(readConfig(home, "contexts/home.json5"), text);
  });

  it("tells what stays: file, device token, entry of the keychain; and what is in use now", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome();
    writeConfig(home, {
      "config.json5": '{ context: "home" }',
      "contexts/home.json5": `{ url: "${gateway.url}", tokenKeychain: "home" }`,
    });
    await home.claw(["event", "x"], { env: { CLAW_TOKEN: gateway.secret } });
    const { exit, stdout, stderr } = await home.claw(["context", "rm", "home", "--yes"]);
    assert.deepEqual([exit, stderr], [0, ""]);
    const [removed = "", now = "", token = "", entry = ""] = stdout.trimEnd().split("\n");
    assert.match(removed, /^removed context home; its file is kept as \S+contexts\/home\.json5\.prev$/);
    assert.equal(now, "it was the one in use; now that is local, by default");
    assert.match(
      token,
      /^this device's token as operator of ws:\/\/127\.0\.0\.1:\d+ stays, for other contexts .*: \/\S+$/,
    );
    assert.equal(
      entry,
      "the keychain keeps its entry home; drop it with: secret-tool clear service claw account home",
    );
    assert.equal(readConfig(home, "config.json5"), "{ }");
    const path = /\/\S+$/.exec(token)?.[0] ?? "";
    const { tokens } = JSON.parse((await home.claw(["whoami", "--json"])).stdout).data;
    assert.deepEqual(tokens.map(({ file }: { file: string }) => file), [path]);
  });

  it("removes one that is broken, and refuses what is not there or has no file", async () => {
    using home = createTestHome();
    writeConfig(home, { "contexts/bad.json5": "{ port: }" });
    const { exit, stderr } = await home.claw(["context", "rm", "bad"], { isTty: true, stdin: "y\n" });
    assert.equal(exit, 0);
    assert.match(plain(stderr), /broken +\S+bad\.json5, line 1, column 9: not valid JSON5/);
    assert.equal((await home.claw(["context", "rm", "bad", "--yes"])).exit, 65);
    assert.equal((await home.claw(["context", "rm", "local", "--yes"])).exit, 65);
  });
});
