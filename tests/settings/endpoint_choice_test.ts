import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { failureOf, type Scene, settingsOf } from "../support/settings_home.ts";

/** Best first. */
const places: readonly (Scene & { name: string; gateway: string })[] = [
  { name: "--url", flags: { url: "ws://127.0.0.1:1" }, gateway: "ws://127.0.0.1:1" },
  { name: "--port", flags: { port: "2" }, gateway: "ws://127.0.0.1:2" },
  { name: "CLAW_URL", env: { CLAW_URL: "ws://127.0.0.1:3" }, gateway: "ws://127.0.0.1:3" },
  { name: "CLAW_PORT", env: { CLAW_PORT: "4" }, gateway: "ws://127.0.0.1:4" },
  { name: "OPENCLAW_GATEWAY_URL", env: { OPENCLAW_GATEWAY_URL: "wss://five" }, gateway: "wss://five:443" },
  { name: "CLAWDBOT_GATEWAY_URL", env: { CLAWDBOT_GATEWAY_URL: "wss://six" }, gateway: "wss://six:443" },
  { name: "OPENCLAW_GATEWAY_PORT", env: { OPENCLAW_GATEWAY_PORT: "7" }, gateway: "ws://127.0.0.1:7" },
  { name: "CLAWDBOT_GATEWAY_PORT", env: { CLAWDBOT_GATEWAY_PORT: "8" }, gateway: "ws://127.0.0.1:8" },
  { name: "url", claw: { url: "wss://nine" }, gateway: "wss://nine:443" },
  { name: "port", claw: { port: 10 }, gateway: "ws://127.0.0.1:10" },
  { name: "gateway.port", openclaw: { gateway: { port: 11 } }, gateway: "ws://127.0.0.1:11" },
  { name: "default", gateway: "ws://127.0.0.1:18789" },
];

