import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { startRefusingGateway } from "../../support/refusing_gateway.ts";
import { createTestHome, type TestHome } from "../../support/world.ts";

const { stringify } = JSON;

/** Every text below a directory that can only be a secret of claw's own. */
function storedSecrets(home: TestHome): readonly string[] {
  const names = readdirSync(home.path, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.json|\.key/.test(name)
  );
  const texts = names.filter((name) => statSync(join(home.path, name)).isFile())
    .map((name) => readFileSync(join(home.path, name), "utf8"));
  const members = texts.flatMap((text) => [...text.matchAll(/"(?:token|privateKey)":\s*"([^"]+)"/g)]);
  return members.map(([, secret = ""]) => secret);
}

function assertWithout(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    assert.ok(secret.length >= 6, `'${secret}' is long enough to be looked for`);
    assert.ok(!text.includes(secret), `the report contains ${secret}`);
    assert.ok(!text.includes(encodeURIComponent(secret)), `the report contains ${secret}, encoded`);
    assert.ok(!text.includes(btoa(secret)), `the report contains ${secret}, in base64`);
  }
}

/** Puts secrets where OpenClaw's configuration and claw's own have theirs. */
function configure(home: TestHome, port: number, secrets: Readonly<Record<string, string>>): void {
  const auth = { mode: "token", token: secrets["other"], password: secrets["password"] };
  const remote = { url: "wss://gw.example", token: secrets["remote"] };
  const openclaw = { gateway: { port, auth, remote }, channels: { telegram: { botToken: secrets["bot"] } } };
  mkdirSync(join(home.path, ".openclaw"));
  writeFileSync(join(home.path, ".openclaw/openclaw.json"), stringify(openclaw));
  writeFileSync(join(home.path, ".config/claw/config.json5"), `{ password: '${secrets["own"]}' }`, { mode: 0o600 });
}

