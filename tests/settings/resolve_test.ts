import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { missingSecretHint } from "../../src/settings/secret_choice.ts";
import { failureOf, type Scene, secretOf, settingsOf } from "../support/settings_home.ts";

describe("resolveSettings()", () => {
  test("resolveSettings() needs nothing at all: the local gateway, and no secret", async () => {
    const settings = await settingsOf({});
    assert.equal(settings.endpoint.value.url, "ws://127.0.0.1:18789/");
    assert.equal(settings.endpoint.origin.kind, "default");
    assert.equal(settings.secret, undefined);
    assert.deepEqual([settings.timeoutMs.value, settings.retryMs.value], [10_000, 0]);
    assert.deepEqual([settings.allowInsecurePrivate.value, settings.traceFile], [false, undefined]);
    assert.deepEqual([settings.warnings, settings.notes, settings.shadowed], [[], [], []]);
  });

  test("resolveSettings() needs nothing beside an OpenClaw installation", async () => {
    const openclaw = { gateway: { port: 19001, mode: "local", auth: { mode: "token", token: "abc" } } };
    const settings = await settingsOf({ openclaw });
    assert.equal(settings.endpoint.value.origin, "ws://127.0.0.1:19001");
    assert.match(settings.endpoint.origin.name, /\/\.openclaw\/openclaw\.json: gateway\.port$/);
    assert.equal(await secretOf(settings), "token abc");
    assert.match(settings.secret?.origin.name ?? "", /openclaw\.json: gateway\.auth\.token$/);
    assert.deepEqual([settings.secret?.isExplicit, settings.secret?.isDeferred], [false, false]);
  });

  test("resolveSettings() takes flag before variable before file before default, and says which", async () => {
    const flags = { timeout: "1s" };
    const env = { CLAW_TIMEOUT: "2s" };
    const claw = { timeout: "3s" };
    const all: readonly [Scene, number, string][] = [
      [{ flags, env, claw }, 1_000, "flag"],
      [{ env, claw }, 2_000, "env"],
      [{ claw }, 3_000, "claw-config"],
      [{}, 10_000, "default"],
    ];
    for (const [scene, ms, kind] of all) {
      const { timeoutMs } = await settingsOf(scene);
      assert.deepEqual([timeoutMs.value, timeoutMs.origin.kind], [ms, kind]);
    }
  });

  test("resolveSettings() reads retry, trace and the private network switch from their places", async () => {
    const settings = await settingsOf({
      flags: { retry: "1m", allowInsecurePrivate: true },
      env: { CLAW_TRACE: "/tmp/t" },
    });
    assert.equal(settings.retryMs.value, 60_000);
    assert.deepEqual(settings.traceFile, { value: "/tmp/t", origin: { kind: "env", name: "CLAW_TRACE" } });
    assert.equal(settings.allowInsecurePrivate.value, true);
  });

  test("resolveSettings() refuses a bare number, and no time at all", async () => {
    assert.equal((await failureOf({ flags: { timeout: "30" } })).code, "usage/bad-flag");
    assert.equal((await failureOf({ env: { CLAW_RETRY: "60" } })).code, "config/invalid");
    assert.equal((await failureOf({ flags: { timeout: "0s" } })).code, "usage/bad-flag");
  });

  test("resolveSettings() lets OPENCLAW_ALLOW_INSECURE_PRIVATE_WS=1 count below claw's own variable", async () => {
    const env = { OPENCLAW_ALLOW_INSECURE_PRIVATE_WS: "1", CLAW_URL: "ws://10.0.0.1:18789" };
    assert.equal((await settingsOf({ env })).allowInsecurePrivate.origin.name, "OPENCLAW_ALLOW_INSECURE_PRIVATE_WS");
    assert.equal((await failureOf({ env: { ...env, CLAW_ALLOW_INSECURE_PRIVATE: "0" } })).code, "config/insecure-url");
    assert.equal(
      (await failureOf({ env: { ...env, OPENCLAW_ALLOW_INSECURE_PRIVATE_WS: "yes" } })).code,
      "config/insecure-url",
    );
  });
});

