import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { allScopes, connectTo, createDevice } from "../support/dev_client.ts";
import { createMemoryGateway } from "../support/dev_gateway.ts";

const read = "operator.read";
const write = "operator.write";

async function openStage() {
  const gateway = createMemoryGateway();
  const admin = await connectTo(gateway, { scopes: allScopes });
  const device = await createDevice();
  const client = await connectTo(gateway, { device, scopes: [read] });
  const token = () => gateway.gateway.memory.pairings.find(device.deviceId)?.tokens["operator"]?.token;
  return { gateway, admin, device, client, token };
}

describe("device.scopes.requestUpgrade", () => {
  it("files one request for one wish, and another for another", async () => {
    const { gateway, client, admin, device } = await openStage();
    await using _ = gateway;
    const { requestId } = await client.call("device.scopes.requestUpgrade", { scopes: [read, write] });
    assert.equal((await client.call("device.scopes.requestUpgrade", { scopes: [read, write] })).requestId, requestId);
    const waiting = client.call("device.scopes.waitUpgrade", { requestId });
    const other = await connectTo(gateway, { device, scopes: [read] });
    const more = await other.call("device.scopes.requestUpgrade", { scopes: [read, write, "operator.pairing"] });
    assert.notEqual(more.requestId, requestId);
    await gateway.clock.advance(250);
    assert.deepEqual(await waiting, { status: "rejected", requestId });
    const { pending } = await admin.call("device.pair.list");
    assert.deepEqual(pending.map((request: { requestId: string }) => request.requestId), [more.requestId]);
  });

  it("refuses scopes that it does not know, and fewer than the connection has", async () => {
    const { gateway, client } = await openStage();
    await using _ = gateway;
    const answer = async (scopes: unknown) =>
      (await client.ask("device.scopes.requestUpgrade", { scopes })).error?.message;
    assert.match(String(await answer([read, "operator.x"])), /unknown operator scope/);
    assert.match(String(await answer(["operator.pairing"])), /must include the connection's current scopes/);
    assert.match(String(await answer([])), /invalid/);
  });
});

describe("device.scopes.waitUpgrade", () => {
  it("tells who waits the new token once it is approved", async () => {
    const { gateway, client, admin, token } = await openStage();
    await using _ = gateway;
    const before = token();
    const { requestId } = await client.call("device.scopes.requestUpgrade", { scopes: [read, write] });
    const waiting = client.call("device.scopes.waitUpgrade", { requestId });
    await gateway.clock.advance(1_000);
    await admin.call("device.pair.approve", { requestId });
    await gateway.clock.advance(250);
    assert.deepEqual(await waiting, { status: "approved", requestId, deviceToken: token(), scopes: [read, write] });
    assert.notEqual(token(), before);
  });

  it("ends with the request, and knows none of another device", async () => {
    const { gateway, client, admin } = await openStage();
    await using _ = gateway;
    const { requestId } = await client.call("device.scopes.requestUpgrade", { scopes: [read, write] });
    const foreign = await admin.ask("device.scopes.waitUpgrade", { requestId });
    assert.equal(foreign.error?.message, "scope upgrade expired or not found");
    const waiting = client.call("device.scopes.waitUpgrade", { requestId });
    await gateway.clock.advance(300_250);
    assert.deepEqual(await waiting, { status: "expired", requestId });
  });

  it("is unknown to protocol 3", async () => {
    await using gateway = createMemoryGateway({ protocol: 3 });
    const client = await connectTo(gateway, { scopes: allScopes });
    assert.match(
      String((await client.ask("device.scopes.requestUpgrade", { scopes: [read] })).error?.message),
      /unknown/,
    );
  });
});
