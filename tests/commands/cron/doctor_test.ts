import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { grammar } from "../../../src/app.ts";
import { parse } from "../../../src/cli/parse.ts";
import { adviceFor } from "../../../src/commands/cron/finding_words.ts";
import type { Finding } from "../../../src/cron/findings.ts";
import { cast, report } from "../../support/cron_cast.ts";
import { aJob, cron, noonMs } from "../../support/cron_jobs.ts";
import { play } from "../../support/cron_stage.ts";
import { shellWords } from "../../support/shell_words.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome } from "../../support/world.ts";

describe("claw cron doctor", () => {
  it("tells each finding with the command that mends it", async () => {
    const { kind, text } = await play({ jobs: cast, isSchedulerOn: false }, ["cron", "doctor"]);
    assert.equal(kind, "negative");
    assert.deepEqual(text.split("\n"), [
      "error   the scheduler is off, so no job runs by itself: cron.enabled is false in the gateway's configuration, or OPENCLAW_SKIP_CRON is set for it",
      "  mend  openclaw config set cron.enabled true && openclaw gateway restart",
      "",
      "error   'sync the mailbox of the whole department with the archive' failed 3 times in a row: mail.example: connection refused",
      "  mend  claw cron run 98ab7929 --wait",
      "",
    ]);
  });

  it("says so when all is well", async () => {
    const { kind, text, data } = await play({ jobs: [report] }, ["cron", "doctor"]);
    assert.deepEqual([kind, text], ["done", "healthy: the scheduler is on, and nothing is wrong with 1 job\n"]);
    assert.deepEqual(data, { healthy: true, jobs: 1, gatewayTimeMs: noonMs, findings: [] });
  });

  it("ends well with a warning", async () => {
    const jobs = [aJob({ state: { nextRunAtMs: noonMs + 3_600_000, consecutiveErrors: 1, lastError: "\x1b[2Jno" } })];
    const { kind, text, data } = await play({ jobs }, ["cron", "doctor"]);
    assert.equal(kind, "done");
    assert.match(
      text,
      /^warning {2}'job \w+' failed the last time: \\u\{1b\}\[2Jno\n {2}mend {3}claw cron run \w{8} --wait$/m,
    );
    const [finding] = data.findings;
    assert.deepEqual([finding.kind, finding.severity, finding.jobId, finding.count], [
      "failing",
      "warning",
      jobs[0]?.id,
      1,
    ]);
  });

  for (const protocol of [3, 4] as const) {
    it(`finds what a gateway's runs came to, protocol ${protocol}`, async () => {
      const outcomes = [{ status: "ok", deliveryStatus: "not-delivered" }, {
        status: "error",
        error: "no key",
      }] as const;
      let begun = 0;
      const cronRun = () => outcomes[begun++] ?? outcomes[1];
      await using gateway = await openSocketGateway({ protocol, cronRun });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      assert.match((await home.claw(["cron", "doctor"])).stdout, /^healthy: /);
      for (const name of ["lost", "broken"]) {
        await home.claw(["cron", "add", "--name", name, "--every", "1h", "--message", "x"]);
        await home.claw(["cron", "run", name, "--wait"]);
      }
      const { exit, stdout } = await home.claw(["cron", "doctor"]);
      assert.equal(exit, 1);
      assert.match(stdout, /^error +'lost' ran well, but its answer was not delivered/m);
      assert.match(stdout, /^warning +'broken' failed the last time: no key$/m);
    });
  }
});

describe("adviceFor()", () => {
  const job = aJob({ name: "report", schedule: cron("0 9 * * *") });
  const advice = (finding: object, id = "27fc2ee8") =>
    adviceFor({ severity: "error", job, ...finding } as Finding, {
      nowMs: noonMs,
      zone: "Europe/Berlin",
      id,
      defaultAgent: "main",
    });
  const hourMs = 3_600_000;

  const cases: readonly (readonly [finding: object, sentence: string, command: string])[] = [
    [
      { kind: "overdue", dueAtMs: noonMs - hourMs },
      "'report' was due at 2026-11-21 12:00 (1 h ago) and has not started: the scheduler is stuck or very busy",
      "openclaw gateway restart",
    ],
    [
      { kind: "missed", dueAtMs: noonMs - hourMs },
      "'report' was due at 2026-11-21 12:00 (1 h ago), but no run of it is known since",
      "claw cron run 27fc2ee8 --wait",
    ],
    [
      { kind: "overrunning", sinceMs: noonMs - 2 * hourMs, timeoutMs: hourMs },
      "'report' has been running since 2026-11-21 11:00 (2 h ago), though a run may take 1 h: its end was never noted",
      "openclaw gateway restart",
    ],
    [
      { kind: "no-next-run" },
      "'report' is enabled, but the gateway has planned no run of it",
      "claw cron edit 27fc2ee8",
    ],
    [
      { kind: "failing", count: 2, error: undefined },
      "'report' failed 2 times in a row",
      "claw cron run 27fc2ee8 --wait",
    ],
    [
      { kind: "switched-off", count: 5, error: "no key" },
      "'report' was disabled by the gateway after 5 errors: no key",
      "claw cron enable 27fc2ee8",
    ],
    [
      { kind: "undelivered", error: "no chat" },
      "'report' ran well, but its answer was not delivered: no chat",
      "claw cron edit 27fc2ee8 --announce --channel last",
    ],
    [
      { kind: "undelivered", error: undefined, job: { ...job, delivery: { mode: "webhook", to: "https://x.test" } } },
      "'report' ran well, but its answer was not delivered",
      "claw cron run 27fc2ee8 --wait",
    ],
    [
      { kind: "foreign-zone", gatewayZone: "UTC", nextMs: noonMs, meantMs: noonMs - hourMs },
      "'report' names no zone, and the gateway reads '0 9 * * *' in UTC: it runs at 13:00 here, not at 12:00",
      "claw cron edit 27fc2ee8 --tz Europe/Berlin",
    ],
    [
      { kind: "ownerless" },
      "'report' belongs to no agent that the gateway knows, so it cannot run",
      "claw cron edit 27fc2ee8 --agent main",
    ],
  ];
  for (const [finding, sentence, command] of cases) {
    it(`tells of ${JSON.stringify(finding).slice(0, 60)}`, () => {
      assert.deepEqual(advice(finding), { sentence, command });
    });
  }

  it("shows only commands that claw understands", async () => {
    const { registry, globals } = grammar();
    for (const [, , command] of cases.filter(([, , line]) => line.startsWith("claw "))) {
      assert.ok("command" in await parse(command.split(" ").slice(1), registry, globals), command);
    }
  });

  it("lets no id be a flag of claw", async () => {
    const { registry, globals } = grammar();
    for (const [finding] of cases) {
      const { command } = advice(finding, "--url=ws://elsewhere.test");
      if (!command.startsWith("claw ")) continue;
      const parsed = await parse(shellWords(command).slice(1), registry, globals);
      assert.ok("command" in parsed, command);
      assert.deepEqual([parsed.operands, parsed.values["url"]], [["--url=ws://elsewhere.test"], undefined]);
    }
  });

  it("lets no id be more than one word of the shell", () => {
    assert.equal(advice({ kind: "missed", dueAtMs: 0 }, "x; rm").command, "claw cron run 'x; rm' --wait");
  });
});
