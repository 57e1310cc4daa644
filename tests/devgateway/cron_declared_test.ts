import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allScopes, connectTo } from "../support/dev_client.ts";
import { createMemoryGateway } from "../support/dev_gateway.ts";

const declaration = {
  declarationKey: "k",
  name: "report",
  schedule: { kind: "every", everyMs: 3_600_000 },
  sessionTarget: "isolated",
  wakeMode: "now",
  payload: { kind: "agentTurn", message: "hello" },
  delivery: { mode: "announce", channel: "last" },
};

async function declareTwice(change: object) {
  const gateway = createMemoryGateway();
  const admin = await connectTo(gateway, { scopes: allScopes });
  const first = await admin.call("cron.add", declaration);
  await gateway.clock.advance(60_000);
  const again = await admin.call("cron.add", { ...declaration, ...change });
  const actions = admin.events.filter(({ event }) => event === "cron")
    .map(({ payload }) => (payload as { action: string }).action);
  await gateway[Symbol.asyncDispose]();
  return { first, again, actions };
}

describe("redeclare()", () => {
  test("changes nothing when it says nothing new, in whatever order, and tells nobody", async () => {
    const reordered = { delivery: { channel: "last", mode: "announce" } };
    const { first, again, actions } = await declareTwice(reordered);
    assert.deepEqual([first.created, first.updated, again.created, again.updated], [true, undefined, false, false]);
    assert.deepEqual(again.job, first.job);
    assert.deepEqual(actions, ["added"]);
  });

  const news: readonly (readonly [what: string, change: object])[] = [
    ["schedule", { schedule: { kind: "every", everyMs: 60_000 } }],
    ["payload", { payload: { kind: "agentTurn", message: "bye" } }],
    ["delivery", { delivery: { mode: "none" } }],
    ["displayName", { displayName: "Report" }],
    ["enabled", { enabled: false }],
  ];
  for (const [what, change] of news) {
    test(`brings the job in line in its ${what}`, async () => {
      const { first, again, actions } = await declareTwice(change);
      assert.deepEqual([again.created, again.updated, again.job.id], [false, true, first.job.id]);
      assert.notDeepEqual(again.job[what], first.job[what]);
      assert.ok(again.job.updatedAtMs > first.job.updatedAtMs);
      assert.deepEqual(actions, ["added", "updated"]);
    });
  }

  test("leaves name, description and session as they were", async () => {
    const { first, again } = await declareTwice({ name: "other", description: "new", sessionTarget: "session:x" });
    assert.equal(again.updated, false);
    assert.deepEqual(again.job, first.job);
  });
});
