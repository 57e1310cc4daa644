import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { parseSshTarget } from "../../src/settings/ssh_target.ts";
import { fc, runs } from "../support/property.ts";
import { failureOf, type Scene, secretOf, settingsOf } from "../support/settings_home.ts";

const flag = { kind: "flag", name: "--ssh" } as const;
const here = { gateway: { port: 18789, tls: { enabled: true }, auth: { token: "local-token" } } };

const address = fc.constantFrom<Readonly<Record<string, string>>>(
  // The lower places decide only where the upper ones say nothing.
  {},
  {},
  {},
  {},
  { ssh: "far" },
  { port: "18789" },
  { ssh: "far", port: "18789" },
  { url: "ws://127.0.0.1:18789" },
);

/** Places that name a gateway, all at one address, here or there, and secrets that say where they belong. */
const naming = fc.record({
  flags: address,
  env: address,
  claw: address,
  openclaw: fc.constantFrom<unknown>(
    here,
    { gateway: { auth: { token: "local-token" } } },
    { gateway: { mode: "remote", remote: { url: "ws://127.0.0.1:18789", token: "local-remote" } } },
  ),
  openclawEnv: fc.record({
    OPENCLAW_GATEWAY_URL: fc.constantFrom("ws://127.0.0.1:18789", undefined, undefined, undefined),
    OPENCLAW_GATEWAY_PORT: fc.constantFrom("18789", undefined, undefined, undefined),
    OPENCLAW_GATEWAY_TOKEN: fc.constantFrom("local-env", undefined),
  }),
  hasClawToken: fc.boolean(),
  context: fc.constantFrom({}, {}, { context: "near" }, { context: "far" }),
});

function sceneOf(
  { flags, env, claw, openclaw, openclawEnv, hasClawToken, context }: typeof naming extends fc.Arbitrary<infer T> ? T
    : never,
): Scene {
  const token = claw["ssh"] === undefined ? "local-claw" : "far-claw";
  const port = claw["port"] === undefined ? {} : { port: Number(claw["port"]) };
  return {
    files: {
      ".config/claw/contexts/near.json5": '{ url: "ws://127.0.0.1:18789", token: "local-context" }',
      ".config/claw/contexts/far.json5": '{ ssh: "far", token: "far-context" }',
    },
    openclaw,
    flags: { ...flags, ...context },
    env: {
      ...Object.fromEntries(Object.entries(env).map(([key, value]) => [`CLAW_${key.toUpperCase()}`, value])),
      ...openclawEnv,
    },
    claw: { ...claw, ...port, ...(hasClawToken ? { token } : {}) },
  };
}

describe("parseSshTarget()", () => {
  it("takes what ssh takes", () => {
    for (
      const text of [
        "host",
        "me@host.example",
        "lab_box-1",
        "me@192.0.2.1",
        "me@fe80::1%eth0",
        "ssh://me@host:2222",
        "ssh://[::1]:22",
        "a@b@host",
        "höst",
      ]
    ) {
      assert.equal(parseSshTarget({ text: ` ${text} `, origin: flag }), text);
    }
  });

  it("refuses what ssh or a shell behind it could take for something else", () => {
    const texts = [
      "",
      "-oProxyCommand=x",
      "me@-oProxyCommand=x",
      "ssh://-x",
      "@host",
      "me@",
      "a b",
      "a\tb",
      "a\u0007b",
    ];
    const shells = [
      "`x`",
      "$(x)",
      "a;b",
      "a|b",
      "a&b",
      'a"b',
      "a'b",
      "a>b",
      "a\\b",
      "a\u202eb",
      "a*",
      "ws://h",
      "ssh://h:",
      "ssh://h:0",
      "ssh://h:65536",
      "x".repeat(256),
    ];
    for (const text of [...texts, ...shells]) {
      assert.throws(() => parseSshTarget({ text, origin: flag }), { code: "usage/bad-flag" }, JSON.stringify(text));
    }
  });

  it("refuses a password, and does not repeat it", () => {
    for (const text of ["ssh://me:hunter22@host", "me:hunter22@host"]) {
      assert.throws(() => parseSshTarget({ text, origin: flag }), (error: ClawError) => {
        assert.equal(error.code, "config/insecure-url");
        assert.doesNotMatch(`${error.message} ${error.hint}`, /hunter22/);
        return true;
      });
    }
  });
});

