import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addParamsOf, definitionOf, type JobDefinition } from "../../src/cron/definition.ts";
import { makePlan, type PlanOptions } from "../../src/cron/plan.ts";
import { createJob } from "../../src/devgateway/cron_jobs.ts";
import type { CronJob } from "../../src/protocol/mod.ts";
import { definitionFor } from "../support/definitions_arbitrary.ts";
import { jobOf } from "../support/jobs.ts";
import { fc } from "../support/property.ts";

const nowMs = Date.UTC(2026, 10, 22);
const options: PlanOptions = { protocol: 4, gatewayVersion: "2026.9.6", nowMs, prunes: false };
const older = { protocol: 3, gatewayVersion: "2026.3.13" } as const;
const wanted = (members: object = {}) => ({ ...definitionOf(jobOf({})), ...members }) as JobDefinition;
const named = (name: string, members: object = {}) =>
  jobOf({ id: `id-${name}`, name, configRevision: "r", ...members });

/** What becomes of each, in words. */
function plan(jobs: readonly CronJob[], definitions: readonly JobDefinition[], more: Partial<PlanOptions> = {}) {
  const { steps, kept } = makePlan(jobs, definitions, { ...options, ...more });
  return {
    steps: steps.map((step) => `${step.kind} ${"job" in step && step.job ? step.job.id : step.name}`),
    kept: kept.map(({ job, why }) => `${job.name}: ${why}`),
    errors: steps.flatMap((step) => step.kind === "refused" ? [step.error] : []),
  };
}

