import assert from "node:assert/strict";
import * as fs from "node:fs";
import { describe, test } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { findOpenclawConfig, loadOpenclawConfig, type OpenclawConfig } from "../../src/settings/openclaw_config.ts";
import type { Env } from "../../src/settings/layers.ts";
import { withHome, writeFile } from "../support/settings_home.ts";

const load = (content: unknown, env: Env = {}, files: Readonly<Record<string, unknown>> = {}) =>
  withHome(async (home) => {
    for (const [name, text] of Object.entries(files)) writeFile(home, name, text);
    const config = await loadOpenclawConfig("linux", writeFile(home, "openclaw.json", content), env);
    assert.ok(config);
    return config;
  });

const tokenOf = (config: OpenclawConfig) => config.token?.value?.reveal();
const withToken = (token: unknown) => ({ gateway: { auth: { token } } });

describe("findOpenclawConfig()", () => {
  const home = "/home/me";

  test("findOpenclawConfig() heeds OpenClaw's variables in OpenClaw's order", () => {
    const cases: readonly [Env, string][] = [
      [{ HOME: home }, "/home/me/.openclaw/openclaw.json"],
      [{ HOME: home, OPENCLAW_HOME: "/srv/claw" }, "/srv/claw/.openclaw/openclaw.json"],
      [{ HOME: home, OPENCLAW_HOME: "~/other" }, "/home/me/other/.openclaw/openclaw.json"],
      [{ HOME: home, OPENCLAW_STATE_DIR: "/var/lib/oc" }, "/var/lib/oc/openclaw.json"],
      [{ HOME: home, OPENCLAW_STATE_DIR: "~/oc" }, "/home/me/oc/openclaw.json"],
      [{ HOME: home, OPENCLAW_HOME: "/srv", OPENCLAW_STATE_DIR: "~/oc" }, "/srv/oc/openclaw.json"],
      [{ HOME: home, OPENCLAW_STATE_DIR: "/x", OPENCLAW_CONFIG_PATH: "~/c.json" }, "/home/me/c.json"],
      [{ OPENCLAW_CONFIG_PATH: " /etc/oc.json " }, "/etc/oc.json"],
      [{ USERPROFILE: home, OPENCLAW_STATE_DIR: "" }, "/home/me/.openclaw/openclaw.json"],
    ];
    for (const [env, path] of cases) assert.equal(findOpenclawConfig("linux", env)?.path, path, JSON.stringify(env));
  });

  test("findOpenclawConfig() uses the system's separator", () => {
    assert.equal(findOpenclawConfig("windows", { USERPROFILE: "C:\\me" })?.path, "C:\\me\\.openclaw\\openclaw.json");
  });

  test("findOpenclawConfig() finds nothing where nothing names a home", () => {
    assert.equal(findOpenclawConfig("linux", {}), undefined);
  });

  test("findOpenclawConfig() says so when a variable needs a home that is unknown", () => {
    assert.throws(() => findOpenclawConfig("linux", { OPENCLAW_STATE_DIR: "~/oc" }), {
      code: "config/invalid",
      message: /HOME is not set/,
    });
  });
});

