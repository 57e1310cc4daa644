import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import { handshake } from "../../src/client/handshake.ts";
import { awaitUpgrade, requestUpgrade, takesUpgrades } from "../../src/devices/scope_upgrade.ts";
import { ClawError } from "../../src/errors.ts";
import { createMemoryGateway, testSecret } from "../support/dev_gateway.ts";
import { createCredentials } from "../support/wire.ts";

const scopes = ["operator.read", "operator.write"];

async function begin(protocol: 3 | 4, limitMs = 600_000) {
  const gateway = createMemoryGateway({ protocol });
  const { clock } = gateway;
  const stop = new AbortController();
  const { signal } = stop;
  const secret = { kind: "token", value: testSecret } as const;
  const credentials = { ...await createCredentials(["operator.read"]), secret };
  const transport = gateway.connect();
  const hands = await handshake(transport, credentials, { clock, os: "linux", signal });
  const connection = new Connection(transport, hands, 0);
  if (protocol === 3) return { gateway, connection };
  const requestId = await requestUpgrade({ connection, scopes, signal });
  const end = awaitUpgrade({ connection, scopes, signal, requestId, limitMs, clock });
  end.catch(() => {});
  const { pairings } = gateway.gateway.memory;
  return { gateway, connection, end, requestId, pairings, stop, transport, clock };
}

describe("takesUpgrades()", () => {
  it("is true of protocol 4 alone", async () => {
    for (const protocol of [3, 4] as const) {
      const { gateway, connection } = await begin(protocol);
      await using _ = gateway;
      assert.equal(takesUpgrades(connection), protocol === 4);
    }
  });
});

describe("awaitUpgrade()", () => {
  it("keeps the request alive for longer than it lives by itself, and brings the new token", async () => {
    const { gateway, end, requestId = "", pairings, clock } = await begin(4);
    await using _ = gateway;
    await clock?.advance(550_000);
    assert.deepEqual(pairings?.pending().map((request) => request.requestId), [requestId]);
    const device = pairings?.approve(requestId, "owner");
    await clock?.advance(250);
    const token = device?.tokens["operator"]?.token;
    assert.deepEqual(await end, { kind: "approved", token, scopes });
  });

  it("ends at a rejection, and when its time is over", async () => {
    const rejected = await begin(4);
    await using _ = rejected.gateway;
    rejected.pairings?.reject(rejected.requestId ?? "");
    await rejected.clock?.advance(250);
    assert.deepEqual(await rejected.end, { kind: "rejected" });
    const late = await begin(4, 10_000);
    await using _late = late.gateway;
    await late.clock?.advance(10_000);
    assert.deepEqual(await late.end, { kind: "late" });
  });

  it("does not know how it ended when the connection is gone", async () => {
    const { gateway, end, transport } = await begin(4);
    await using _ = gateway;
    transport?.close(1000);
    assert.equal((await end)?.kind, "lost");
  });

  it("ends with the signal's reason", async () => {
    const { gateway, end = Promise.resolve(), stop } = await begin(4);
    await using _ = gateway;
    stop?.abort(new ClawError("interrupted", "interrupted"));
    await assert.rejects(end, { code: "interrupted", message: "interrupted" });
  });
});
