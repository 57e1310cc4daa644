import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cast } from "../../support/cron_cast.ts";
import { play } from "../../support/cron_stage.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome } from "../../support/world.ts";

describe("claw cron status", () => {
  it("counts jobs, and tells when the scheduler wakes next", async () => {
    const { kind, text } = await play({ jobs: cast }, ["cron", "status"]);
    assert.equal(kind, "done");
    assert.deepEqual(text.split("\n"), [
      "scheduler  on",
      "jobs       6 (5 enabled, 1 disabled, 1 failing, 1 built-in)",
      "next wake  2026-11-21 13:05:00 CET (in 5 min)",
      "store      /home/me/.openclaw/cron/jobs.json",
      "",
    ]);
  });

  it("says which setting turns a scheduler on that is off", async () => {
    const { kind, text } = await play({ jobs: [], isSchedulerOn: false }, ["cron", "status"]);
    assert.equal(kind, "negative");
    assert.deepEqual(text.split("\n"), [
      "scheduler   off: no job runs by itself",
      "jobs        none",
      "next wake   none",
      "store       /home/me/.openclaw/cron/jobs.json",
      "turn it on  set cron.enabled to true in the gateway's configuration (openclaw config set cron.enabled true), see that OPENCLAW_SKIP_CRON is not set for it, and restart it",
      "",
    ]);
  });

  for (const protocol of [3, 4] as const) {
    it(`asks a gateway, protocol ${protocol}`, async () => {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const { exit, stdout } = await home.claw(["cron", "status", "--json"]);
      const { data } = JSON.parse(stdout);
      assert.equal(exit, 0);
      assert.equal(data.enabled, true);
      assert.equal(data.counts.all, data.jobs);
    });
  }
});
