import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PeerFacts } from "../../src/devgateway/peer.ts";
import { type ConnectAuth, detailCodeOf, type ProtocolVersion, type ResponseFrame } from "../../src/protocol/mod.ts";
import { allScopes, type ClientChoices, connectTo, createDevice } from "../support/dev_client.ts";
import { createMemoryGateway, type GatewayChoices, testSecret } from "../support/dev_gateway.ts";

/** Connects to a fresh gateway and returns the answer. */
async function answerTo(choices: ClientChoices, gatewayChoices: GatewayChoices = {}): Promise<ResponseFrame> {
  await using gateway = createMemoryGateway(gatewayChoices);
  return (await connectTo(gateway, choices)).answer;
}

function codeOf({ error }: ResponseFrame): string {
  assert.ok(error, "the connection was let in");
  return detailCodeOf(error) ?? error.message;
}

// deno-lint-ignore no-explicit-any -- hello-ok is open
function authOf({ ok, payload }: ResponseFrame): any {
  assert.ok(ok);
  return (payload as { auth?: unknown }).auth;
}

describe("admit() refuses a proof with the recorded code", () => {
  const other = createDevice();
  const mutations: Readonly<Record<string, readonly [choices: ClientChoices, code: string]>> = {
    "another nonce": [{ proof: { nonce: crypto.randomUUID() } }, "DEVICE_AUTH_NONCE_MISMATCH"],
    "a blank nonce": [{ proof: { nonce: " " } }, "DEVICE_AUTH_NONCE_REQUIRED"],
    "a nonce that only the signature has": [{ signs: { nonce: "x" } }, "DEVICE_AUTH_SIGNATURE_INVALID"],
    "a time long past": [{ proof: { signedAt: 1_795_262_041_010 - 120_001 } }, "DEVICE_AUTH_SIGNATURE_EXPIRED"],
    "a time far ahead": [{ proof: { signedAt: 1_795_262_041_010 + 120_001 } }, "DEVICE_AUTH_SIGNATURE_EXPIRED"],
    "a time within bounds that was not signed": [
      { proof: { signedAt: 1_795_262_041_010 - 119_000 } },
      "DEVICE_AUTH_SIGNATURE_INVALID",
    ],
    "an id that is not the key's": [{ proof: { id: "00".repeat(32) } }, "DEVICE_AUTH_DEVICE_ID_MISMATCH"],
    "an id in upper case": [{ proof: { id: "AB".repeat(32) } }, "DEVICE_AUTH_DEVICE_ID_MISMATCH"],
    "a key that is none": [{ proof: { publicKey: "!!!!" } }, "DEVICE_AUTH_DEVICE_ID_MISMATCH"],
    "a signature that is none": [{ proof: { signature: "AAAA" } }, "DEVICE_AUTH_SIGNATURE_INVALID"],
    "scopes signed in another order": [
      { scopes: ["operator.read", "operator.write"], signs: { scopes: ["operator.write", "operator.read"] } },
      "DEVICE_AUTH_SIGNATURE_INVALID",
    ],
    "another role": [{ signs: { role: "node" } }, "DEVICE_AUTH_SIGNATURE_INVALID"],
    "another client": [{ signs: { clientId: "test" } }, "DEVICE_AUTH_SIGNATURE_INVALID"],
    "a token that was not signed": [{ signs: { token: "" } }, "DEVICE_AUTH_SIGNATURE_INVALID"],
    "another platform": [{ signs: { platform: "darwin" } }, "DEVICE_AUTH_SIGNATURE_INVALID"],
  };
  for (const protocol of [3, 4] as const) {
    for (const [name, [choices, code]] of Object.entries(mutations)) {
      test(`protocol ${protocol}: ${name}`, async () => {
        assert.equal(codeOf(await answerTo(choices, { protocol })), code);
      });
    }
  }

  test("the platform counts in lower case, as signers and gateways agree", async () => {
    const answer = await answerTo({ client: { platform: " LINUX " } });
    assert.ok(answer.ok);
  });

  test("the key of another device does not do", async () => {
    const { publicKey, deviceId: id } = await other;
    assert.equal(codeOf(await answerTo({ proof: { publicKey, id } })), "DEVICE_AUTH_SIGNATURE_INVALID");
  });
});

