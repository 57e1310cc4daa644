import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mergeAlert, mergeDelivery, mergePayload, mergePlain } from "../../src/devgateway/cron_merge.ts";
import { jobOf } from "../support/jobs.ts";

const turn = { kind: "agentTurn", message: "x", model: "m", fallbacks: ["a"], toolsAllow: ["read"] };

describe("mergePlain()", () => {
  it("takes away with null, and a description with an empty text", () => {
    const job = jobOf({ description: "d", agentId: "main" });
    const merged = mergePlain(job, { description: "", agentId: null, name: "n" });
    assert.deepEqual([merged.description, merged.agentId, merged.name], [undefined, undefined, "n"]);
  });
});

describe("mergePayload()", () => {
  it("takes away with null on protocol 4, and fills the tools in again", () => {
    const patch = { kind: "agentTurn", model: null, fallbacks: null, toolsAllow: null };
    assert.deepEqual(mergePayload(turn, patch, 4), { kind: "agentTurn", message: "x", toolsAllow: ["*"] });
  });

  it("ignores null on protocol 3, and forgets fallbacks", () => {
    const { toolsAllow: _, ...older } = turn;
    const patch = { kind: "agentTurn", model: null, fallbacks: ["z"], message: "y" };
    assert.deepEqual(mergePayload(older, patch, 3), { ...older, message: "y" });
  });

  it("replaces a payload of another kind, whose tools stay", () => {
    assert.deepEqual(mergePayload(turn, { kind: "systemEvent", text: "y" }, 4), {
      kind: "systemEvent",
      text: "y",
      toolsAllow: ["read"],
    });
  });
});

describe("mergeDelivery()", () => {
  const stored = { mode: "announce", channel: "last", to: "me", failureDestination: { channel: "last", to: "you" } };

  it("keeps what is not named, and takes away with null on protocol 4 alone", () => {
    assert.deepEqual(mergeDelivery(stored, { mode: "none" }, 4), { ...stored, mode: "none" });
    const { to: _, ...without } = stored;
    assert.deepEqual(mergeDelivery(stored, { to: null }, 4), without);
    assert.deepEqual(mergeDelivery(stored, { to: null }, 3), stored);
  });

  it("forgets the recipient and the channel when it becomes a webhook, on protocol 4", () => {
    const patch = { mode: "webhook", to: "https://x.example/" } as const;
    const { failureDestination } = stored;
    assert.deepEqual(mergeDelivery(stored, patch, 4), { ...patch, failureDestination });
    assert.deepEqual(mergeDelivery(stored, patch, 3), { ...stored, ...patch });
    assert.deepEqual(mergeDelivery({ ...patch }, { mode: "announce" }, 4), { mode: "announce" });
  });

  it("merges where failures go, member by member", () => {
    const merged = mergeDelivery(stored, { failureDestination: { to: null, accountId: "a" } }, 4);
    assert.deepEqual(merged?.["failureDestination"], { channel: "last", accountId: "a" });
    assert.equal(mergeDelivery(stored, { failureDestination: null }, 4)?.["failureDestination"], undefined);
  });
});

describe("mergeAlert()", () => {
  it("merges, switches off, and goes back to nothing on protocol 4", () => {
    assert.deepEqual(mergeAlert({ after: 2, to: "me" }, { after: null, cooldownMs: 5 }, 4), {
      to: "me",
      cooldownMs: 5,
    });
    assert.equal(mergeAlert({ after: 2 }, false, 3), false);
    assert.equal(mergeAlert({ after: 2 }, null, 4), undefined);
    assert.deepEqual(mergeAlert({ after: 2 }, null, 3), { after: 2 });
  });
});