describe("claw bugreport", () => {
  it("writes a new file that only its owner can read, and names it", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const path = join(home.path, "report.json");
    const run = await home.claw(["bugreport", path]);
    assert.equal(run.exit, 0, run.stderr);
    assert.match(run.stdout, /^wrote .*report\.json: look it over/);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const report = JSON.parse(readFileSync(path, "utf8"));
    assert.equal(report.doctor.version, 1);
    assert.equal(report.doctor.gatewayVersion, "2026.9.6");
    assert.match(report.claw.version, /^\d+\.\d+\.\d+/);
    const again = await home.claw(["bugreport", path]);
    assert.equal(again.exit, 65);
    assert.match(again.stderr, /is there already, and is not overwritten/);
    const lost = await home.claw(["bugreport", join(home.path, "no/such/folder.json")]);
    assert.equal(lost.exit, 74);
    assert.match(lost.stderr, /hint: name a file where you may write, or - for stdout/);
    assert.equal((await home.claw(["bugreport", ""])).exit, 64);
  });

  it("holds the frames of the connect, tokens as six digits that are the same everywhere", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    assert.equal((await home.claw(["event", "x"])).exit, 0);
    const { frames, doctor } = JSON.parse((await home.claw(["bugreport", "-"])).stdout);
    const sent = frames.filter(({ dir }: { dir: string }) => dir === "out").map((entry: { frame: unknown }) =>
      entry.frame
    );
    const connects = sent.filter(({ method }: { method: string }) => method === "connect");
    assert.equal(connects.length, 2, "by the token, and by the device's own");
    assert.match(connects[0].params.auth.token, /^secret:[0-9a-f]{6}$/);
    assert.match(connects[1].params.auth.deviceToken, /^secret:[0-9a-f]{6}$/);
    const row = doctor.settings.find(({ name }: { name: string }) => name === "token");
    assert.equal(connects[0].params.auth.token, `secret:${row.shown}`);
    const hello = frames.map((entry: { frame: { payload?: { type?: string } } }) => entry.frame?.payload)
      .find((payload: { type?: string } | undefined) => payload?.type === "hello-ok");
    assert.ok(hello !== undefined);
    assertWithout(JSON.stringify({ frames, doctor }), [gateway.secret, ...storedSecrets(home)]);
  });

  it("has the same six digits everywhere though this device has no key yet", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const { frames, doctor } = JSON.parse((await home.claw(["bugreport", "-"])).stdout);
    const connect = frames.find(({ frame }: { frame?: { method?: string } }) => frame?.method === "connect");
    const row = doctor.settings.find(({ name }: { name: string }) => name === "token");
    assert.equal(connect.frame.params.auth.token, `secret:${row.shown}`);
  });

  it("holds no secret of any kind, wherever it stood, though the gateway repeats them all", async () => {
    const secrets = {
      token: "tok-of-the-variable/with+signs=",
      password: "pass word of the file",
      other: "older-token-of-openclaw",
      remote: "remote-token-of-openclaw",
      bot: "bot-token-of-a-channel",
      proxyUser: "proxy-user-name",
      proxyPassword: "proxy-pass-word",
      unknown: "a-key-nobody-knows-of",
      own: "password-of-claws-own-file",
    };
    using home = createTestHome();
    await using first = await openSocketGateway();
    assert.equal((await home.claw(["event", "x", "--url", first.url, "--token", first.secret])).exit, 0);
    const all = [...Object.values(secrets), ...storedSecrets(home)];
    assert.ok(all.length >= Object.keys(secrets).length + 2, "with a device token and a private key");
    await using gateway = await startRefusingGateway({
      code: "INVALID_REQUEST",
      message: [...all, encodeURIComponent(secrets.token), home.path].join(" and "),
      details: { code: "AUTH_TOKEN_MISMATCH" },
    });
    configure(home, gateway.port, secrets);
    const { stdout } = await home.claw(["bugreport", "-"], {
      env: {
        OPENCLAW_GATEWAY_TOKEN: secrets.token,
        HTTPS_PROXY: `http://${secrets.proxyUser}:${secrets.proxyPassword}@proxy.example:3128`,
        MY_SECRET: secrets.unknown,
      },
    });
    assert.match(stdout, / and \*\*\* and secret:[0-9a-f]{6} and /, "what the gateway said is there");
    assertWithout(stdout, [...all, home.path]);
  });

  it("holds none that the gateway echoes in its words, under any name", async () => {
    const token = "echoed-token-0123456789";
    await using gateway = await startRefusingGateway({
      code: "INVALID_REQUEST",
      message: `unauthorized: ${token} at ws://me:hunter22@host/ is wrong, for ${encodeURIComponent("p/w+1234")}`,
      details: { code: "AUTH_TOKEN_MISMATCH", expected: token, nested: [{ setupCode: "setup-code-abcdef" }] },
    });
    using home = createTestHome({
      CLAW_URL: `ws://127.0.0.1:${gateway.port}`,
      CLAW_TOKEN: token,
      CLAW_PASSWORD: "p/w+1234",
    });
    const { stdout } = await home.claw(["bugreport", "-"]);
    assert.ok(stdout.includes("unauthorized"), "the gateway's sentence is there");
    assertWithout(stdout, [token, "hunter22", "p/w+1234", "setup-code-abcdef"]);
  });

  it("holds none that is spelt otherwise, nor who sits there", async () => {
    const token = "4815162342108";
    using home = createTestHome({ CLAW_TOKEN: token, USER: "alice" });
    await using gateway = await startRefusingGateway({
      code: "INVALID_REQUEST",
      message: `no: ${btoa(token)} ${token.slice(0, 6)}\n${token.slice(6)} alice@host, /Users/bob/.openclaw`,
      details: { code: "AUTH_TOKEN_MISMATCH", seen: Number(token) },
    });
    const { stdout } = await home.claw(["bugreport", "-"], { env: { CLAW_URL: `ws://127.0.0.1:${gateway.port}` } });
    assertWithout(stdout.replaceAll("\\n", ""), [token, "alice@", "/bob/.openclaw"]);
    assert.match(stdout, /no: secret:[0-9a-f]{6}\S* secret:[0-9a-f]{6} \*{3}@host, \/Users\/\*{3}\/\.openclaw/);
  });

  it("keeps no more of a gateway that talks without end than a report is about", async () => {
    await using gateway = await startRefusingGateway({ code: "NO", message: "long ".repeat(250_000) });
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${gateway.port}`, CLAW_TOKEN: "x".repeat(20) });
    const { stdout } = await home.claw(["bugreport", "-"]);
    const { frames } = JSON.parse(stdout);
    assert.ok(frames.some(({ frame }: { frame: unknown }) => /^\(\d+ characters, left out\)$/.test(String(frame))));
    assert.ok(stdout.length < 200_000, `${stdout.length} characters`);
  });

  it("holds none when the settings themselves are broken", async () => {
    const url = "wss://me:user-info-password@gateway.example";
    using home = createTestHome({ CLAW_URL: url, CLAW_TOKEN: "token-of-the-variable" });
    mkdirSync(join(home.path, ".openclaw"));
    const broken = `{ gateway: { auth: { token: 'token-in-a-broken-file' `;
    writeFileSync(join(home.path, ".openclaw/openclaw.json"), broken);
    const { stdout, exit } = await home.claw(["bugreport", "-"]);
    assert.equal(exit, 0);
    assert.deepEqual(JSON.parse(stdout).doctor.findings.map(({ id }: { id: string }) => id).slice(0, 1), ["CFG-6"]);
    assertWithout(stdout, ["user-info-password", "token-of-the-variable", "token-in-a-broken-file"]);
  });
});