describe("makePlan()", () => {
  it("creates what is not there, changes what differs, leaves alone what is so, in the order of the file", () => {
    const jobs = [named("a"), named("b")];
    const file = [wanted({ name: "c" }), wanted({ name: "b", description: "d" }), wanted({ name: "a" })];
    assert.deepEqual(plan(jobs, file).steps, ["create c", "change id-b", "unchanged id-a"]);
  });

  it("finds a job by its key whatever it is called, and by its name where there is no key", () => {
    const jobs = [named("old name", { declarationKey: "ops:x" }), named("y")];
    const keyed = wanted({ name: "new name", declarationKey: "ops:x" });
    assert.deepEqual(plan(jobs, [keyed]).steps, ["change id-old name"]);
    assert.deepEqual(plan(jobs, [wanted({ name: "y", declarationKey: "ops:y" })]).steps, ["unchanged id-y"]);
    assert.deepEqual(plan(jobs, [wanted({ name: "old name" })]).steps, ["unchanged id-old name"]);
  });

  it("takes a job with another key for another job", () => {
    const jobs = [named("x", { declarationKey: "ops:1" })];
    assert.deepEqual(plan(jobs, [wanted({ name: "x", declarationKey: "ops:2" })]).steps, ["create x"]);
    const both = [wanted({ name: "y", declarationKey: "ops:1" }), wanted({ name: "x" })];
    assert.deepEqual(plan(jobs, both).steps, ["change id-x", "create x"]);
  });

  it("goes by names alone on protocol 3", () => {
    const jobs = [jobOf({ id: "id-x", name: "x" })];
    assert.deepEqual(plan(jobs, [wanted({ name: "x", declarationKey: "ops:x" })], older).steps, ["unchanged id-x"]);
  });

  it("leaves jobs of one name alone, and prunes none of them", () => {
    const jobs = [named("x"), named("x", { id: "id-2" }), named("y")];
    const { steps, errors } = plan(jobs, [wanted({ name: "x" }), wanted({ name: "z" })], { prunes: true });
    assert.deepEqual(steps, ["refused x", "create z", "remove id-y"]);
    assert.equal(errors[0]?.code, "input/invalid");
    assert.equal(errors[0]?.message, "2 jobs on the gateway are called 'x': id-x, id-2");
  });

  it("refuses what the gateway does not know, and what it cannot change, and leaves those jobs alone", () => {
    const turn = { sessionTarget: "isolated", payload: { kind: "agentTurn", message: "m", model: "m" } };
    const jobs = [jobOf({ id: "id-x", name: "x", ...turn, delivery: { mode: "announce" } }), jobOf({ name: "y" })];
    const file = [
      wanted({ name: "x", sessionTarget: "isolated", payload: { kind: "agentTurn", message: "m" } }),
      wanted({ name: "y", displayName: "Y" }),
    ];
    const { steps, errors } = plan(jobs, file, { ...older, prunes: true });
    assert.deepEqual(steps, ["refused x", "refused y"]);
    assert.match(errors[0]?.message ?? "", /gateway 2026\.3\.13 cannot change payload\.model/);
    assert.match(errors[1]?.message ?? "", /gateway 2026\.3\.13 does not know displayName/);
  });

  it("never touches built-in jobs, whether the file names them or not", () => {
    const jobs = [
      named("heartbeat-main", { declarationKey: "heartbeat:main", payload: { kind: "heartbeat" } }),
      named("Memory Dreaming Promotion", { description: "[managed-by=memory-core.short-term-promotion] Promote" }),
    ];
    assert.deepEqual(plan(jobs, [], { prunes: true }), { steps: [], kept: [], errors: [] });
    const { steps, errors } = plan(jobs, [wanted({ name: "heartbeat-main" })], { prunes: true });
    assert.deepEqual(steps, ["refused heartbeat-main"]);
    assert.equal(errors[0]?.message, "'heartbeat-main' is built into the gateway: a file cannot define it");
  });

  it("prunes by name, and keeps what may be somebody else's, saying why", () => {
    const jobs = [
      named("z"),
      named("a"),
      named("mine", { declarationKey: "ops:gone" }),
      named("plugin", { declarationKey: "weather:daily" }),
      named("reminder", { owner: { agentId: "main" } }),
    ];
    const { steps, kept } = plan(jobs, [wanted({ name: "n", declarationKey: "ops:n" })], { prunes: true });
    assert.deepEqual(steps, ["create n", "remove id-a", "remove id-mine", "remove id-z"]);
    assert.deepEqual(kept, ["plugin: declared elsewhere, as weather:daily", "reminder: an agent made it"]);
    assert.deepEqual(plan(jobs, [], {}).steps, []);
    const inSession = [jobOf({ name: "r", sessionKey: "agent:main:main" })];
    assert.deepEqual(plan(inSession, [], { ...older, prunes: true }).kept, [
      "r: an agent may have made it, in a session",
    ]);
  });

  it("prunes nothing that an export leaves out: what is over, and what claw cannot define", () => {
    const at = (at: string) => ({ schedule: { kind: "at", at }, enabled: false });
    const jobs = [
      named("over", at("2026-11-21T23:59:59Z")),
      named("off until its time", at("2026-11-22T00:00:01Z")),
      named("tidal", { schedule: { kind: "tide" } }),
    ];
    const { steps, kept } = plan(jobs, [], { prunes: true });
    assert.deepEqual(steps, ["remove id-off until its time"]);
    assert.equal(kept[0], "over: it is over");
    assert.match(kept[1] ?? "", /^tidal: schedule\.kind: "tide" is not one of/);
  });

  it("does not expect a one-shot job that is over to be switched on by another change", () => {
    const at = { schedule: { kind: "at", at: "2026-11-21T00:00:00.000Z" }, deleteAfterRun: false };
    const ran = named("job", { ...at, enabled: false });
    const { steps: [step] } = makePlan([ran], [wanted({ ...at, enabled: true, description: "d" })], options);
    assert.ok(step?.kind === "change");
    assert.equal(step.definition.enabled, undefined);
    assert.deepEqual(step.change.changes.map(({ path }) => path), ["description"]);
  });

  it("lets a one-shot job rest whose time has passed", () => {
    const at = { schedule: { kind: "at", at: "2026-11-21T00:00:00.000Z" } };
    assert.deepEqual(plan([], [wanted(at)]).steps, ["unchanged job"]);
    const ran = named("job", { ...at, enabled: false, deleteAfterRun: false });
    assert.deepEqual(plan([ran], [wanted({ ...at, enabled: true, deleteAfterRun: false })]).steps, [
      "unchanged id-job",
    ]);
    assert.deepEqual(plan([], [wanted({ schedule: { kind: "at", at: "2026-11-21T23:59:30Z" } })]).steps, [
      "create job",
    ]);
  });

  for (const protocol of [3, 4] as const) {
    it(`has nothing to do for jobs as they were exported, on protocol ${protocol}`, () => {
      const files = fc.uniqueArray(definitionFor(protocol), { selector: ({ name }) => name.trim(), maxLength: 5 });
      fc.assert(fc.property(files, (definitions) => {
        const jobs = definitions.map((definition, at) => ({
          ...createJob(addParamsOf(definition), `id-${at}`, nowMs, protocol),
          ...(protocol === 4 ? { configRevision: "r" } : {}),
        }));
        const { steps } = makePlan(jobs, jobs.map(definitionOf), { ...options, protocol, prunes: true });
        assert.ok(steps.every(({ kind }) => kind === "unchanged"));
        const again = makePlan(jobs, definitions, { ...options, protocol, prunes: true });
        assert.ok(again.steps.every(({ kind }) => kind === "unchanged"));
      }));
    });
  }
});
