import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome, type RunResult } from "../../support/world.ts";

function idsIn({ stdout }: RunResult): readonly string[] {
  return JSON.parse(stdout).data.findings.map(({ id, severity }: { id: string; severity: string }) =>
    `${id} ${severity}`
  );
}

describe("claw doctor event", () => {
  it("says that the gateway has just started, sends nothing, and knows a session that is not there", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const run = await home.claw(["doctor", "event", "--json"]);
    assert.equal(run.exit, 0, run.stdout);
    assert.deepEqual(idsIn(run), ["EV-4 info"]);
    assert.deepEqual(gateway.gateway.memory.wakes, []);
    // The dev gateway has no sessions.list: that nobody tells is no fault of the session.
    const asked = await home.claw(["doctor", "event", "--session-key", "agent:main:x", "--json"]);
    assert.deepEqual(idsIn(asked), ["EV-3 info", "EV-4 info"]);
  });

  it("finds a heartbeat that failed", async () => {
    const heartbeat = { status: "failed", reason: "no model" } as const;
    await using gateway = await openSocketGateway({ heartbeat });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    await home.claw(["event", "x", "--now", "--verify"]);
    const run = await home.claw(["doctor", "event", "--json"]);
    assert.equal(run.exit, 1, run.stdout);
    assert.deepEqual(idsIn(run), ["EV-2 error", "EV-4 info"]);
  });

  it("judges no events where the gateway is not reached", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9", CLAW_TOKEN: "x".repeat(20) });
    const run = await home.claw(["doctor", "event", "--json"]);
    assert.equal(idsIn(run)[0], "NET-REFUSED error");
    assert.ok(idsIn(run).every((row) => !row.startsWith("EV-")));
  });
});

describe("claw doctor pairing", () => {
  it("sees the devices where it may, and says what it takes where it may not", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    assert.deepEqual(idsIn(await home.claw(["doctor", "pairing", "--json"])), []);
    assert.equal((await home.claw(["event", "x"])).exit, 0);
    const narrow = await home.claw(["doctor", "pairing", "--json"], { env: { CLAW_TOKEN: "" } });
    assert.equal(narrow.exit, 0, narrow.stdout);
    assert.deepEqual(idsIn(narrow), ["PR-0 info"]);
  });

  it("finds installations that lost their keys", async () => {
    await using gateway = await openSocketGateway();
    for (let run = 0; run < 3; run++) {
      using other = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      assert.equal((await other.claw(["event", "x"])).exit, 0);
    }
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const ids = idsIn(await home.claw(["doctor", "pairing", "--json"]));
    assert.ok(ids.includes("PR-3 warning"), ids.join(", "));
  });
});

describe("claw doctor cron", () => {
  it("is the doctor of cron", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const [own, other] = [await home.claw(["doctor", "cron"]), await home.claw(["cron", "doctor"])];
    assert.deepEqual([own.exit, own.stdout], [other.exit, other.stdout]);
    assert.match(own.stdout, /^healthy: /);
  });
});
