import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allScopes, connectTo } from "../support/dev_client.ts";
import { createMemoryGateway } from "../support/dev_gateway.ts";

const job = {
  name: "every minute",
  schedule: { kind: "every", everyMs: 60_000 },
  sessionTarget: "main",
  payload: { kind: "systemEvent", text: "hello" },
};

describe("heartbeatSoon() and runHeartbeat()", () => {
  test("serve cron jobs: those that ask for a run now, and on protocol 3 those that would wait", async () => {
    for (
      const [protocol, wakeMode, expected] of [
        [3, "now", 1],
        [4, "now", 1],
        [3, "next-heartbeat", 1],
        [4, "next-heartbeat", 0],
      ] as const
    ) {
      await using gateway = createMemoryGateway({ protocol });
      const admin = await connectTo(gateway, { scopes: allScopes });
      await admin.call("cron.add", { ...job, wakeMode });
      await gateway.clock.advance(61_000);
      assert.equal(
        admin.events.filter(({ event }) => event === "heartbeat").length,
        expected,
        `${protocol} ${wakeMode}`,
      );
    }
  });
});
