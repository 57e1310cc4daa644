import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Evidence, findFaults, type Finding, timeoutOf } from "../../src/cron/findings.ts";
import type { CronJob, CronRun } from "../../src/protocol/mod.ts";
import { aJob, cron, noonMs } from "../support/cron_jobs.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const next = { nextRunAtMs: noonMs + hourMs };

function judge(jobs: readonly CronJob[], evidence: Partial<Evidence> = {}): readonly Finding[] {
  return findFaults({
    isSchedulerOn: true,
    jobs,
    runs: [],
    nowMs: noonMs,
    zone: "Europe/Berlin",
    protocol: 4,
    ...evidence,
  });
}

function run(members: Partial<CronRun>): CronRun {
  return { ts: noonMs, jobId: "", action: "finished", status: "ok", ...members };
}

const daily = aJob({ id: "daily", schedule: cron("0 9 * * *", "UTC"), state: { nextRunAtMs: noonMs + 21 * hourMs } });
const at = (hours: number) => ({ kind: "at", at: new Date(noonMs + hours * hourMs).toISOString() });

const lateInterval = aJob({
  schedule: { kind: "every", everyMs: hourMs, anchorMs: noonMs - 10 * minuteMs - 50 * hourMs },
  state: { nextRunAtMs: noonMs + 50 * minuteMs },
});

/** What a finding needs, without severity and job. */
const found: readonly (readonly [what: string, job: CronJob, kind: string, severity: string, facts: object])[] = [
  ["one that is due and not running", aJob({ state: { nextRunAtMs: noonMs - 3 * minuteMs } }), "overdue", "error", {
    dueAtMs: noonMs - 3 * minuteMs,
  }],
  ["one whose slot left no run", daily, "missed", "error", { dueAtMs: noonMs - 3 * hourMs }],
  ["an interval that left no run", lateInterval, "missed", "error", { dueAtMs: noonMs - 10 * minuteMs }],
  ["one that runs once, and did not", aJob({ schedule: at(-1) }), "missed", "error", { dueAtMs: noonMs - hourMs }],
  [
    "a run that goes on beyond its timeout",
    aJob({
      payload: { kind: "agentTurn", message: "x", timeoutSeconds: 60 },
      state: { ...next, runningAtMs: noonMs - 4 * minuteMs },
    }),
    "overrunning",
    "error",
    { sinceMs: noonMs - 4 * minuteMs, timeoutMs: minuteMs },
  ],
  ["one that will never run", aJob({ schedule: cron("0 0 30 2 *", "UTC") }), "no-next-run", "error", {}],
  ["one that failed", aJob({ state: { ...next, consecutiveErrors: 1, lastError: "no key" } }), "failing", "warning", {
    count: 1,
    error: "no key",
  }],
  ["one that failed again", aJob({ state: { ...next, consecutiveErrors: 2 } }), "failing", "error", {
    count: 2,
    error: undefined,
  }],
  [
    "one that the gateway switched off",
    aJob({
      enabled: false,
      state: { autoDisabled: { reason: "consecutive-failures", consecutiveErrors: 10 }, lastError: "x" },
    }),
    "switched-off",
    "error",
    { count: 10, error: "x" },
  ],
  [
    "an answer that nobody got",
    aJob({
      state: {
        ...next,
        lastRunAtMs: noonMs,
        lastRunStatus: "ok",
        lastDeliveryStatus: "not-delivered",
        lastDeliveryError: "no chat",
      },
    }),
    "undelivered",
    "error",
    { error: "no chat" },
  ],
  [
    "an answer that need not arrive",
    aJob({
      delivery: { mode: "announce", bestEffort: true },
      state: { ...next, lastRunAtMs: noonMs, lastRunStatus: "ok", lastDeliveryStatus: "not-delivered" },
    }),
    "undelivered",
    "warning",
    { error: undefined },
  ],
  [
    "an expression that is read in another zone",
    aJob({ schedule: cron("30 15 * * *"), state: { nextRunAtMs: noonMs + 3.5 * hourMs, lastRunAtMs: noonMs } }),
    "foreign-zone",
    "warning",
    { gatewayZone: "UTC", nextMs: noonMs + 3.5 * hourMs, meantMs: noonMs + 2.5 * hourMs },
  ],
  [
    "one that nobody owns",
    aJob({ effectiveAgentId: null, state: { ...next, lastRunAtMs: noonMs } }),
    "ownerless",
    "error",
    {},
  ],
];

