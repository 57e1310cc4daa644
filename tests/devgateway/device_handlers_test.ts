import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromBase64url } from "../../src/identity/keypair.ts";
import { allScopes, connectTo, createDevice } from "../support/dev_client.ts";
import { createMemoryGateway, type MemoryGateway } from "../support/dev_gateway.ts";

/** A client that logged in with its own token and may pair, but administers nothing. */
async function connectByOwnToken(gateway: MemoryGateway) {
  const device = await createDevice();
  const scopes = ["operator.read", "operator.pairing"];
  const { payload } = (await connectTo(gateway, { device, scopes })).answer;
  const { deviceToken } = (payload as { auth: { deviceToken: string } }).auth;
  return { device, deviceToken, client: await connectTo(gateway, { device, scopes, auth: { deviceToken } }) };
}

describe("device.pair.list", () => {
  test("never shows a token, on either protocol", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = createMemoryGateway({ protocol });
      const admin = await connectTo(gateway, { scopes: allScopes });
      const list = JSON.stringify(await admin.call("device.pair.list"));
      for (const { tokens } of gateway.gateway.memory.pairings.paired()) {
        for (const { token } of Object.values(tokens)) assert.ok(!list.includes(token));
      }
    }
  });

  test("shows a device that came with its own token only itself, on protocol 4", async () => {
    await using gateway = createMemoryGateway();
    const admin = await connectTo(gateway, { scopes: allScopes });
    const { client, device } = await connectByOwnToken(gateway);
    const idsIn = ({ paired }: { paired: { deviceId: string }[] }) => paired.map(({ deviceId }) => deviceId);
    assert.deepEqual(idsIn(await client.call("device.pair.list")), [device.deviceId]);
    assert.equal(idsIn(await admin.call("device.pair.list")).length, 2);
  });

  test("says who is connected, on protocol 4", async () => {
    await using gateway = createMemoryGateway();
    const admin = await connectTo(gateway, { scopes: allScopes });
    const gone = await connectTo(gateway);
    gone.close();
    await gone.closed;
    const { paired } = await admin.call("device.pair.list");
    const connected = new Map(paired.map(({ deviceId, connected }: Record<string, unknown>) => [deviceId, connected]));
    assert.equal(connected.get(admin.device?.deviceId), true);
    assert.equal(connected.get(gone.device?.deviceId), false);
  });
});

describe("device.token.rotate", () => {
  test("gives the new token to anybody on protocol 3, and leaves live sockets open", async () => {
    await using gateway = createMemoryGateway({ protocol: 3 });
    const admin = await connectTo(gateway, { scopes: allScopes });
    const live = await connectTo(gateway, { scopes: ["operator.read"] });
    const params = { deviceId: live.device?.deviceId, role: "operator" };
    const { token } = await admin.call("device.token.rotate", params);
    assert.equal(typeof token, "string");
    assert.ok((await live.ask("status")).ok);
    assert.equal((await admin.call("device.token.rotate", { ...params, role: "node" })).role, "node");
    assert.equal(
      (await admin.refused("device.token.rotate", { ...params, deviceId: "x" })).message,
      "unknown deviceId/role",
    );
  });

  test("withholds it from others on protocol 4, and closes the device's sockets with 4001", async () => {
    await using gateway = createMemoryGateway();
    const admin = await connectTo(gateway, { scopes: allScopes });
    const live = await connectTo(gateway, { scopes: ["operator.read"] });
    const params = { deviceId: live.device?.deviceId, role: "operator" };
    const answer = await admin.call("device.token.rotate", params);
    assert.deepEqual([answer.token, answer.tokenDelivery], [undefined, "withheld-cross-device"]);
    assert.deepEqual(await live.closed, { code: 4001, reason: "device removed" });
    assert.equal(
      (await admin.refused("device.token.rotate", { ...params, role: "node" })).message,
      "device token rotation denied",
    );
  });

  test("hands a device its own, answers first and then closes", async () => {
    await using gateway = createMemoryGateway();
    const { client, device, deviceToken } = await connectByOwnToken(gateway);
    const answer = await client.call("device.token.rotate", { deviceId: device.deviceId, role: "operator" });
    assert.equal(answer.tokenDelivery, "in-band");
    assert.notEqual(answer.token, deviceToken);
    assert.equal((await client.closed).code, 4001);
    const auth = { deviceToken: answer.token };
    assert.ok((await connectTo(gateway, { device, scopes: ["operator.read"], auth })).answer.ok);
  });

  test("is bounded by the caller's scopes", async () => {
    for (
      const [protocol, message] of [[3, "missing scope: operator.admin"], [4, "device token rotation denied"]] as const
    ) {
      await using gateway = createMemoryGateway({ protocol });
      const admin = await connectTo(gateway, { scopes: allScopes });
      const pairer = await connectTo(gateway, { scopes: ["operator.pairing"] });
      const params = { deviceId: admin.device?.deviceId, role: "operator" };
      assert.equal((await pairer.refused("device.token.rotate", params)).message, message);
    }
  });
});

