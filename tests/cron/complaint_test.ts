import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { complaintOf } from "../../src/cron/complaint.ts";
import { CronAddParams } from "../../src/protocol/mod.ts";

const right = {
  name: "x",
  schedule: { kind: "every", everyMs: 5 },
  sessionTarget: "isolated",
  wakeMode: "now",
  payload: { kind: "agentTurn", message: "m" },
};

describe("complaintOf()", () => {
  const mistakes: readonly (readonly [members: object, path: string, message: string])[] = [
    [{ nmae: 1 }, "nmae", "there is no member nmae"],
    [{ payload: { ...right.payload, mdoel: 1 } }, "payload.mdoel", "there is no member payload.mdoel"],
    [{ payload: { kind: "agentTurn" } }, "payload.message", "payload.message is missing"],
    [{ payload: null }, "payload", "payload: null is no object"],
    [
      { payload: { kind: "turn" } },
      "payload.kind",
      'payload.kind: "turn" is not one of systemEvent, agentTurn, command, script',
    ],
    [
      { payload: { ...right.payload, timeoutSeconds: "5" } },
      "payload.timeoutSeconds",
      'payload.timeoutSeconds: "5" is no number',
    ],
    [
      { schedule: { kind: "every", everyMs: 0.5 } },
      "schedule.everyMs",
      "schedule.everyMs: 0.5 is no whole number",
    ],
    [{ schedule: { kind: "every", everyMs: 0 } }, "schedule.everyMs", "schedule.everyMs: 0 is too small"],
    [{ schedule: undefined }, "schedule", "schedule is missing"],
    [{ wakeMode: "never" }, "wakeMode", 'wakeMode: "never" is not one of now, next-heartbeat'],
    [{ sessionTarget: "mine" }, "sessionTarget", 'sessionTarget: "mine" is not what it may be'],
    [{ name: "" }, "name", "name is empty"],
    [{ delivery: { mode: "webhook" } }, "delivery.to", "delivery.to is missing"],
    [{ failureAlert: { after: 2, every: 1 } }, "failureAlert.every", "there is no member failureAlert.every"],
  ];
  for (const [members, path, message] of mistakes) {
    it(`says: ${message}`, () => {
      const definition = { ...right, ...members };
      const parsed = CronAddParams.safeParse(definition);
      assert.ok(!parsed.success);
      const complaint = complaintOf(parsed.error.issues, definition);
      assert.deepEqual({ path: complaint.path.join("."), message: complaint.message }, { path, message });
    });
  }

  it("shows the beginning of a long value", () => {
    const definition = { ...right, wakeMode: "x".repeat(100) };
    const parsed = CronAddParams.safeParse(definition);
    assert.ok(!parsed.success && complaintOf(parsed.error.issues, definition).message.includes("xxx… is not one of"));
  });
});
