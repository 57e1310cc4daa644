/**
 * Independent judges of the dev gateway: the reference client that OpenClaw publishes and a client by others connect to
 * it with a device of their own making and call `wake`. Neither shares a line with claw.
 */
import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { GatewayClient } from "@openclaw/gateway-client";
import { OpenClawClient } from "openclaw-node";
import type { Explanation } from "../../src/devgateway/explainer.ts";
import { openSocketGateway, type SocketGateway } from "../support/dev_gateway.ts";
import { eventually } from "../support/eventually.ts";

/** A device as the reference client wants it: PEM keys, and the id of the raw public key. */
function createPemDevice() {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  return {
    raw,
    identity: {
      deviceId: crypto.createHash("sha256").update(raw).digest("hex"),
      publicKeyPem: String(publicKey.export({ type: "spki", format: "pem" })),
      privateKeyPem: String(privateKey.export({ type: "pkcs8", format: "pem" })),
    },
  };
}

/** What the reference client calls itself, and asks for. */
const reference = {
  clientName: "cli" as const,
  mode: "cli" as const,
  platform: "linux",
  scopes: ["operator.write"],
};

describe("dev gateway, judged by @openclaw/gateway-client", () => {
  for (const protocol of [3, 4] as const) {
    test(`protocol ${protocol} lets it in with a device, takes its wake and sends it the heartbeat`, async () => {
      const told: Explanation[] = [];
      const explain = (line: Explanation) => void told.push(line);
      await using gateway = await openSocketGateway({ protocol, explain });
      const { raw, identity } = createPemDevice();
      const stored: { token: string; scopes: string[] }[] = [];
      const beats = Promise.withResolvers<unknown>();
      const hello = Promise.withResolvers<{ protocol: number }>();
      const client = new GatewayClient({
        url: gateway.url,
        token: gateway.secret,
        ...reference,
        minProtocol: protocol,
        maxProtocol: protocol,
        deviceIdentity: identity,
        hostDeps: {
          signDevicePayload: (pem, payload) => crypto.sign(null, Buffer.from(payload), pem).toString("base64url"),
          publicKeyRawBase64UrlFromPem: () => raw.toString("base64url"),
          storeDeviceAuthToken: ({ token, scopes }) => void stored.push({ token, scopes }),
        },
        onHelloOk: hello.resolve,
        onConnectError: hello.reject,
        onEvent: ({ event, payload }) => event === "heartbeat" && beats.resolve(payload),
      });
      try {
        client.start();
        assert.equal((await hello.promise).protocol, protocol);
        assert.deepEqual(await client.request("wake", { mode: "now", text: "judge" }), { ok: true });
        assert.equal((await beats.promise as { status: string }).status, "ok-empty");
        assert.deepEqual(gateway.gateway.memory.wakes.map(({ text }) => text), ["judge"]);
        assert.equal(
          gateway.gateway.memory.pairings.find(identity.deviceId)?.tokens["operator"]?.token,
          stored[0]?.token,
        );
        await assert.rejects(client.request("cron.add", {}), /missing scope: operator.admin/);
      } finally {
        client.stop();
      }
      assert.deepEqual(await rulesBroken(told), ["one-generation"]);
    });
  }
});

describe("dev gateway, judged by openclaw-node", () => {
  test("protocol 4 lets it in with a device and takes its wake", async () => {
    const told: Explanation[] = [];
    await using gateway = await openSocketGateway({
      protocol: 4,
      explain: (explanation) => void told.push(explanation),
    });
    using judge = createNodeClient(gateway);
    await judge.client.connect();
    const { ok, payload } = await judge.client.request("wake", { mode: "now", text: "other judge" });
    assert.deepEqual([ok, payload], [true, { ok: true }]);
    assert.deepEqual(gateway.gateway.memory.wakes.map(({ text }) => text), ["other judge"]);
    await judge.client.disconnect();
    assert.deepEqual(await rulesBroken(told), ["one-generation", "signed-at-clock", "signature-version"]);
  });

  test("protocol 3 turns it away by its version, since it speaks 4 alone", async () => {
    await using gateway = await openSocketGateway({ protocol: 3 });
    using judge = createNodeClient(gateway);
    judge.client.on("error", () => {});
    await assert.rejects(judge.client.connect(), /protocol mismatch|closed|1002/i);
    const named = gateway.log.find(({ event }) => event === "protocol mismatch");
    assert.deepEqual([named?.facts?.["min"], named?.facts?.["max"]], [4, 4]);
  });
});

/** What was objected to in the account of one connection, when it is over. */
async function rulesBroken(told: readonly Explanation[]): Promise<readonly string[]> {
  await eventually(() => told.find(({ from }) => from === "summary"), "the end of the account");
  return told.flatMap(({ objections }) => objections.map(({ rule }) => rule));
}

/** Its device lives in a directory of its own: the default would be the user's. */
function createNodeClient({ url, secret }: SocketGateway): Disposable & { readonly client: OpenClawClient } {
  const home = mkdtempSync(join(tmpdir(), "claw-judge-"));
  const options = { url, token: secret, deviceIdentityPath: join(home, "device.json"), autoReconnect: false };
  return {
    client: new OpenClawClient(options),
    [Symbol.dispose]: () => rmSync(home, { recursive: true }),
  };
}
