import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agentOf, isBuiltIn, isUndelivered, plannedAt, shortIds, statusOf } from "../../src/cron/job_status.ts";
import type { CronJob } from "../../src/protocol/mod.ts";
import { aJob, noonMs } from "../support/cron_jobs.ts";
import { fc } from "../support/property.ts";
import { chooseJob } from "../../src/cron/jobs.ts";

describe("statusOf()", () => {
  const cases: readonly (readonly [members: Partial<CronJob>, status: string])[] = [
    [{}, "idle"],
    [{ state: { lastRunStatus: "ok" } }, "ok"],
    [{ state: { lastStatus: "skipped" } }, "skipped"],
    [{ enabled: false, state: { lastRunStatus: "error" } }, "disabled"],
    [{ state: { runningAtMs: 1, lastRunStatus: "error" } }, "running"],
    [{ enabled: false, state: { runningAtMs: 1 } }, "running"],
  ];
  for (const [members, status] of cases) {
    it(`is ${status} for ${JSON.stringify(members)}`, () => assert.equal(statusOf(aJob(members)), status));
  }
});

describe("plannedAt()", () => {
  it("is the gateway's word, unless that is no time", () => {
    const planned = (nextRunAtMs: number) => plannedAt(aJob({ state: { nextRunAtMs } }));
    assert.deepEqual([noonMs, 0].map(planned), [noonMs, 0]);
    assert.deepEqual([-1, 1e308, -1e308, 8.64e15, Date.UTC(3000, 0)].map(planned), [...Array(5)]);
    assert.equal(plannedAt(aJob()), undefined);
  });
});

describe("isBuiltIn()", () => {
  const cases: readonly (readonly [what: string, members: Partial<CronJob>, isBuiltIn: boolean])[] = [
    ["the heartbeat", { declarationKey: "heartbeat:main", payload: { kind: "heartbeat" } }, true],
    ["the review of skills", { declarationKey: "skill-collection-review:main" }, true],
    [
      "what a plugin keeps",
      {
        declarationKey: "memory-core:memory-dreaming-promotion",
        description: "[managed-by=memory-core.short-term-promotion] Promote …",
      },
      true,
    ],
    ["a person's job", {}, false],
    ["a person's job with a key", { declarationKey: "me:mine" }, false],
    ["a person's job with a plugin's way of naming keys", { declarationKey: "memory-core:mine" }, false],
    ["a heartbeat task that was a person's", { declarationKey: "heartbeat-task:main:mail" }, false],
  ];
  for (const [what, members, answer] of cases) {
    it(`says ${answer} to ${what}`, () => assert.equal(isBuiltIn(aJob(members)), answer));
  }
});

describe("isUndelivered()", () => {
  const lost = { lastRunStatus: "ok", lastDeliveryStatus: "not-delivered" };
  it("needs a run that went well and an answer that was meant to arrive", () => {
    assert.equal(isUndelivered(aJob({ state: lost })), true);
    assert.equal(isUndelivered(aJob({ state: { ...lost, lastRunStatus: "error" } })), false);
    assert.equal(isUndelivered(aJob({ state: { ...lost, lastDeliveryStatus: "unknown" } })), false);
    assert.equal(isUndelivered(aJob({ state: { ...lost, deliverySuppressionReason: "silent" } })), false);
    assert.equal(isUndelivered(aJob({ state: lost, delivery: { mode: "none" } })), false);
  });
});

describe("agentOf()", () => {
  it("is the gateway's word, else the job's, else the default", () => {
    assert.equal(agentOf(aJob({ agentId: "ops" }), "main"), "ops");
    assert.equal(agentOf(aJob(), "main"), "main");
    assert.equal(agentOf(aJob()), undefined);
    assert.equal(agentOf(aJob({ effectiveAgentId: "ops" }), "main"), "ops");
    assert.equal(agentOf(aJob({ effectiveAgentId: null }), "main"), null);
  });
});

describe("shortIds()", () => {
  it("takes as much as tells ids apart, and eight characters at least", () => {
    const ids = ["27fc2ee8-9993", "27fc2ee8-9a93", "5e76cb76-cb6c", "x"];
    const short = shortIds(ids.map((id) => aJob({ id })));
    assert.deepEqual(ids.map((id) => short.get(id)), ["27fc2ee8-99", "27fc2ee8-9a", "5e76cb76", "x"]);
  });

  it("never is another job's name", () => {
    const jobs = [aJob({ id: "27fc2ee8-9993" }), aJob({ name: "27fc2ee8" })];
    assert.equal(shortIds(jobs).get("27fc2ee8-9993"), "27fc2ee8-9993");
  });

  it("finds the job again, whatever the ids and names", () => {
    const id = fc.string({ unit: fc.constantFrom("a", "b", "-"), minLength: 1, maxLength: 12 });
    const jobs = fc.uniqueArray(fc.record({ id, name: id }), { selector: (job) => job.id, maxLength: 12 });
    fc.assert(fc.property(jobs, (members) => {
      const made = members.map((member) => aJob(member));
      const short = shortIds(made);
      for (const job of made) {
        assert.equal(chooseJob(made, short.get(job.id) ?? "").id, job.id);
      }
    }));
  });
});
