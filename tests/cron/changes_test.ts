import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatChanges, patchTo, stuckError } from "../../src/cron/changes.ts";
import { addParamsOf, definitionOf, type JobDefinition } from "../../src/cron/definition.ts";
import { createJob, patchJob } from "../../src/devgateway/cron_jobs.ts";
import type { CronJob, CronPatch, ProtocolVersion } from "../../src/protocol/mod.ts";
import { definitionFor } from "../support/definitions_arbitrary.ts";
import { jobOf } from "../support/jobs.ts";
import { fc } from "../support/property.ts";

/** The patch from a job to itself with some members replaced; undefined takes one away. */
function patchFor(job: CronJob, members: object, protocol: ProtocolVersion = 4) {
  return patchTo(job, { ...definitionOf(job), ...members } as JobDefinition, protocol);
}

const turn = (members: object = {}) =>
  jobOf({
    sessionTarget: "isolated",
    payload: { kind: "agentTurn", message: "x", model: "m", fallbacks: ["f"], toolsAllow: ["*"], timeoutSeconds: 5 },
    delivery: { mode: "announce", channel: "last", to: "me", failureDestination: { channel: "last", to: "you" } },
    failureAlert: { after: 2, to: "me" },
    configRevision: "r",
    ...members,
  });
const plainTurn = { kind: "agentTurn", message: "x" };

for (const protocol of [3, 4] as const) {
  describe(`patchTo(), protocol ${protocol}`, () => {
    it("has nothing to change in a job that was just added, or exported", () => {
      fc.assert(fc.property(definitionFor(protocol), (definition) => {
        const job = createJob(addParamsOf(definition), "id", 1, protocol);
        assert.equal(patchTo(job, definition, protocol), undefined);
        assert.equal(patchTo(job, definitionOf(job), protocol), undefined);
      }));
    });

    it("makes any job any other, or says what it cannot change", () => {
      fc.assert(fc.property(definitionFor(protocol), definitionFor(protocol), (first, second) => {
        const job = createJob(addParamsOf(first), "id", 1, protocol);
        const change = patchTo(job, second, protocol);
        if (change === undefined) return;
        const left = patchTo(patchJob(job, change.patch as CronPatch, 2, protocol), second, protocol);
        const isTold = (path: string) =>
          change.stuck.some((stuck) => `${path}.`.startsWith(`${stuck}.`) || stuck.startsWith(`${path}.`));
        const untold = left?.changes.filter(({ path }) => !isTold(path)) ?? [];
        assert.deepEqual(untold, []);
        if (protocol === 4) assert.deepEqual(change.stuck.filter((path) => !path.startsWith("payload.")), []);
      }));
    });
  });
}

