import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { olderComplaints } from "../../src/devgateway/older_params.ts";

const turn = (members: object) => ({ payload: { kind: "agentTurn", ...members } });

/** What 2026.3.13 answered to each patch (measured). */
const taken: readonly object[] = [
  { agentId: null },
  { sessionKey: null },
  { wakeMode: null },
  { sessionTarget: null },
  { delivery: { accountId: null } },
  { failureAlert: { after: 3 } },
  { failureAlert: false },
  turn({ model: null }),
  turn({ timeoutSeconds: null }),
  turn({ thinking: null }),
  turn({ fallbacks: ["a/b"] }),
];
const refused: readonly (readonly [patch: object, complaint: RegExp])[] = [
  [{ delivery: { mode: "announce", channel: null } }, /at \/patch\/delivery\/channel: must be string/],
  [{ delivery: { mode: "announce", to: null } }, /at \/patch\/delivery\/to: must be string/],
  [{ delivery: { failureDestination: null } }, /at \/patch\/delivery\/failureDestination: must be object/],
  [{ delivery: { failureDestination: { channel: null } } }, /failureDestination\/channel: must be string/],
  [{ delivery: { completionDestination: null } }, /at \/patch\/delivery: unexpected property 'completionDestination'/],
  [{ delivery: { threadId: "5" } }, /at \/patch\/delivery: unexpected property 'threadId'/],
  [{ failureAlert: null }, /at \/patch\/failureAlert: must match a schema in anyOf/],
  [{ failureAlert: { after: null } }, /at \/patch\/failureAlert: must match a schema in anyOf/],
  [{ failureAlert: { includeSkipped: true } }, /at \/patch\/failureAlert: unexpected property 'includeSkipped'/],
  [{ displayName: "x" }, /at \/patch: unexpected property 'displayName'/],
  [{ pacing: null }, /at \/patch: unexpected property 'pacing'/],
  [{ trigger: null }, /at \/patch: unexpected property 'trigger'/],
  [{ declarationKey: null }, /at \/patch: unexpected property 'declarationKey'/],
  [turn({ fallbacks: null }), /at \/patch\/payload\/fallbacks: must be array/],
  [turn({ toolsAllow: null }), /at \/patch\/payload: unexpected property 'toolsAllow'/],
  [turn({ bogus: 1 }), /at \/patch\/payload: unexpected property 'bogus'/],
  [{ payload: { kind: "script", script: "x" } }, /at \/patch\/payload/],
  [{ schedule: { kind: "on-exit", command: "x" } }, /at \/patch\/schedule/],
];

describe("olderComplaints()", () => {
  for (const patch of taken) {
    test(`has nothing against ${JSON.stringify(patch)}`, () => {
      assert.deepEqual(olderComplaints("cron.update", { id: "1", patch }), []);
    });
  }

  for (const [patch, complaint] of refused) {
    test(`refuses ${JSON.stringify(patch)}`, () => {
      assert.match(olderComplaints("cron.update", { id: "1", patch }).join("; "), complaint);
    });
  }

  test("minds the same members of a new job, and newer params of any method", () => {
    const job = { delivery: { mode: "announce", threadId: "5" }, declarationKey: "k" };
    assert.deepEqual(olderComplaints("cron.add", job), [
      "at root: unexpected property 'declarationKey'",
      "at /delivery: unexpected property 'threadId'",
    ]);
    assert.match(olderComplaints("cron.run", { id: "1", mode: "if-enabled" }).join(), /at \/mode: must be equal/);
  });
});
