import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PeerFacts } from "../../src/devgateway/peer.ts";
import type { ResponseFrame } from "../../src/protocol/mod.ts";
import { allScopes, connectTo, createDevice } from "../support/dev_client.ts";
import { createMemoryGateway } from "../support/dev_gateway.ts";

/** Taken for remote by both generations: protocol 4 is told to trust the proxy that says so. */
const remote: PeerFacts = { address: "127.0.0.1", host: "gw.example.test", forwardedFor: "203.0.113.9" };

function detailsOf({ error }: ResponseFrame): Record<string, unknown> {
  assert.equal(error?.code, "NOT_PAIRED");
  return error.details as Record<string, unknown>;
}

for (const protocol of [3, 4] as const) {
  const choices = { protocol, trustsProxy: protocol === 4 };

  describe(`approve(), protocol ${protocol}`, () => {
    test("lets a local device in without asking", async () => {
      await using gateway = createMemoryGateway(choices);
      const { answer, device } = await connectTo(gateway);
      assert.ok(answer.ok);
      assert.equal(gateway.gateway.memory.pairings.paired()[0]?.deviceId, device?.deviceId);
    });

    test("asks about every device when told to", async () => {
      await using gateway = createMemoryGateway({ ...choices, pairing: "manual" });
      assert.equal(detailsOf((await connectTo(gateway)).answer)["reason"], "not-paired");
    });

    test("answers a remote device with one request id until it is decided", async () => {
      await using gateway = createMemoryGateway(choices);
      const admin = await connectTo(gateway, { scopes: allScopes });
      const device = await createDevice();
      const ask = async () => detailsOf((await connectTo(gateway, { device, peer: remote })).answer)["requestId"];
      const first = await ask();
      assert.equal(await ask(), first);
      await admin.call("device.pair.reject", { requestId: first });
      assert.notEqual(await ask(), first);
    });

    test("forgets a request five minutes after the device last asked", async () => {
      await using gateway = createMemoryGateway(choices);
      const device = await createDevice();
      const ask = async () => detailsOf((await connectTo(gateway, { device, peer: remote })).answer)["requestId"];
      const first = await ask();
      await gateway.clock.advance(299_000);
      assert.equal(await ask(), first);
      await gateway.clock.advance(299_000);
      assert.equal(await ask(), first, "asking again starts the five minutes anew");
      await gateway.clock.advance(301_000);
      assert.notEqual(await ask(), first);
    });

    test("lets it in once it is approved, and asks again for more", async () => {
      await using gateway = createMemoryGateway(choices);
      const admin = await connectTo(gateway, { scopes: allScopes });
      const device = await createDevice();
      const knock = async (scopes: readonly string[]) =>
        (await connectTo(gateway, { device, peer: remote, scopes })).answer;
      await admin.call("device.pair.approve", { requestId: detailsOf(await knock(["operator.read"]))["requestId"] });
      assert.ok((await knock(["operator.read"])).ok);
      assert.ok((await knock([])).ok);
      const wider = detailsOf(await knock(["operator.read", "operator.write"]));
      assert.equal(wider["reason"], "scope-upgrade");
      await admin.call("device.pair.approve", { requestId: wider["requestId"] });
      assert.ok((await knock(["operator.read", "operator.write"])).ok);
    });

    test("asks about a changed platform even on loopback", async () => {
      await using gateway = createMemoryGateway(choices);
      const device = await createDevice();
      assert.ok((await connectTo(gateway, { device })).answer.ok);
      const moved = await connectTo(gateway, { device, client: { platform: "darwin" } });
      assert.equal(detailsOf(moved.answer)["reason"], "metadata-upgrade");
    });

    test("mints a new token when a grant is widened, and keeps it otherwise", async () => {
      await using gateway = createMemoryGateway(choices);
      const device = await createDevice();
      const tokenFor = async (scopes: readonly string[]) => {
        const { payload } = (await connectTo(gateway, { device, scopes })).answer;
        return (payload as { auth: { deviceToken: string } }).auth.deviceToken;
      };
      const first = await tokenFor(["operator.read"]);
      assert.equal(await tokenFor(["operator.read"]), first);
      const wide = await tokenFor(["operator.write"]);
      assert.notEqual(wide, first);
      assert.equal(await tokenFor(["operator.read"]), wide, "write covers read");
    });

    test("tells operators who may pair, and nobody else", async () => {
      await using gateway = createMemoryGateway(choices);
      const admin = await connectTo(gateway, { scopes: ["operator.pairing"] });
      const reader = await connectTo(gateway, { scopes: ["operator.read"] });
      await connectTo(gateway, { peer: remote });
      await admin.ask("health");
      await reader.ask("health");
      assert.equal(admin.events.filter(({ event }) => event === "device.pair.requested").length, 1);
      assert.equal(reader.events.filter(({ event }) => event.startsWith("device.")).length, 0);
    });
  });
}

describe("approve(), where the generations differ", () => {
  test("a changed wish replaces the request on protocol 4 and joins it on 3", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = createMemoryGateway({ protocol, trustsProxy: protocol === 4 });
      const device = await createDevice();
      const ask = async (scopes: readonly string[]) =>
        detailsOf((await connectTo(gateway, { device, peer: remote, scopes })).answer)["requestId"];
      const first = await ask(["operator.read"]);
      const second = await ask(["operator.read", "operator.write"]);
      assert.equal(second === first, protocol === 3);
      const [pending] = gateway.gateway.memory.pairings.pending();
      assert.deepEqual(pending?.scopes, ["operator.read", "operator.write"]);
    }
  });

  test("protocol 4 explains itself, protocol 3 does not", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = createMemoryGateway({ protocol, trustsProxy: protocol === 4 });
      const { answer, device } = await connectTo(gateway, { peer: remote, scopes: ["operator.read"] });
      const details = detailsOf(answer);
      assert.equal(details["deviceId"], protocol === 4 ? device?.deviceId : undefined);
      assert.deepEqual(details["requestedScopes"], protocol === 4 ? ["operator.read"] : undefined);
    }
  });

  test("after a revocation protocol 3 mints a new token silently, 4 asks a remote device", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = createMemoryGateway({ protocol, trustsProxy: protocol === 4 });
      const admin = await connectTo(gateway, { scopes: allScopes });
      const device = await createDevice();
      assert.ok((await connectTo(gateway, { device })).answer.ok);
      await admin.call("device.token.revoke", { deviceId: device.deviceId, role: "operator" });
      const { answer } = await connectTo(gateway, { device, peer: remote });
      if (protocol === 3) assert.ok(answer.ok);
      else assert.equal(detailsOf(answer)["reason"], "role-upgrade");
    }
  });

  test("a node is never given an operator's scopes silently on protocol 4", async () => {
    await using gateway = createMemoryGateway();
    const { answer } = await connectTo(gateway, { role: "node", scopes: ["operator.admin"] });
    assert.equal(detailsOf(answer)["reason"], "not-paired");
  });
});
