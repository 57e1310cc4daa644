import assert from "node:assert/strict";
import * as fs from "node:fs";
import { test } from "node:test";
import { fc, runs } from "../support/property.ts";
import { ClawError } from "../../src/errors.ts";
import { loadClawConfig } from "../../src/settings/claw_config.ts";
import { settings } from "../../src/settings/schema.ts";
import { withHome, writeFile } from "../support/settings_home.ts";

const load = (content: unknown) =>
  withHome(async (home) => {
    writeFile(home, "config.json5", content);
    return await loadClawConfig("linux", home);
  });

async function failure(content: unknown): Promise<ClawError> {
  const error = await load(content).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ClawError, "it should have been refused");
  assert.equal(error.code, "config/invalid");
  return error;
}

test("loadClawConfig() takes an absent file for an empty one", async () => {
  await withHome(async (home) => assert.deepEqual((await loadClawConfig("linux", home)).layer, {}));
});

test("loadClawConfig() reads JSON5 with every setting that may stand in a file", async () => {
  const { layer } = await load(`{
    // comments and trailing commas
    url: "wss://gateway.example", token: 't', tokenFile: "t", tokenCmd: "t", password: "p", passwordFile: "p",
    passwordCmd: "p", tokenKeychain: "t", passwordKeychain: "p", port: 18790, ssh: "host", tlsFingerprint: "aa", ca: "ca.pem", proxy: "none",
    timeout: "30s", retry: "1m", allowInsecurePrivate: true, context: "home", agent: "main",
  }`);
  assert.deepEqual(Object.keys(layer).sort(), settings.filter((s) => s.isInFile).map((s) => s.key).sort());
  assert.equal(layer.port?.text, "18790");
  assert.equal(layer.allowInsecurePrivate?.text, "true");
  assert.match(layer.timeout?.origin.name ?? "", /\/config\.json5: timeout$/);
  assert.equal(layer.timeout?.origin.kind, "claw-config");
});

test("loadClawConfig() names file, line and setting of an unknown key, and the nearest known one", async () => {
  const error = await failure(`{\n  // a\n  tokenFlie: "x",\n}`);
  assert.match(error.message, /\/config\.json5, line 3: tokenFlie is not a setting$/);
  assert.equal(error.hint, "did you mean tokenFile?");
});

test("loadClawConfig() suggests the camelCase key for the flag's spelling", async () => {
  assert.equal((await failure(`{"token-file": "x"}`)).hint, "did you mean tokenFile?");
});

test("loadClawConfig() lists the settings when no key is near", async () => {
  assert.match((await failure(`{gateway: {}}`)).hint ?? "", /^known are context, url, port, ssh, token, /);
});

test("loadClawConfig() refuses wrong types, and says how to write them", async () => {
  const cases: readonly [string, RegExp, RegExp][] = [
    [`{timeout: 30}`, /line 1: timeout must be a string$/, /"30s"/],
    [`{port: "18789"}`, /port must be a number$/, /without quotes/],
    [`{allowInsecurePrivate: "yes"}`, /must be a boolean$/, /without quotes/],
    [`{token: {source: "env", id: "X"}}`, /token must be a string$/, /as "…"/],
    [`{token: null}`, /token must be a string$/, /as "…"/],
    [`{url: ""}`, /url is empty$/, /take it out/],
  ];
  for (const [text, message, hint] of cases) {
    const error = await failure(text);
    assert.match(error.message, message);
    assert.match(error.hint ?? "", hint);
  }
});

test("loadClawConfig() says where a setting belongs that no file may hold", async () => {
  assert.equal((await failure(`{configDir: "/x"}`)).hint, "set it with --config-dir or CLAW_CONFIG_DIR");
});

test("loadClawConfig() gives line and column of a syntax error, and nothing of the text around it", async () => {
  const error = await failure(`{\n  token: "hunter2",\n  url: oops\n}`);
  assert.match(error.message, /\/config\.json5, line 3, column 8: not valid JSON5$/);
  assert.doesNotMatch(`${error.message} ${error.hint} ${JSON.stringify(error.details)} ${error.cause}`, /hunter2|oops/);
});

test("loadClawConfig() refuses a file that holds no object", async () => {
  for (const text of ["[]", "1", "null", '"x"']) assert.match((await failure(text)).message, /one object/);
});

test("loadClawConfig() names a file that cannot be read", async () => {
  await withHome(async (home) => {
    fs.mkdirSync(`${home}/config.json5`);
    await assert.rejects(loadClawConfig("linux", home), {
      code: "config/invalid",
      message: /^cannot read .*config\.json5: EISDIR$/,
    });
  });
});

test("loadClawConfig() warns about a secret that others may read, and only then", async () => {
  await withHome(async (home) => {
    const file = writeFile(home, "config.json5", { token: "t" });
    assert.deepEqual((await loadClawConfig("linux", home)).warnings, []);
    fs.chmodSync(file, 0o644);
    assert.match((await loadClawConfig("linux", home)).warnings.join(), /chmod 600/);
    assert.deepEqual((await loadClawConfig("windows", home)).warnings, []);
    fs.writeFileSync(file, `{tokenFile: "t"}`);
    assert.deepEqual((await loadClawConfig("linux", home)).warnings, []);
  });
});

// A file each run: at night that takes longer than a runner waits by default.
test("loadClawConfig() reads any object of JSON values or refuses it by name", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...settings.map((s) => s.key))), fc.jsonValue()),
      async (value) => {
        try {
          const { layer } = await load(value);
          assert.deepEqual(Object.keys(layer).sort(), Object.keys(value).sort());
        } catch (thrown) {
          assert.ok(thrown instanceof ClawError && thrown.code === "config/invalid", String(thrown));
        }
      },
    ),
    { numRuns: runs(200) },
  );
});