const ran = { lastRunAtMs: noonMs - minuteMs, lastRunStatus: "ok" };
const healthy: readonly (readonly [what: string, job: CronJob, evidence?: Partial<Evidence>])[] = [
  ["one that ran and will run", aJob({ state: { ...next, ...ran } })],
  ["one that is a little late", aJob({ state: { ...ran, nextRunAtMs: noonMs - minuteMs } })],
  [
    "one that is late because it runs",
    aJob({ state: { nextRunAtMs: noonMs - hourMs, runningAtMs: noonMs - minuteMs } }),
  ],
  [
    "one whose slot came a moment ago",
    aJob({
      schedule: cron("59 11 * * *", "UTC"),
      state: { nextRunAtMs: noonMs + 24 * hourMs - minuteMs },
      createdAtMs: noonMs - hourMs,
    }),
  ],
  [
    "a slot within its stagger",
    aJob({ schedule: cron("0 * * * *", "UTC"), state: { ...next, lastRunAtMs: noonMs - 57 * minuteMs } }),
  ],
  ["a slot before the job was made", { ...daily, createdAtMs: noonMs - hourMs, updatedAtMs: noonMs - hourMs }],
  ["a slot before the job was changed", { ...daily, updatedAtMs: noonMs - hourMs }],
  ["a slot of which its state knows", { ...daily, state: { ...daily.state, lastRunAtMs: noonMs - 3 * hourMs } }],
  ["a slot of which a run is known", daily, { runs: [run({ jobId: "daily", runAtMs: noonMs - 3 * hourMs + 5 })] }],
  ["a slot that is about to be caught up with", { ...daily, state: { nextRunAtMs: noonMs + 90_000 } }],
  ["an interval that is about to be caught up with", { ...lateInterval, state: { nextRunAtMs: noonMs + 90_000 } }],
  ["a built-in job's slot", { ...daily, declarationKey: "heartbeat:main" }],
  ["a slot on a condition", { ...daily, trigger: { script: "x" } }],
  [
    "a long run without a limit",
    aJob({ payload: { kind: "agentTurn", message: "x", timeoutSeconds: 0 }, state: { ...next, runningAtMs: 1 } }),
  ],
  [
    "a long run of an agent",
    aJob({ payload: { kind: "agentTurn", message: "x" }, state: { ...next, runningAtMs: noonMs - hourMs } }),
  ],
  ["a disabled job with errors", aJob({ enabled: false, state: { consecutiveErrors: 3, lastRunStatus: "error" } })],
  ["a disabled job without a next run", aJob({ enabled: false })],
  ["one that waits for no clock", aJob({ schedule: { kind: "on-exit", command: "make" } })],
  ["one that ran once and stays", aJob({ schedule: at(-1), state: ran })],
  [
    "an answer held back on purpose",
    aJob({ state: { ...next, ...ran, lastDeliveryStatus: "not-delivered", deliverySuppressionReason: "silent" } }),
  ],
  [
    "an expression read in the same zone",
    aJob({ schedule: cron("30 15 * * *"), state: { nextRunAtMs: noonMs + 2.5 * hourMs, ...ran } }),
  ],
  [
    "an expression in a zone that differs, for nobody knows where",
    aJob({ schedule: cron("30 15 * * *"), state: { nextRunAtMs: noonMs + 3.5 * hourMs, ...ran } }),
    { zone: undefined },
  ],
  ["a job of the older generation without an owner", aJob({ state: { ...next, ...ran } }), { protocol: 3 }],
];

describe("findFaults()", () => {
  for (const [what, job, kind, severity, facts] of found) {
    it(`finds ${what}: ${kind}`, () => {
      const findings = judge([job]);
      assert.deepEqual(findings, [{ kind, severity, job, ...facts }]);
    });
  }

  for (const [what, job, evidence] of healthy) {
    it(`finds nothing wrong with ${what}`, () => assert.deepEqual(judge([job], evidence), []));
  }

  it("blames nothing else for what a scheduler that is off explains", () => {
    const jobs = [aJob(), daily, aJob({ state: { nextRunAtMs: 1 } })];
    assert.deepEqual(judge(jobs, { isSchedulerOn: false }), [{
      kind: "scheduler-off",
      severity: "error",
      job: undefined,
    }]);
  });

  it("tells errors before warnings", () => {
    const warned = aJob({ state: { ...next, consecutiveErrors: 1 } });
    const bad = aJob({ state: { ...next, consecutiveErrors: 5 } });
    assert.deepEqual(judge([warned, bad]).map(({ severity }) => severity), ["error", "warning"]);
  });

  it("survives a job that no gateway should have", () => {
    const odd = [cron("what?"), cron("0 9 * * *", "Mars/Olympus"), { kind: "every", everyMs: "x" }, {
      kind: "at",
      at: "soon",
    }];
    assert.deepEqual(judge(odd.map((schedule) => aJob({ schedule, state: next }))), []);
  });
});

describe("timeoutOf()", () => {
  it("is the job's own, else what both generations allow", () => {
    assert.equal(timeoutOf(aJob()), 10 * minuteMs);
    assert.equal(timeoutOf(aJob({ payload: { kind: "agentTurn", message: "x" } })), hourMs);
    assert.equal(timeoutOf(aJob({ payload: { kind: "command", argv: ["x"], timeoutSeconds: 1.5 } })), 1_500);
    assert.equal(timeoutOf(aJob({ payload: { kind: "agentTurn", message: "x", timeoutSeconds: 0 } })), undefined);
  });
});
