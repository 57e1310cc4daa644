import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { definitionOf, normalOf } from "../../src/cron/definition.ts";
import { definitionFor } from "../support/definitions_arbitrary.ts";
import { fc } from "../support/property.ts";
import { jobOf } from "../support/jobs.ts";

describe("definitionOf()", () => {
  it("leaves out what 2026.9.6 fills in for a turn of an agent", () => {
    const job = jobOf({
      sessionTarget: "isolated",
      schedule: { kind: "cron", expr: "0 * * * *", staggerMs: 300_000 },
      payload: { kind: "agentTurn", message: "x", toolsAllow: ["*"] },
      delivery: { mode: "announce" },
      configRevision: "sha256:x",
      scheduledToolPolicy: { version: 1, mode: "trusted" },
      effectiveAgentId: "main",
      nextRunAtMs: 1,
    });
    assert.deepEqual(definitionOf(job), {
      name: "job",
      enabled: true,
      schedule: { kind: "cron", expr: "0 * * * *" },
      sessionTarget: "isolated",
      payload: { kind: "agentTurn", message: "x" },
    });
  });

  it("leaves out the removal of a one-shot job after its run, and names its absence", () => {
    const schedule = { kind: "at", at: "2027-01-01T09:00:00.000Z" };
    assert.equal(definitionOf(jobOf({ schedule, deleteAfterRun: true })).deleteAfterRun, undefined);
    assert.equal(definitionOf(jobOf({ schedule, deleteAfterRun: false })).deleteAfterRun, false);
    // 2026.3.13 leaves it out when another schedule becomes one-shot.
    assert.equal(definitionOf(jobOf({ schedule })).deleteAfterRun, false);
    assert.equal(definitionOf(jobOf({ deleteAfterRun: false })).deleteAfterRun, undefined);
  });

  it("leaves out the anchor that is the time of creation, and no other", () => {
    const every = (anchorMs: number) =>
      jobOf({ schedule: { kind: "every", everyMs: 60_000, anchorMs }, createdAtMs: 5 });
    assert.deepEqual(definitionOf(every(5)).schedule, { kind: "every", everyMs: 60_000 });
    assert.deepEqual(definitionOf(every(6)).schedule, { kind: "every", everyMs: 60_000, anchorMs: 6 });
  });

  it("keeps a shift of 0 where the gateway would shift", () => {
    const schedule = { kind: "cron", expr: "0 * * * *", staggerMs: 0 };
    assert.deepEqual(definitionOf(jobOf({ schedule })).schedule, schedule);
  });

  it("says that a turn without any delivery sends nothing, on 2026.3.13 only", () => {
    const turn = { sessionTarget: "isolated", payload: { kind: "agentTurn", message: "x" } };
    assert.deepEqual(definitionOf(jobOf(turn)).delivery, { mode: "none" });
    assert.equal(definitionOf(jobOf({ ...turn, configRevision: "sha256:x" })).delivery, undefined);
  });

  it("drops members that no definition has, such as the old ones of a payload", () => {
    const payload = { kind: "agentTurn", message: "x", deliver: true, channel: "last", toolsAllowIsDefault: true };
    const job = jobOf({
      sessionTarget: "isolated",
      payload,
      delivery: { mode: "announce" },
      owner: { agentId: "main" },
    });
    assert.deepEqual(definitionOf(job).payload, { kind: "agentTurn", message: "x" });
    assert.equal("owner" in definitionOf(job), false);
  });
});

describe("normalOf()", () => {
  it("changes nothing that is normal already", () => {
    fc.assert(fc.property(fc.oneof(definitionFor(3), definitionFor(4)), (definition) => {
      const normal = normalOf(definition);
      assert.deepEqual(normalOf(normal), normal);
    }));
  });

  it("trims as gateways trim, and reads an instant in any offset", () => {
    const definition = { ...definitionOf(jobOf({})), name: " a ", description: " " };
    const at = { kind: "at", at: "2027-01-01T10:00:00+01:00" } as const;
    const normal = normalOf({ ...definition, schedule: at, payload: { kind: "systemEvent", text: "\nx\n" } });
    assert.equal(normal.name, "a");
    assert.equal(normal.description, undefined);
    assert.deepEqual(normal.schedule, { kind: "at", at: "2027-01-01T09:00:00.000Z" });
    assert.deepEqual(normal.payload, { kind: "systemEvent", text: "x" });
  });

  it("takes the current session for an isolated one where no session is named", () => {
    const definition = { ...definitionOf(jobOf({})), sessionTarget: "current" as const };
    assert.equal(normalOf(definition).sessionTarget, "isolated");
    assert.equal(normalOf({ ...definition, sessionKey: "agent:main:main" }).sessionTarget, "current");
  });
});