describe("settings with ssh", () => {
  it("names the gateway as the other machine sees it, and by which machine", async () => {
    const originOf = async (flags: Readonly<Record<string, string>>) =>
      (await settingsOf({ flags, openclaw: here })).endpoint.value.origin;
    assert.equal(await originOf({ ssh: "me@host" }), "ws://127.0.0.1:18789 by ssh me@host");
    assert.equal(await originOf({ ssh: "me@host", port: "9" }), "ws://127.0.0.1:9 by ssh me@host");
    assert.equal(await originOf({ ssh: "me@host", url: "wss://gw.example" }), "wss://gw.example:443 by ssh me@host");
  });

  it("never sends what was configured for this machine's gateway to another machine's", async () => {
    const env = { OPENCLAW_GATEWAY_TOKEN: "env-token", OPENCLAW_GATEWAY_PORT: "18789" };
    for (const named of [{ flags: { ssh: "host" } }, { env: { CLAW_SSH: "host" } }, { claw: { ssh: "host" } }]) {
      for (const openclaw of [here, { gateway: { auth: { token: "local-token" } } }]) {
        assert.equal(await secretOf(await settingsOf({ ...named, openclaw })), undefined);
        const scene = { ...named, openclaw, env: { OPENCLAW_GATEWAY_TOKEN: "env-token", ...named.env } };
        assert.equal(await secretOf(await settingsOf(scene)), undefined);
      }
    }
    assert.equal(await secretOf(await settingsOf({ flags: { ssh: "host" }, env, openclaw: here })), undefined);
    const other = { claw: { token: "file-token", port: 18789 }, flags: { ssh: "host" } };
    assert.equal(await secretOf(await settingsOf(other)), undefined);
  });

  it("lets no secret through to another place than its own, whatever names gateways beside it", async () => {
    await fc.assert(
      fc.asyncProperty(naming, async (names) => {
        const settings = await settingsOf(sceneOf(names)).catch((thrown: unknown) => {
          if (thrown instanceof ClawError) return undefined;
          throw thrown;
        });
        const secret = settings && await secretOf(settings);
        if (secret === undefined) return;
        const place = settings?.endpoint.value.ssh === undefined ? "local" : "far";
        assert.ok(secret.startsWith(`token ${place}-`), `${secret} for ${settings?.endpoint.value.origin}`);
      }),
      { numRuns: runs(500) },
    );
  });

  it("sends there what was given for this run, and what stands beside that target", async () => {
    const given = { flags: { ssh: "host", token: "mine" }, openclaw: here };
    assert.equal(await secretOf(await settingsOf(given)), "token mine");
    assert.equal(
      await secretOf(await settingsOf({ flags: { ssh: "host" }, env: { CLAW_TOKEN: "mine" } })),
      "token mine",
    );
    assert.equal(await secretOf(await settingsOf({ claw: { ssh: "host", token: "filed" } })), "token filed");
    const files = { ".config/claw/contexts/far.json5": '{ ssh: "me@far", port: 19001, token: "far-token" }' };
    const far = await settingsOf({ files, flags: { context: "far" }, openclaw: here });
    assert.equal(far.endpoint.value.origin, "ws://127.0.0.1:19001 by ssh me@far");
    assert.deepEqual([await secretOf(far), far.context?.value], ["token far-token", "far"]);
  });

  it("belongs to the place that names it, and excludes a context", async () => {
    const files = { ".config/claw/contexts/far.json5": '{ url: "wss://far.example" }' };
    const error = await failureOf({ files, flags: { context: "far", ssh: "host" } });
    assert.match(error.message, /^--ssh: this and --context exclude each other/);
    const near = await settingsOf({ flags: { url: "wss://near.example" }, env: { CLAW_SSH: "host" } });
    assert.equal(near.endpoint.value.origin, "wss://near.example:443");
    const beside = await settingsOf({ flags: { ssh: "host" }, env: { CLAW_URL: "wss://else.example" } });
    assert.equal(beside.endpoint.value.origin, "ws://127.0.0.1:18789 by ssh host");
  });

  it("may be unencrypted up to that machine, and not beyond", async () => {
    const error = await failureOf({ flags: { ssh: "host", url: "ws://gw.example:18789" } });
    assert.match(error.message, /is unencrypted and not on the machine that ssh leads to$/);
    const flags = { ssh: "host", url: "ws://10.0.0.7:18789" };
    assert.equal((await failureOf({ flags })).code, "config/insecure-url");
    assert.equal((await settingsOf({ flags: { ...flags, allowInsecurePrivate: true } })).endpoint.value.port, 18789);
  });

  it("uses no proxy, and says so to who asked for one", async () => {
    const flags = { ssh: "host", url: "wss://gw.example" };
    const told = await settingsOf({ flags: { ...flags, proxy: "http://proxy.example:3128" } });
    assert.deepEqual([told.proxy?.value.kind, told.warnings], [
      "direct",
      ["--proxy is not used: ssh makes its own way to host"],
    ]);
    const env = { HTTPS_PROXY: "http://proxy.example:3128" };
    assert.deepEqual((await settingsOf({ flags, env })).warnings, []);
  });
});