describe("loadOpenclawConfig()", () => {
  test("loadOpenclawConfig() reads what claw uses and passes over the rest", async () => {
    const config = await load(`{
      // as people write it
      agents: { anything: ["goes"] },
      gateway: {
        port: 19001, mode: "remote", bind: "lan", tls: { enabled: true },
        auth: { mode: "password", token: "t", password: 'p' },
        remote: { url: "wss://remote.example", token: "rt", password: "rp", tlsFingerprint: "AA:BB" },
      },
    }`);
    assert.equal(config.port, 19001);
    assert.equal(config.isRemote, true);
    assert.equal(config.isTls, true);
    assert.equal(config.authMode, "password");
    assert.equal(tokenOf(config), "t");
    assert.equal(config.password?.value?.reveal(), "p");
    assert.equal(config.remote.url, "wss://remote.example");
    assert.equal(config.remote.token?.value?.reveal(), "rt");
    assert.equal(config.remote.password?.value?.reveal(), "rp");
    assert.equal(config.remote.tlsFingerprint, "AA:BB");
    assert.match(config.token?.place ?? "", /\/openclaw\.json: gateway\.auth\.token$/);
  });

  test("loadOpenclawConfig() takes an absent file for none, and absent or odd values for absent", async () => {
    await withHome(async (home) => assert.equal(await loadOpenclawConfig("linux", `${home}/none.json`, {}), undefined));
    for (
      const odd of [{}, { gateway: null }, { gateway: [1] }, { gateway: { port: "x", auth: 7, remote: "no", tls: 1 } }]
    ) {
      const config = await load(odd);
      assert.deepEqual([config.port, config.isTls, config.isRemote, config.token], [
        undefined,
        false,
        false,
        undefined,
      ]);
      assert.equal(config.remote.url, undefined);
    }
    for (const port of [0, -1, 70_000, 1.5, true]) assert.equal((await load({ gateway: { port } })).port, undefined);
  });

  test("loadOpenclawConfig() names file, line and column of a syntax error, and repeats nothing of the file", async () => {
    const error = await load(`{\n gateway: {\n  auth: { token: "hunter2" oops } } }`).catch((e: unknown) => e);
    assert.ok(error instanceof ClawError);
    assert.equal(error.code, "config/invalid");
    assert.match(error.message, /\/openclaw\.json, line 3, column 28: not valid JSON5$/);
    assert.doesNotMatch(
      `${error.message} ${error.hint} ${JSON.stringify(error.details)} ${error.cause}`,
      /hunter2|oops/,
    );
  });

  test("loadOpenclawConfig() names a file that cannot be read or holds no object", async () => {
    await withHome(async (home) => {
      await assert.rejects(loadOpenclawConfig("linux", home, {}), {
        code: "config/invalid",
        message: `cannot read ${home}: EISDIR`,
      });
    });
    await assert.rejects(load("[]"), { code: "config/invalid", message: /one object/ });
  });

  test("loadOpenclawConfig() expands ${NAME}, and takes an unset name for an absent value", async () => {
    assert.equal(tokenOf(await load(withToken("${OC_T}"), { OC_T: "abc" })), "abc");
    assert.equal(tokenOf(await load(withToken("a-${OC_T}-${OC_T}-z"), { OC_T: "b" })), "a-b-b-z");
    assert.equal(tokenOf(await load(withToken("$OC_T"), { OC_T: "abc" })), "abc");
    assert.equal(tokenOf(await load(withToken("$${OC_T}"), { OC_T: "abc" })), "${OC_T}");
    assert.equal(tokenOf(await load(withToken("${not-a-name} $x"), {})), "${not-a-name} $x");
    for (const env of [{}, { OC_T: "" }]) assert.equal((await load(withToken("a${OC_T}"), env)).token, undefined);
    assert.equal((await load(withToken("$OC_T"))).token, undefined);
    assert.equal(
      (await load({ gateway: { remote: { url: "wss://${OC_H}" } } }, { OC_H: "h.example" })).remote.url,
      "wss://h.example",
    );
  });

  test("loadOpenclawConfig() looks a name up in the process, then in the env section, then in .env beside the file", async () => {
    const content = {
      env: { vars: { OC_T: "from-vars" }, OC_U: "from-section" },
      gateway: { auth: { token: "${OC_T}" } },
    };
    const files = { ".env": "# c\nexport OC_T=file\nOC_V = 'a b' # c\nOC_W=plain # c\n=\nOC_X=\"q\"\nOC_Y: y\n" };
    assert.equal(tokenOf(await load(content, { OC_T: "process" }, files)), "process");
    assert.equal(tokenOf(await load(content, {}, files)), "from-vars");
    assert.equal(tokenOf(await load({ ...content, ...withToken("${OC_U}") }, {}, files)), "from-section");
    for (const [name, value] of [["OC_T", "file"], ["OC_V", "a b"], ["OC_W", "plain"], ["OC_X", "q"], ["OC_Y", "y"]]) {
      assert.equal(tokenOf(await load(withToken(`\${${name}}`), {}, files)), value, name);
    }
  });

  test("loadOpenclawConfig() names a reference that only the gateway can follow", async () => {
    for (const source of ["file", "exec", "store"]) {
      const { token } = await load(withToken({ source, provider: "default", id: "/gateway/token" }));
      assert.equal(token?.value, undefined);
      assert.equal(token?.unusable, `a SecretRef (${source}), which only the gateway can look up`);
    }
    assert.equal((await load(withToken({ nonsense: 1 }))).token?.unusable, "not a string");
    assert.equal((await load(withToken(12345))).token?.unusable, "not a string");
  });

  test("loadOpenclawConfig() follows a reference to the environment", async () => {
    const ref = withToken({ source: "env", provider: "default", id: "OC_T" });
    assert.equal(tokenOf(await load(ref, { OC_T: "abc" })), "abc");
    assert.match((await load(ref)).token?.unusable ?? "", /^a SecretRef \(env\)/);
  });
});

