import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { createTestHome } from "../support/world.ts";

describe("claw health", () => {
  it("shows in short that the gateway is well, with either generation", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const { exit, stdout, stderr } = await home.claw(["health"]);
      assert.deepEqual([exit, stderr], [0, ""]);
      assert.match(stdout, new RegExp(`^gateway +${gateway.url}/ \\(version \\S+\\)\nhealth +ok\nchannels +none\n`));
      assert.match(stdout, /^agents +main \(heartbeat every 30m\)\nas of +now\n$/m);
    }
  });

  it("exits with 1 and names what the gateway calls a fault, and nothing else", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    gateway.gateway.memory.health = {
      ok: false,
      eventLoop: { degraded: true, reasons: ["event_loop_delay"] },
      modelRuntime: { degraded: false },
      plugins: { loaded: ["a"], errors: [{ id: "b", error: "no file\u001b[2J" }] },
      channels: {
        telegram: { configured: true, probe: { ok: false, error: "401" } },
        discord: { accounts: { default: { probe: { ok: true } } } },
        signal: { configured: false },
      },
      contextEngines: { quarantined: [{ engineId: "e", reason: "threw" }] },
      deliveryQueues: { failed: [{ queueName: "outbound", count: 3 }] },
    };
    const { exit, stdout } = await home.claw(["health", "--probe"]);
    assert.equal(exit, 1);
    assert.deepEqual(stdout.split("\n").slice(1, 8), [
      "health       NOT OK",
      "trouble      the gateway says that it is not ok",
      "trouble      the event loop is degraded: event_loop_delay",
      "trouble      a plugin failed: b: no file\\u{1b}[2J",
      "trouble      a context engine is quarantined: e: threw",
      "trouble      channel telegram: the probe failed: 401",
      "channels     telegram, discord, signal (not configured)",
    ]);
    assert.match(stdout, /^undelivered +outbound: 3$/m);
    const { ok, data } = JSON.parse((await home.claw(["health", "--json"])).stdout);
    assert.deepEqual([ok, data.isWell, data.troubles.length], [true, false, 5]);
    assert.equal(data.report.channels.telegram.probe.error, "401", "the whole report is there");
  });

  it("bears a report whose parts have other shapes", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    gateway.gateway.memory.health = { channels: ["x"], agents: 3, plugins: "none", eventLoop: null };
    const { exit, stdout } = await home.claw(["health"]);
    assert.equal(exit, 0);
    assert.match(stdout, /^agents +none$/m);
    const odd = { toString: 1, valueOf: 1 };
    gateway.gateway.memory.health = {
      agents: [{ agentId: odd, heartbeat: { every: odd } }, { agentId: "b" }],
      deliveryQueues: { failed: [{ queueName: odd, count: odd }] },
    };
    const stranger = await home.claw(["health"]);
    assert.deepEqual([stranger.exit, stranger.stderr], [0, ""]);
    assert.match(stranger.stdout, /^agents +\? \(heartbeat every \?\), b\nundelivered +\?: \?$/m);
  });
});
