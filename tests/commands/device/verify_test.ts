import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { generateKey } from "../../../src/identity/keypair.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { forgeKeyFile } from "../../support/key_files.ts";
import { createTestHome, type TestHome } from "../../support/world.ts";

describe("claw device verify", () => {
  it("finds a sound key and its tokens", async () => {
    using home = await pairedHome();
    const { exit, stdout } = await home.claw(["device", "verify"]);
    assert.equal(exit, 0);
    const lines = stdout.trimEnd().split("\n").map((line) => line.split(/ {2,}/).slice(0, 2).join(" "));
    assert.deepEqual(lines, [
      "STATE WHAT",
      "ok directory",
      "ok directory",
      "ok directory",
      "ok key file",
      "ok device id",
      "ok key",
      "ok signature",
      "ok token",
    ]);
    const { data } = JSON.parse((await home.claw(["device", "verify", "--json"])).stdout);
    assert.equal(data.isOk, true);
  });

  it("says that there is no key yet, and makes none", async () => {
    using home = createTestHome();
    const { exit, stdout } = await home.claw(["device", "verify"]);
    assert.equal(exit, 1);
    assert.match(stdout, /^wrong +key file +there is no \S+device\.json yet$/m);
    assert.deepEqual(readdirSync(home.path), []);
  });

  it("names the file that is wrong, and how to mend it", async () => {
    for (
      const { spoil, found, mend } of [
        {
          spoil: (key: string) => chmodSync(key, 0o644),
          found: /device\.json is open to other users \(mode 0644\)/,
          mend: /chmod 600 \S+device\.json/,
        },
        {
          spoil: (key: string) =>
            writeFileSync(key, readFileSync(key, "utf8").replace(/"createdAtMs":1/, '"createdAtMs":2')),
          found: /device\.json is damaged: its checksum does not fit/,
          mend: /restore it from a backup, or move it aside/,
        },
        {
          spoil: (_key: string, token: string) => writeFileSync(token, "{}"),
          found: /the device token \S+ is damaged/,
          mend: /remove that file/,
        },
        {
          spoil: (_key: string, token: string) =>
            writeFileSync(token, readFileSync(token, "utf8").replace(/"deviceId":"\w/, '"deviceId":"x')),
          found: /it was issued to another device/,
          mend: /move it aside/,
        },
      ]
    ) {
      using home = await pairedHome();
      spoil(keyFile(home), tokenFile(home));
      const { exit, stdout } = await home.claw(["device", "verify"]);
      assert.equal(exit, 1, stdout);
      assert.match(stdout, found);
      assert.match(stdout, mend);
    }
  });

  it("finds two halves of different keys by a signature, though the checksum fits", async () => {
    using home = await pairedHome();
    const { privateKey } = await generateKey();
    writeFileSync(keyFile(home), await forgeKeyFile(readFileSync(keyFile(home), "utf8"), privateKey));
    const { exit, stdout } = await home.claw(["device", "verify"]);
    assert.equal(exit, 1, stdout);
    assert.match(stdout, /^wrong +signature +\S+device\.json: its two halves are of different keys$/m);
  });

  it("warns of a directory that others may write into", async () => {
    using home = await pairedHome();
    chmodSync(join(home.path, ".config/claw"), 0o777);
    const { exit, stdout } = await home.claw(["device", "verify"]);
    assert.equal(exit, process.platform === "win32" ? 0 : 1);
    assert.match(stdout, /others may write there \(mode 0777\)[^]*chmod 700 \S+claw$/m);
  });

  it("looks at the folder of the tokens, too, and at what a link leads to", async () => {
    using home = await pairedHome();
    const config = join(home.path, ".config/claw");
    renameSync(config, `${config} kept elsewhere`);
    symlinkSync(`${config} kept elsewhere`, config);
    const { exit, stdout } = await home.claw(["device", "verify"]);
    assert.equal(exit, 0, stdout);
    if (process.platform === "win32") return;
    chmodSync(join(tokenFile(home), ".."), 0o770);
    const open = await home.claw(["device", "verify"]);
    assert.equal(open.exit, 1);
    assert.match(open.stdout, /claw\/tokens: others may write there \(mode 0770\)/);
  });

  it("tells of a folder of tokens that is none", async () => {
    using home = await pairedHome();
    const folder = join(tokenFile(home), "..");
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "");
    const { exit, stdout } = await home.claw(["device", "verify"]);
    assert.equal(exit, 1, stdout);
    assert.match(stdout, /^ok +signature +/m);
    assert.match(stdout, /^wrong +token +cannot list \S+tokens: ENOTDIR$/m);
  });
});

describe("claw device show", () => {
  it("is claw whoami", async () => {
    using home = await pairedHome();
    assert.deepEqual(await home.claw(["device", "show"]), await home.claw(["whoami"]));
    const { stdout } = await home.claw(["device", "show"]);
    assert.match(stdout, /^key +SHA256:[\w+/]{43}$/m);
  });
});

async function pairedHome(): Promise<TestHome> {
  await using gateway = await openSocketGateway();
  const home = createTestHome();
  const { exit } = await home.claw(["event", "x"], { env: { CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret } });
  assert.equal(exit, 0);
  return home;
}

const keyFile = ({ path }: TestHome) => join(path, ".config/claw/device.json");

function tokenFile({ path }: TestHome): string {
  const folder = join(path, ".local/state/claw/tokens");
  return join(folder, readdirSync(folder)[0] ?? "none");
}