describe("device.token.revoke", () => {
  for (const protocol of [3, 4] as const) {
    test(`makes the token worthless, protocol ${protocol}`, async () => {
      await using gateway = createMemoryGateway({ protocol });
      const admin = await connectTo(gateway, { scopes: allScopes });
      const { device, deviceToken } = await connectByOwnToken(gateway);
      await admin.call("device.token.revoke", { deviceId: device.deviceId, role: "operator" });
      const { answer } = await connectTo(gateway, { device, scopes: ["operator.read"], auth: { deviceToken } });
      assert.equal((answer.error?.details as { code: string }).code, "AUTH_DEVICE_TOKEN_MISMATCH");
    });
  }
});

describe("device.pair.remove", () => {
  test("lets any pairing operator remove another device on protocol 3", async () => {
    await using gateway = createMemoryGateway({ protocol: 3 });
    const live = await connectTo(gateway, { scopes: ["operator.read"] });
    const { client } = await connectByOwnToken(gateway);
    await client.call("device.pair.remove", { deviceId: live.device?.deviceId });
    assert.ok((await live.ask("status")).ok, "its socket stays open");
  });

  test("not a device that came with its own token, on protocol 4", async () => {
    await using gateway = createMemoryGateway();
    const other = await connectTo(gateway);
    const { client } = await connectByOwnToken(gateway);
    const { message } = await client.refused("device.pair.remove", { deviceId: other.device?.deviceId });
    assert.equal(message, "device pairing removal denied");
  });

  test("forgets the device, so that it is asked about again", async () => {
    await using gateway = createMemoryGateway();
    const admin = await connectTo(gateway, { scopes: allScopes });
    const gone = await connectTo(gateway);
    const params = { deviceId: gone.device?.deviceId };
    await admin.call("device.pair.remove", params);
    assert.equal((await gone.closed).code, 4001);
    assert.equal((await admin.refused("device.pair.remove", params)).message, "unknown deviceId");
  });
});

describe("device.pair.approve", () => {
  test("does not grant what the approver lacks, on protocol 4", async () => {
    await using gateway = createMemoryGateway({ pairing: "manual" });
    const request = async (scopes: readonly string[]) => {
      const { error } = (await connectTo(gateway, { scopes })).answer;
      return (error?.details as { requestId: string }).requestId;
    };
    const pairer = await connectTo(gateway, { device: null, scopes: ["operator.pairing", "operator.read"] });
    const tooMuch = await request(["operator.admin"]);
    assert.equal(
      (await pairer.refused("device.pair.approve", { requestId: tooMuch })).message,
      "missing scope: operator.admin",
    );
    assert.ok(await pairer.call("device.pair.approve", { requestId: await request(["operator.read"]) }));
  });
});

describe("device.pair.rename", () => {
  test("names a device", async () => {
    await using gateway = createMemoryGateway();
    const admin = await connectTo(gateway, { scopes: allScopes });
    const deviceId = admin.device?.deviceId;
    assert.deepEqual(await admin.call("device.pair.rename", { deviceId, label: " Desk " }), {
      deviceId,
      label: "Desk",
    });
    assert.equal((await admin.call("device.pair.list")).paired[0].operatorLabel, "Desk");
  });
});

describe("device.pair.setupCode", () => {
  const codeFor = async (gateway: MemoryGateway, bootstrapProfile?: string) => {
    const admin = await connectTo(gateway, { scopes: allScopes });
    const profile = bootstrapProfile === undefined ? {} : { bootstrapProfile };
    const { setupCode } = await admin.call("device.pair.setupCode", { publicUrl: "ws://127.0.0.1:1", ...profile });
    return JSON.parse(new TextDecoder().decode(fromBase64url(setupCode))).bootstrapToken as string;
  };

  test("lets its first device in, and no other", async () => {
    await using gateway = createMemoryGateway();
    const auth = { bootstrapToken: await codeFor(gateway) };
    const device = await createDevice();
    const { answer } = await connectTo(gateway, { device, auth, scopes: ["operator.admin"] });
    assert.equal((answer.payload as { auth: { method: string } }).auth.method, "bootstrap-token");
    assert.ok(!(await connectTo(gateway, { auth })).answer.ok);
  });

  test("is limited to what its profile grants, and to ten minutes", async () => {
    await using gateway = createMemoryGateway();
    const forNodes = { bootstrapToken: await codeFor(gateway, "node") };
    assert.equal((await connectTo(gateway, { auth: forNodes, scopes: [] })).answer.ok, false);
    const auth = { bootstrapToken: await codeFor(gateway, "limited") };
    assert.ok(!(await connectTo(gateway, { auth, scopes: ["operator.admin"] })).answer.ok);
    await gateway.clock.advance(600_001);
    assert.ok(!(await connectTo(gateway, { auth, scopes: ["operator.read"] })).answer.ok);
  });

  test("needs an address, since this gateway has none to tell", async () => {
    await using gateway = createMemoryGateway();
    const admin = await connectTo(gateway, { scopes: allScopes });
    assert.match((await admin.refused("device.pair.setupCode")).message, /^Gateway is only bound to loopback/);
  });
});