describe("admit() grants scopes", () => {
  const everything: readonly (readonly [
    name: string,
    choices: ClientChoices,
    granted: Readonly<Record<ProtocolVersion, readonly string[] | undefined>>,
  ])[] = [
    ["a device, in the order asked for (4) or sorted (3)", { scopes: ["operator.write", "operator.read"] }, {
      3: ["operator.read", "operator.write"],
      4: ["operator.write", "operator.read"],
    }],
    ["a device that asks for nothing", { scopes: [] }, { 3: undefined, 4: [] }],
    ["a device, unknown ones too", { scopes: ["operator.bogus"] }, { 3: ["operator.bogus"], 4: ["operator.bogus"] }],
    ["claw's own name without a device", { device: null }, { 3: undefined, 4: ["operator.write"] }],
    ["a backend without a device", { device: null, client: { id: "gateway-client", mode: "backend" } }, {
      3: undefined,
      4: ["operator.write"],
    }],
    ["another client without a device", { device: null, client: { id: "test", mode: "test" } }, {
      3: undefined,
      4: [],
    }],
  ];
  for (const [name, choices, granted] of everything) {
    for (const protocol of [3, 4] as const) {
      test(`protocol ${protocol}: to ${name}`, async () => {
        assert.deepEqual(authOf(await answerTo(choices, { protocol }))?.scopes, granted[protocol]);
      });
    }
  }

  test("none without a device from afar", async () => {
    const peer: PeerFacts = { address: "127.0.0.1", forwardedFor: "203.0.113.9" };
    assert.deepEqual(authOf(await answerTo({ device: null, peer }, { trustsProxy: true })).scopes, []);
  });
});

describe("admit() judges credentials", () => {
  const table: readonly (readonly [
    mode: "token" | "password" | "none",
    auth: ConnectAuth | null,
    expected: Readonly<Record<ProtocolVersion, string>>,
  ])[] = [
    ["token", { token: testSecret }, { 3: "let in", 4: "let in" }],
    ["token", { password: testSecret }, { 3: "AUTH_TOKEN_MISSING", 4: "let in" }],
    ["token", { token: "x" }, { 3: "AUTH_TOKEN_MISMATCH", 4: "AUTH_TOKEN_MISMATCH" }],
    ["token", null, { 3: "AUTH_TOKEN_MISSING", 4: "AUTH_TOKEN_MISSING" }],
    ["token", { deviceToken: "x" }, { 3: "AUTH_DEVICE_TOKEN_MISMATCH", 4: "AUTH_DEVICE_TOKEN_MISMATCH" }],
    ["token", { bootstrapToken: "x" }, { 3: "AUTH_BOOTSTRAP_TOKEN_INVALID", 4: "AUTH_BOOTSTRAP_TOKEN_INVALID" }],
    ["password", { password: testSecret }, { 3: "let in", 4: "let in" }],
    ["password", { token: testSecret }, { 3: "AUTH_PASSWORD_MISSING", 4: "let in" }],
    ["password", { password: "x" }, { 3: "AUTH_PASSWORD_MISMATCH", 4: "AUTH_PASSWORD_MISMATCH" }],
    ["none", null, { 3: "let in", 4: "let in" }],
    ["none", { token: "x" }, { 3: "let in", 4: "let in" }],
  ];
  for (const [mode, auth, expected] of table) {
    for (const protocol of [3, 4] as const) {
      test(`protocol ${protocol}, mode ${mode}: ${JSON.stringify(auth)} is ${expected[protocol]}`, async () => {
        const answer = await answerTo({ auth }, { protocol, auth: { mode, secret: testSecret } });
        assert.equal(answer.ok ? "let in" : codeOf(answer), expected[protocol]);
      });
    }
  }

  test("mode none still wants a device, except of a backend on protocol 4", async () => {
    const auth = { mode: "none", secret: "" } as const;
    const backend = { id: "gateway-client", mode: "backend" };
    assert.equal(codeOf(await answerTo({ device: null, auth: null }, { auth })), "DEVICE_IDENTITY_REQUIRED");
    assert.equal(
      codeOf(await answerTo({ device: null, client: backend }, { auth, protocol: 3 })),
      "DEVICE_IDENTITY_REQUIRED",
    );
    assert.equal(authOf(await answerTo({ device: null, client: backend }, { auth })).method, "none");
  });

  test("a token mismatch with a device says that a device token might do", async () => {
    const { error } = await answerTo({ auth: { token: "x" } });
    assert.deepEqual(error?.details, {
      code: "AUTH_TOKEN_MISMATCH",
      authReason: "token_mismatch",
      canRetryWithDeviceToken: true,
      recommendedNextStep: "retry_with_device_token",
    });
  });
});