describe("patchTo()", () => {
  it("leaves a job on or off as it is where the definition does not say", () => {
    const { enabled: _, ...silent } = definitionOf(jobOf({ enabled: false }));
    assert.equal(patchTo(jobOf({ enabled: false }), silent, 4), undefined);
    assert.deepEqual(patchTo(jobOf({ enabled: false }), { ...silent, enabled: true }, 4)?.patch, { enabled: true });
  });

  it("asks for no anchor that is not named, and for the one that is", () => {
    const job = jobOf({ schedule: { kind: "every", everyMs: 60_000, anchorMs: 77 } });
    const named = { kind: "every", everyMs: 60_000, anchorMs: 78 };
    assert.equal(patchFor(job, { schedule: { kind: "every", everyMs: 60_000 } }), undefined);
    assert.deepEqual(patchFor(job, { schedule: named })?.patch, { schedule: named });
    assert.deepEqual(patchFor(job, { schedule: { kind: "every", everyMs: 5 } })?.patch.schedule, {
      kind: "every",
      everyMs: 5,
    });
  });

  it("clears a description with an empty text, and an agent with null, in both generations", () => {
    const job = jobOf({ description: "d", agentId: "main", sessionKey: "agent:main:main" });
    const wanted = { description: undefined, agentId: undefined, sessionKey: undefined };
    for (const protocol of [3, 4] as const) {
      const change = patchFor(job, wanted, protocol);
      assert.deepEqual(change?.patch, { description: "", agentId: null, sessionKey: null });
      assert.deepEqual(change.stuck, []);
    }
  });

  it("takes members of a payload away with null on protocol 4, and cannot on 3", () => {
    const { stuck, patch } = patchFor(turn(), { payload: plainTurn }, 3) ?? assert.fail();
    assert.deepEqual(stuck, ["payload.model", "payload.fallbacks", "payload.timeoutSeconds"]);
    assert.deepEqual(patch, {});
    assert.deepEqual(patchFor(turn(), { payload: plainTurn }, 4)?.patch.payload, {
      kind: "agentTurn",
      model: null,
      fallbacks: null,
      timeoutSeconds: null,
    });
  });

  it("names the fallbacks that 2026.3.13 would take and forget", () => {
    const change = patchFor(turn(), { payload: { ...definitionOf(turn()).payload, fallbacks: ["g"] } }, 3);
    assert.deepEqual(change?.stuck, ["payload.fallbacks"]);
  });

  it("takes a delivery and an alert back on protocol 4, and cannot on 3", () => {
    const wanted = { delivery: { mode: "none" }, failureAlert: undefined };
    const newer = patchFor(turn(), wanted, 4);
    assert.deepEqual(newer?.patch, {
      delivery: { mode: "none", channel: null, to: null, failureDestination: null },
      failureAlert: null,
    });
    const older = patchFor(turn(), wanted, 3);
    assert.deepEqual(older?.stuck, [
      "delivery.channel",
      "delivery.to",
      "delivery.failureDestination",
      "failureAlert",
    ]);
  });

  it("names the shift again that the gateway would keep", () => {
    const job = jobOf({ schedule: { kind: "cron", expr: "0 9 * * *", staggerMs: 5_000 } });
    const patch = patchFor(job, { schedule: { kind: "cron", expr: "0 9 * * *" } })?.patch;
    assert.deepEqual(patch?.schedule, { kind: "cron", expr: "0 9 * * *", staggerMs: 0 });
  });

  it("says whether the job goes after its run when the schedule becomes one-shot", () => {
    const at = { kind: "at", at: "2027-01-01T00:00:00.000Z" };
    assert.equal(patchFor(jobOf({}), { schedule: at })?.patch.deleteAfterRun, true);
    assert.equal(patchFor(jobOf({}), { schedule: at, deleteAfterRun: false })?.patch.deleteAfterRun, false);
    const once = jobOf({ schedule: at, deleteAfterRun: true });
    assert.equal(patchFor(once, { schedule: { kind: "every", everyMs: 5 } })?.patch.deleteAfterRun, false);
  });

  it("announces what leaves the main session, which 2026.3.13 would not", () => {
    const wanted = { sessionTarget: "isolated", payload: plainTurn };
    assert.deepEqual(patchFor(jobOf({}), wanted, 3)?.patch.delivery, { mode: "announce" });
  });

  it("never changes a declaration key", () => {
    assert.equal(patchFor(jobOf({ declarationKey: "a" }), { declarationKey: "b" }), undefined);
  });
});

describe("formatChanges()", () => {
  it("shows both sides of each member that differs", () => {
    const job = jobOf({ schedule: { kind: "cron", expr: "0 9 * * *" }, description: "d" });
    const { changes } = patchFor(job, {
      schedule: { kind: "cron", expr: "0 8 * * *", tz: "UTC" },
      description: undefined,
      payload: { kind: "systemEvent", text: "one\ntwo" },
    }) ?? assert.fail();
    assert.deepEqual(formatChanges(changes), [
      '- description: "d"',
      '- schedule.expr: "0 9 * * *"',
      '+ schedule.expr: "0 8 * * *"',
      '+ schedule.tz: "UTC"',
      '- payload.text: "x"',
      '+ payload.text: "one\\ntwo"',
    ]);
  });
});

describe("stuckError()", () => {
  it("names the job, the members and what to do", () => {
    const error = stuckError(turn(), ["payload.model"], "2026.3.13");
    assert.equal(error.code, "gateway/unsupported");
    assert.equal(error.message, "'job': gateway 2026.3.13 cannot change payload.model of a job that exists");
    assert.match(error.hint ?? "", /^remove it with `claw cron rm 0c0b7a5e-\S+`, and add it anew$/);
  });
});
