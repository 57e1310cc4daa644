import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { testSecret } from "../support/dev_gateway.ts";
import { type Challenge, type Client, connecting, explain, paramsFor, scopes, swapped } from "../support/explained.ts";

describe("objections", () => {
  const wrong: readonly [string, readonly string[], (client: Client) => unknown][] = [
    ["JSON-RPC framing", ["!json-rpc"], async (client) => {
      await client.challenge();
      client.say({ jsonrpc: "2.0", id: 1, method: "connect", params: {} });
      await client.hear().catch(() => {});
    }],
    ["a request without a type", ["!json-rpc"], async (client) => {
      await client.challenge();
      client.say({ id: 1, method: "connect", params: {} });
      await client.hear().catch(() => {});
    }],
    ["a number as id", ["!id"], async (client) => {
      const challenge = await client.challenge();
      client.call("connect", await paramsFor(client, challenge), 1);
      await client.hear().catch(() => {});
    }],
    ["text that is no JSON", ["!not-json"], async (client) => {
      await client.challenge();
      client.say("hello");
      await client.hear().catch(() => {});
    }],
    ["an event from a client", ["!not-a-request", "!not-connect-first"], async (client) => {
      await client.challenge();
      client.say({ type: "event", event: "hello" });
      await client.hear().catch(() => {});
    }],
    ["another call first", ["!not-connect-first"], async (client) => {
      await client.challenge();
      client.call("health", {});
      await client.hear();
    }],
    ["connect before the challenge, unsigned", ["before-challenge", "unsigned-scopes"], async (client) => {
      const { device: _, ...params } = await paramsFor(client, { nonce: "", ts: 0 });
      client.call("connect", params);
      await client.challenge();
      await client.hear();
    }],
    [
      "connect before the challenge, signed",
      ["!before-challenge", "!nonce-foreign", "!signed-at-clock"],
      async (client) => {
        client.call("connect", await paramsFor(client, { nonce: "made up", ts: Date.now() - 600_000 }));
        await client.challenge();
        await client.hear();
      },
    ],
    ["calls before hello-ok", ["!before-hello"], async (client) => {
      client.call("connect", await paramsFor(client, await client.challenge()));
      client.call("health", {});
      await client.hear();
    }],
    ["connect twice", ["!connect-twice"], async (client) => {
      await connecting({})(client);
      client.call("connect", {});
      await client.hear();
    }],
    ["protocol 1", ["!protocol-range"], connecting({ params: { minProtocol: 1, maxProtocol: 1 } })],
    ["protocol 4 alone", ["one-generation"], connecting({ params: { minProtocol: 4 } })],
    ["scopes without a device", ["unsigned-scopes"], connecting({ params: { device: undefined } })],
    [
      "the nonce in params",
      ["!nonce-place", "!nonce-missing"],
      connecting(({ nonce }) => ({ params: { nonce }, device: { nonce: "" }, signs: (text) => text })),
    ],
    ["a nonce of its own", ["!nonce-foreign"], connecting({ device: { nonce: "5f0c" } })],
    ["its own clock", ["signed-at-clock"], connecting(({ ts }) => ({ device: { signedAt: ts - 1_234 } }))],
    ["its own clock, far off", ["!signed-at-clock"], connecting(({ ts }) => ({ device: { signedAt: ts + 125_000 } }))],
    ["seconds", ["!signed-at-unit"], connecting(({ ts }) => ({ device: { signedAt: Math.floor(ts / 1_000) } }))],
    ["unsigned scopes", ["!signed-text"], connecting({ signs: (text) => text.replace(scopes.join(","), "") })],
    ["another order", ["!signed-text"], connecting({ signs: swapped(2, 8) })],
    ["version 2", ["signature-version"], connecting({ signs: (text) => text.slice(0, -7).replace("v3", "v2") })],
    ["a text of its own", ["!signed-text"], connecting({ signs: () => "please" })],
    ["a padded key", ["padding"], connecting((_, { device }) => ({ device: { publicKey: `${device.publicKey}=` } }))],
    [
      "another's id",
      ["!device-id", "!signed-text"],
      connecting({ device: { id: "0".repeat(64) }, signs: swapped(1, 1) }),
    ],
    [
      "a key in hex",
      ["!key-encoding"],
      connecting((_, { device }) => ({
        device: { publicKey: Uint8Array.fromBase64(device.publicKey, { alphabet: "base64url" }).toHex() },
      })),
    ],
  ];
  for (const [what, expected, act] of wrong) {
    it(`objects to ${what}`, async () => {
      assert.deepEqual((await explain([act])).rules, expected);
    });
  }
});

describe("proofObjections()", () => {
  it("names the mistake in what was signed", async () => {
    const cases: readonly [(text: string, challenge: Challenge) => string, RegExp][] = [
      [(text) => text.replace(scopes.join(","), ""), /does not cover the scopes/],
      [(text) => text.replace(scopes.join(","), [...scopes].sort().join(",")), /sorted/],
      [(text) => text.replace(testSecret, ""), /does not cover the token/],
      [swapped(7, 8), /the 8th and the 9th are exchanged/],
      [(text) => text.replaceAll("|", ":"), /joins its fields with ":"/],
      [(text) => text.split("|").slice(0, 8).join("|").replace("v3", "v1"), /version 1, which has no nonce/],
      [(_, { nonce }) => nonce, /nonce alone/],
      [(text) => text.split("|").slice(1).join("|"), /leaves out the version/],
    ];
    for (const [signs, says] of cases) {
      const { told } = await explain([connecting({ signs })]);
      assert.match(told.flatMap(({ objections }) => objections.map((one) => one.says)).join("\n"), says);
    }
  });
});