describe("admit() checks in the order of the real gateways", () => {
  const bad = { client: { id: "nobody" }, role: "nobody", proof: { nonce: "x" }, auth: { token: "x" } };
  test("first the schema, then role, proof and secret", async () => {
    assert.match(codeOf(await answerTo(bad)), /^invalid connect params: at \/client\/id/);
    assert.equal(codeOf(await answerTo({ ...bad, client: {} })), "invalid role");
    assert.equal(codeOf(await answerTo({ proof: bad.proof, auth: bad.auth })), "DEVICE_AUTH_NONCE_MISMATCH");
    assert.equal(codeOf(await answerTo({ auth: bad.auth })), "AUTH_TOKEN_MISMATCH");
  });

  test("an Origin header before the missing device", async () => {
    const peer = { address: "127.0.0.1", host: "127.0.0.1", origin: "http://evil.example" };
    assert.equal(codeOf(await answerTo({ device: null, auth: null, peer })), "CONTROL_UI_ORIGIN_NOT_ALLOWED");
  });

  test("a missing device before the missing secret", async () => {
    assert.equal(codeOf(await answerTo({ device: null, auth: null })), "DEVICE_IDENTITY_REQUIRED");
  });
});

describe("admit() knows its own generation's clients", () => {
  for (const client of [{ id: "openclaw-linux" }, { mode: "worker" }, { timeZone: "UTC" }, { buildId: "1" }]) {
    test(`protocol 3 refuses ${JSON.stringify(client)}, which came with protocol 4`, async () => {
      const answer = await answerTo({ client }, { protocol: 3 });
      assert.match(codeOf(answer), /^invalid connect params: /);
    });
  }

  test("protocol 4 knows them", async () => {
    assert.ok((await answerTo({ client: { id: "openclaw-linux", timeZone: "UTC", buildId: "1" } })).ok);
  });
});

describe("admit() with a device's own token", () => {
  for (const protocol of [3, 4] as const) {
    test(`protocol ${protocol} takes it as deviceToken, as token, and beside a wrong secret`, async () => {
      await using gateway = createMemoryGateway({ protocol });
      const device = await createDevice();
      const first = await connectTo(gateway, { device, scopes: ["operator.read"] });
      const token: string = authOf(first.answer).deviceToken;
      for (const auth of [{ deviceToken: token }, { token }, { token: "wrong", deviceToken: token }]) {
        const { answer } = await connectTo(gateway, { device, scopes: ["operator.read"], auth });
        assert.equal(authOf(answer).deviceToken, token, JSON.stringify(auth));
      }
    });

    test(`protocol ${protocol} does not take it from another device, or for more`, async () => {
      await using gateway = createMemoryGateway({ protocol });
      const device = await createDevice();
      const { answer } = await connectTo(gateway, { device, scopes: ["operator.read"] });
      const auth = { deviceToken: String(authOf(answer).deviceToken) };
      assert.equal(codeOf((await connectTo(gateway, { auth })).answer), "AUTH_DEVICE_TOKEN_MISMATCH");
      const wider = await connectTo(gateway, { device, auth, scopes: allScopes });
      assert.equal(codeOf(wider.answer), protocol === 3 ? "AUTH_DEVICE_TOKEN_MISMATCH" : "AUTH_SCOPE_MISMATCH");
    });
  }
});

describe("isDropped()", () => {
  test("is a helper of the gateway's own that is a node: protocol 4 closes on it without a word, 3 lets it in", async () => {
    const choices = { client: { id: "gateway-client", mode: "backend" }, role: "node" };
    assert.ok((await answerTo(choices, { protocol: 3 })).ok);
    await assert.rejects(answerTo(choices), /1000/);
    assert.ok((await answerTo({ ...choices, role: "operator" })).ok);
  });
});
