import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { createTestHome } from "../support/world.ts";

describe("claw presence", () => {
  it("lists who is there, the latest first, with either generation", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      gateway.gateway.memory.presence.note("k", { host: "desk\u202e", mode: "ui", reason: "connect", ip: "192.0.2.7" });
      const { exit, stdout } = await home.claw(["presence"]);
      assert.equal(exit, 0);
      const [head, ...rows] = stdout.trimEnd().split("\n");
      assert.match(head ?? "", /^HOST +MODE +ADDRESS +PLATFORM +VERSION +WHY +SEEN$/);
      assert.equal(rows.length, 2);
      assert.ok(rows.some((row) => /^dev-gateway +gateway +127\.0\.0\.1 +dev +\S+ +self +now$/.test(row)), stdout);
      assert.ok(rows.some((row) => /^desk\\u\{202e\} +ui +192\.0\.2\.7 +- +- +connect +now$/.test(row)), stdout);
    }
  });

  it("gives programs every member that the gateway sent", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    gateway.gateway.memory.presence.note("k", { host: "desk", tags: ["a"] });
    const { data } = JSON.parse((await home.claw(["presence", "--json"])).stdout);
    assert.deepEqual(data.presence.find(({ host }: { host: string }) => host === "desk").tags, ["a"]);
  });
});