describe("resolveSettings() and a broken openclaw.json", () => {
  const openclaw = "{\n  gateway: oops\n}";

  test("resolveSettings() names the line of a broken openclaw.json when something is needed from it", async () => {
    for (const scene of [{ openclaw }, { openclaw, env: { CLAW_TOKEN: "t" } }, { openclaw, flags: { port: "1" } }]) {
      const error = await failureOf(scene);
      assert.equal(error.code, "config/invalid");
      assert.match(error.message, /\/\.openclaw\/openclaw\.json, line 2, column 12: not valid JSON5$/);
    }
  });

  test("resolveSettings() only warns of a broken openclaw.json when flags or environment say enough", async () => {
    const scenes: readonly Scene[] = [
      { openclaw, flags: { port: "1", token: "-" }, stdin: "t" },
      { openclaw, flags: { port: "1" }, env: { CLAW_TOKEN: "t" } },
      { openclaw, env: { OPENCLAW_GATEWAY_PORT: "1", OPENCLAW_GATEWAY_TOKEN: "t" } },
      { openclaw, env: { OPENCLAW_GATEWAY_URL: "ws://127.0.0.1:1", OPENCLAW_GATEWAY_TOKEN: "t" } },
    ];
    for (const scene of scenes) {
      const settings = await settingsOf(scene);
      assert.equal(await secretOf(settings), "token t");
      assert.match(settings.warnings.join(), /openclaw\.json, line 2, .*left out$/);
    }
  });

  test("resolveSettings() does not even open openclaw.json when URL and credential are given", async () => {
    const settings = await settingsOf({ openclaw, env: { CLAW_URL: "ws://127.0.0.1:1", CLAW_TOKEN: "t" } });
    assert.deepEqual(settings.warnings, []);
  });
});

describe("resolveSettings() and an unknown home", () => {
  test("resolveSettings() finds that an unknown home is no error where the rest is given, and a note where it might matter", async () => {
    const bare = await settingsOf({ env: { HOME: undefined } });
    assert.deepEqual(bare.notes, ["HOME is not set, so OpenClaw's own settings were not looked up"]);
    assert.deepEqual(bare.warnings, []);
    const given = await settingsOf({ env: { HOME: undefined, CLAW_URL: "ws://127.0.0.1:1", CLAW_TOKEN: "t" } });
    assert.deepEqual([given.notes, given.warnings], [[], []]);
  });

  test("resolveSettings() finds a variable that names no file worth a note", async () => {
    const { notes } = await settingsOf({ env: { OPENCLAW_CONFIG_PATH: "~/none.json" } });
    assert.match(notes.join(), /^OPENCLAW_CONFIG_PATH is set, but there is no .*none\.json$/);
  });
});

describe("shadowedBy()", () => {
  test("shadowedBy() lists every other place that says something else, when asked to be thorough", async () => {
    const { shadowed } = await settingsOf({
      flags: { url: "ws://127.0.0.1:1", token: "-" },
      stdin: "chosen",
      env: { CLAW_TOKEN: "other", CLAW_PORT: "2", OPENCLAW_GATEWAY_TOKEN: "chosen", OPENCLAW_GATEWAY_PASSWORD: "p" },
      claw: { tokenCmd: "op read x" },
      openclaw: { gateway: { port: 3, auth: { token: "stale" } } },
      isThorough: true,
    });
    const rows = shadowed.map(({ kind, origin, why, gateway, value }) => [
      kind,
      origin.name.replace(/^.*\/(?=[^/]*$)/, ""),
      why,
      gateway,
      value?.reveal(),
    ]);
    assert.deepEqual(rows, [
      ["url", "CLAW_PORT", "outranked", "ws://127.0.0.1:2", undefined],
      ["url", "openclaw.json: gateway.port", "outranked", "ws://127.0.0.1:3", undefined],
      ["token", "CLAW_TOKEN", "outranked", undefined, "other"],
      ["password", "OPENCLAW_GATEWAY_PASSWORD", "withheld", "ws://127.0.0.1:3", "p"],
      ["token", "config.json5: tokenCmd", "withheld", "ws://127.0.0.1:3", undefined],
      ["token", "openclaw.json: gateway.auth.token", "withheld", "ws://127.0.0.1:3", "stale"],
    ]);
  });

  test("missingSecretHint() names the secret that was withheld, and why", async () => {
    const openclaw = { gateway: { auth: { token: "abc" } } };
    const hintOf = async (flags: Record<string, string>) => {
      const { endpoint, secret, shadowed } = await settingsOf({ flags, openclaw });
      assert.equal(secret, undefined);
      return missingSecretHint(endpoint.value, shadowed)?.replace(/^.*openclaw\.json: /, "");
    };
    assert.equal(
      await hintOf({ port: "19001" }),
      "gateway.auth.token is only for ws://127.0.0.1:18789: give this one's with --token-file FILE or CLAW_TOKEN",
    );
    assert.equal(
      await hintOf({ url: "ws://127.0.0.1:18789" }),
      "gateway.auth.token is not sent to a URL that was given by hand: leave the URL out, or " +
        "give this one's with --token-file FILE or CLAW_TOKEN",
    );
    assert.equal(missingSecretHint((await settingsOf({})).endpoint.value, []), undefined);
  });
});