describe("chooseEndpoint()", () => {
  test("chooseEndpoint() takes the better of any two places, and names it", async () => {
    for (const [rank, better] of places.entries()) {
      for (const worse of places.slice(rank)) {
        const name = `${better.name} and ${worse.name}`;
        // A URL and a port of one place exclude each other: see below.
        if (better !== worse && placeOf(better.name) === placeOf(worse.name)) continue;
        const { endpoint } = await settingsOf({ ...worse, ...better, env: { ...worse.env, ...better.env } });
        assert.equal(endpoint.value.origin, better.gateway, name);
        assert.ok(endpoint.origin.name.endsWith(better.name), `${name}: ${endpoint.origin.name}`);
      }
    }
  });

  test("chooseEndpoint() takes a remote gateway in use before this machine's, and after all else", async () => {
    const openclaw = { gateway: { mode: "remote", port: 11, remote: { url: "wss://twelve" } } };
    for (const place of places.filter(({ flags, env, claw }) => flags ?? env ?? claw)) {
      const { endpoint } = await settingsOf({ ...place, openclaw });
      const isUsed = !/^(OPENCLAW|CLAWDBOT)_GATEWAY_PORT$/.test(place.name);
      assert.equal(endpoint.value.origin, isUsed ? place.gateway : "wss://twelve:443", place.name);
    }
    assert.equal((await settingsOf({ openclaw })).endpoint.value.origin, "wss://twelve:443");
    const local = { gateway: { ...openclaw.gateway, mode: "local" } };
    assert.equal((await settingsOf({ openclaw: local })).endpoint.value.origin, "ws://127.0.0.1:11");
  });

  test("chooseEndpoint() leads nowhere that plain text would leave this machine for, whoever names it", async () => {
    const url = "ws://gateway.example:18789";
    const scenes: readonly Scene[] = [
      { flags: { url } },
      { env: { CLAW_URL: url } },
      { env: { OPENCLAW_GATEWAY_URL: url } },
      { claw: { url } },
      { openclaw: { gateway: { mode: "remote", remote: { url } } } },
    ];
    for (const scene of scenes) {
      const error = await failureOf(scene);
      assert.equal(error.code, "config/insecure-url");
      assert.match(error.message, /: ws:\/\/gateway\.example:18789 is unencrypted and not on this machine$/);
    }
  });

  test("chooseEndpoint() refuses a URL that carries a credential, whoever names it", async () => {
    const url = "wss://me:hunter2@gateway.example/?token=hunter2";
    const scenes: readonly Scene[] = [
      { flags: { url } },
      { env: { CLAW_URL: url } },
      { env: { OPENCLAW_GATEWAY_URL: url } },
      { claw: { url } },
      { openclaw: { gateway: { mode: "remote", remote: { url } } } },
    ];
    for (const scene of scenes) {
      const error = await failureOf(scene);
      assert.equal(error.code, "config/insecure-url");
      assert.doesNotMatch(inspect(error, { depth: null }), /hunter2/);
    }
  });

  test("chooseEndpoint() refuses a URL and a port of one place", async () => {
    const both = { url: "ws://127.0.0.1:1", port: "2" };
    assert.deepEqual(
      [(await failureOf({ flags: both })).code, (await failureOf({ flags: both })).message],
      ["usage/bad-flag", "--port: this and --url exclude each other"],
    );
    assert.equal((await failureOf({ env: { CLAW_URL: both.url, CLAW_PORT: both.port } })).code, "config/invalid");
    assert.equal((await failureOf({ claw: { url: both.url, port: 2 } })).code, "config/invalid");
    assert.equal((await settingsOf({ flags: { port: "2" }, env: { CLAW_URL: both.url } })).endpoint.value.port, 2);
  });

  test("chooseEndpoint() reaches this machine's gateway by TLS when openclaw.json says so", async () => {
    const openclaw = { gateway: { tls: { enabled: true } } };
    assert.equal((await settingsOf({ openclaw })).endpoint.value.origin, "wss://127.0.0.1:18789");
    assert.equal((await settingsOf({ openclaw, flags: { port: "1" } })).endpoint.value.origin, "wss://127.0.0.1:1");
    assert.equal((await settingsOf({ openclaw, env: { OPENCLAW_GATEWAY_PORT: "1" } })).endpoint.value.isTls, true);
  });

  test("chooseEndpoint() reads OPENCLAW_GATEWAY_PORT as Docker writes it, and passes over nonsense", async () => {
    const portOf = async (text: string) =>
      (await settingsOf({ env: { OPENCLAW_GATEWAY_PORT: text } })).endpoint.value.port;
    assert.deepEqual([await portOf("19001"), await portOf("127.0.0.1:19002"), await portOf("[::]:19003")], [
      19001,
      19002,
      19003,
    ]);
    assert.deepEqual([await portOf("tcp://1.2.3.4:5"), await portOf("0"), await portOf("99999")], [
      18789,
      18789,
      18789,
    ]);
  });

  test("chooseEndpoint() takes a remote mode without a URL for this machine, with a warning", async () => {
    const settings = await settingsOf({ openclaw: { gateway: { mode: "remote" } } });
    assert.equal(settings.endpoint.value.origin, "ws://127.0.0.1:18789");
    assert.match(settings.warnings.join(), /gateway\.mode is remote, but gateway\.remote\.url is not set/);
  });

  test("chooseEndpoint() warns that ws:// without a port means 80", async () => {
    assert.match(
      (await settingsOf({ flags: { url: "ws://127.0.0.1" } })).warnings.join(),
      /port 80; gateways use 18789/,
    );
    assert.deepEqual((await settingsOf({ flags: { url: "wss://h.example" } })).warnings, []);
  });
});

function placeOf(name: string): string {
  if (name.startsWith("--")) return "flags";
  if (name.startsWith("CLAW_")) return "environment";
  return name === "url" || name === "port" ? "file" : name;
}
