import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome } from "../../support/world.ts";

describe("claw heartbeat last", () => {
  it("shows when one ran and what came of it, with either generation", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      await home.claw(["event", "x", "--now", "--verify"]);
      const { exit, stdout } = await home.claw(["heartbeat", "last"]);
      assert.equal(exit, 0);
      assert.match(
        stdout,
        /^heartbeat +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \((now|\d s ago)\)\nstatus +ok-empty\ntook +30 ms\n$/,
      );
    }
  });

  it("shows the reason and the words of one that was skipped, escaped", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const ts = Date.now() - 5_400_000;
    gateway.gateway.memory.lastHeartbeat = { ts, status: "skipped", reason: "no-route", preview: "disk\u001b full" };
    const { stdout } = await home.claw(["heartbeat", "last"]);
    assert.match(stdout, /\(1 h ago\)\nstatus +skipped\nreason +no-route\nsaid +disk\\u\{1b\} full\n$/);
  });

  it("exits with 1 when none ran since the gateway started", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const { exit, stdout } = await home.claw(["heartbeat", "last"]);
    assert.deepEqual([exit, stdout], [1, "no heartbeat ran since the gateway started\n"]);
    const json = await home.claw(["heartbeat", "last", "--json"]);
    assert.deepEqual([json.exit, JSON.parse(json.stdout).data], [1, { heartbeat: null }]);
  });
});