describe("$include", () => {
  test("$include merges files in their order, and keys beside it win", async () => {
    const config = await load(
      { $include: ["./a.json5", "sub/b.json"], gateway: { auth: { token: "own" } } },
      {},
      {
        "a.json5": "{gateway: {port: 1, mode: 'remote', auth: {token: 'a', password: 'a'}}}",
        "sub/b.json": { gateway: { port: 2, auth: { $include: "auth.json" } } },
        "sub/auth.json": { password: "b" },
      },
    );
    assert.deepEqual([config.port, config.isRemote, tokenOf(config), config.password?.value?.reveal()], [
      2,
      true,
      "own",
      "b",
    ]);
  });

  test("$include works inside the gateway section and with absolute paths", async () => {
    await withHome(async (home) => {
      const secrets = writeFile(home, "elsewhere/secrets.json", { token: "deep" });
      const file = writeFile(home, "openclaw.json", { gateway: { auth: { $include: secrets, mode: "token" } } });
      const config = await loadOpenclawConfig("linux", file, {});
      assert.deepEqual([config && tokenOf(config), config?.authMode], ["deep", "token"]);
    });
  });

  test("$include in branches that claw does not use is not followed", async () => {
    assert.equal((await load({ agents: { $include: "./absent.json" }, gateway: { port: 1 } })).port, 1);
  });

  test("$include of a missing or broken file, of itself, or of no path is an error that names the file", async () => {
    await assert.rejects(load({ $include: "./none.json" }), {
      code: "config/invalid",
      message: /openclaw\.json: \$include names .*none\.json, which is not there/,
    });
    await assert.rejects(load({ $include: "a.json" }, {}, { "a.json": "{" }), {
      code: "config/invalid",
      message: /a\.json, line 1, column 2/,
    });
    await assert.rejects(load({ $include: "openclaw.json" }), { code: "config/invalid", message: /circle/ });
    await assert.rejects(
      load({ $include: "a.json" }, {}, { "a.json": { $include: "b.json" }, "b.json": { $include: "a.json" } }),
      { message: /circle/ },
    );
    await assert.rejects(load({ gateway: { $include: 7 } }), {
      code: "config/invalid",
      message: /a path or a list of paths/,
    });
  });
});

test("loadOpenclawConfig() opens .env only for a name that nothing else answers", async () => {
  await withHome(async (home) => {
    // Reading a directory fails, so that an attempt would leave the value absent.
    fs.mkdirSync(`${home}/.env`);
    const file = writeFile(home, "openclaw.json", withToken("${OC_T}"));
    assert.equal((await loadOpenclawConfig("linux", file, { OC_T: "abc" }))?.token?.value?.reveal(), "abc");
    assert.equal((await loadOpenclawConfig("linux", file, {}))?.token, undefined);
  });
});
