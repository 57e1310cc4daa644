import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requireKnown, unknownIn } from "../../src/cron/needs.ts";
import { ClawError } from "../../src/errors.ts";

const plain = {
  name: "x",
  description: "d",
  agentId: "main",
  schedule: { kind: "cron", expr: "0 9 * * *", tz: "UTC", staggerMs: 0 },
  sessionTarget: "isolated",
  wakeMode: "now",
  payload: { kind: "agentTurn", message: "m", model: "a/b", thinking: "low", timeoutSeconds: 5, lightContext: true },
  delivery: { mode: "announce", channel: "last", to: "x", accountId: "a", bestEffort: true },
  failureAlert: { after: 2 },
};

/** What 2026.3.13 was seen to refuse, or to take for something else. */
const newer: readonly (readonly [name: string, members: object])[] = [
  ["--declaration-key", { declarationKey: "k" }],
  ["displayName", { displayName: "X" }],
  ["pacing", { pacing: { min: "1h" } }],
  ["trigger", { trigger: { script: "x" } }],
  ["--session current", { sessionTarget: "current" }],
  ["--session session:<key>", { sessionTarget: "session:a:b" }],
  ["a schedule of kind on-exit", { schedule: { kind: "on-exit", command: "x" } }],
  ["a schedule of kind stream", { schedule: { kind: "stream", command: ["x"] } }],
  ["a payload of kind command", { payload: { kind: "command", argv: ["x"] } }],
  ["a payload of kind script", { payload: { kind: "script", script: "x" } }],
  ["--tools", { payload: { ...plain.payload, toolsAllow: [] } }],
  ["--thread-id", { delivery: { ...plain.delivery, threadId: "7" } }],
  ["delivery.completionDestination", { delivery: { mode: "announce", completionDestination: {} } }],
  ["failureAlert.includeSkipped", { failureAlert: { includeSkipped: false } }],
];

describe("unknownIn()", () => {
  it("finds nothing in what both generations know", () => assert.deepEqual(unknownIn(plain, 3), []));
  it("finds nothing for protocol 4", () => {
    for (const [, members] of newer) assert.deepEqual(unknownIn({ ...plain, ...members }, 4), []);
  });
  it("reads a patch too", () => assert.deepEqual(unknownIn({ failureAlert: false, name: "y" }, 3), []));
  for (const [name, members] of newer) {
    it(`finds ${name} for protocol 3`, () => assert.deepEqual(unknownIn({ ...plain, ...members }, 3), [name]));
  }
});

describe("requireKnown()", () => {
  it("names the flags, the connected release, and one that knows them", () => {
    const definition = { ...plain, declarationKey: "k", sessionTarget: "current" };
    assert.throws(() => requireKnown(definition, 3, "2026.3.13"), (error) => {
      assert.ok(error instanceof ClawError);
      assert.equal(error.code, "gateway/unsupported");
      assert.equal(
        error.message,
        "gateway 2026.3.13 does not know --declaration-key, --session current; 2026.9.6 does",
      );
      assert.deepEqual(error.details["members"], ["--declaration-key", "--session current"]);
      return true;
    });
    assert.doesNotThrow(() => requireKnown(definition, 4, "2026.9.6"));
  });
});
