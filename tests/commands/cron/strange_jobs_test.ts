/**
 * Gateways that tell strange things of their jobs: numbers that no clock knows, members of another type, controls in
 * every text, expressions that never fire. Whatever it is, the verbs that read answer.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CronJob, CronRun, ProtocolVersion } from "../../../src/protocol/mod.ts";
import { aJob, noonMs } from "../../support/cron_jobs.ts";
import { play } from "../../support/cron_stage.ts";
import { fc, runs } from "../../support/property.ts";

const number = fc.oneof(
  fc.constantFrom(0, -1, 0.5, 1, 1e308, -1e308, 8.64e15, 8.64e15 + 1, -8.64e15, 2 ** 53, noonMs, noonMs + 1),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const text = fc.oneof(fc.constantFrom("", "\u202e", "\x1b[2J", "x".repeat(300), "日本"), fc.string({ unit: "binary" }));
const strange = fc.oneof(number, text, fc.constantFrom(null, true, [], {}, ["a", 1]));
const schedule = fc.oneof(
  fc.record({ kind: fc.constant("every"), everyMs: strange, anchorMs: strange }, { requiredKeys: ["kind"] }),
  fc.record({
    kind: fc.constant("cron"),
    expr: fc.oneof(fc.constantFrom("0 0 30 2 *", "* * * * * *", "0 9 * * *", "@daily", "0 0 29 2 1#5"), strange),
    tz: fc.oneof(fc.constantFrom("UTC", "Mars/Olympus", "America/St_Johns"), strange),
    staggerMs: strange,
  }, { requiredKeys: ["kind"] }),
  fc.record({ kind: fc.constant("at"), at: strange }, { requiredKeys: ["kind"] }),
  fc.record({ kind: fc.constantFrom("on-exit", "stream", "tomorrow"), command: strange }, { requiredKeys: ["kind"] }),
) as fc.Arbitrary<CronJob["schedule"]>;
const state = fc.record({
  nextRunAtMs: number,
  runningAtMs: number,
  lastRunAtMs: number,
  lastRunStatus: text,
  lastStatus: strange,
  lastError: text,
  lastDurationMs: number,
  lastDeliveryStatus: text,
  lastDeliveryError: strange,
  consecutiveErrors: number,
  autoDisabled: strange,
}, { requiredKeys: [] }) as fc.Arbitrary<CronJob["state"]>;
const job = fc.record({
  name: text,
  description: text,
  enabled: fc.boolean(),
  createdAtMs: number,
  updatedAtMs: number,
  schedule,
  payload: fc.tuple(
    fc.dictionary(text, strange, { maxKeys: 2 }),
    fc.record({ kind: text, timeoutSeconds: strange, text: strange, argv: strange }, { requiredKeys: ["kind"] }),
  ).map(([odd, known]) => ({ ...odd, ...known })),
  delivery: fc.record({ mode: text, to: strange, bestEffort: strange }, { requiredKeys: [] }),
  state,
  declarationKey: text,
  displayName: strange,
  effectiveAgentId: strange,
  failureAlert: strange,
  trigger: strange,
}, { requiredKeys: ["enabled", "schedule"] }).map((members) => aJob(members as Partial<CronJob>));
const aRun = fc.record({ ts: number, runAtMs: number, status: text }, { requiredKeys: ["ts"] })
  .map((facts): CronRun => ({ jobId: "job", action: "finished", ...facts }));

const controls = /\p{Cc}|\p{Cf}/u;

describe("cron verbs that read", () => {
  for (const verb of ["list --all", "show job", "status", "next --hours 87600", "doctor"]) {
    it(`${verb}: answer whatever a gateway tells`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(job, { minLength: 1, maxLength: 4 }),
          fc.array(aRun, { maxLength: 2 }),
          fc.constantFrom<ProtocolVersion>(3, 4),
          async ([first, ...others], newest, protocol) => {
            if (first === undefined) return;
            const jobs = [{ ...first, id: "job" }, ...others];
            const { text, warnings } = await play({ jobs, runs: newest, protocol }, ["cron", ...verb.split(" ")], 80);
            for (const line of text.split("\n")) assert.doesNotMatch(line, controls);
            assert.ok(warnings.length <= 3, warnings.join("\n"));
          },
        ),
        { numRuns: runs(60) },
      );
    });
  }
});
