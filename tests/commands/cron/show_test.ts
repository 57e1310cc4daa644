import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cast, hostile } from "../../support/cron_cast.ts";
import { aJob, cron, noonMs } from "../../support/cron_jobs.ts";
import { play } from "../../support/cron_stage.ts";

describe("claw cron show", () => {
  it("tells everything of a job, and its next runs in three zones", async () => {
    const { kind, text } = await play({ jobs: cast, zone: "America/New_York" }, ["cron", "show", "morning report"], 80);
    assert.equal(kind, "done");
    assert.deepEqual(text.split("\n"), [
      "id               2025a8cf-9993-4707-857b-877ec559d976",
      "name             morning report",
      "description      What happened at night",
      "state            ok",
      "agent            main",
      "schedule         0 9 * * 1-5 Europe/Berlin",
      "payload          agentTurn",
      "message          Report on the night",
      "                 and be brief",
      "timeout seconds  30",
      "session          isolated",
      "wake             now",
      "delivery         announce, channel last",
      "last run         ok, 2026-11-20 04:00:00 GMT-5 (27 h ago), took 1 min 5 s",
      "last delivery    delivered",
      "created          2026-11-14 07:00:00 GMT-5 (7 d ago)",
      "",
      "NEXT     Europe/Berlin         America/New_York      UTC",
      "in 44 h  Mon 2026-11-23 09:00  Mon 2026-11-23 03:00  Mon 2026-11-23 08:00",
      "in 2 d   Tue 2026-11-24 09:00  Tue 2026-11-24 03:00  Tue 2026-11-24 08:00",
      "in 3 d   Wed 2026-11-25 09:00  Wed 2026-11-25 03:00  Wed 2026-11-25 08:00",
      "",
    ]);
  });

  it("tells of errors", async () => {
    const { kind, text } = await play({ jobs: cast }, ["cron", "show", "98ab"], 80);
    assert.equal(kind, "done");
    assert.deepEqual(text.split("\n"), [
      "id               98ab7929-9993-4707-857b-877ec559d976",
      "name             sync the mailbox of the whole department with the archive",
      "state            error",
      "agent            main",
      "schedule         every 15 min",
      "payload          systemEvent",
      "text             hello",
      "session          main",
      "wake             now",
      "delivery         none",
      "last run         error, 2026-11-21 12:50:00 CET (10 min ago)",
      "errors in a row  3",
      "last error       mail.example: connection refused",
      "created          2026-11-14 13:00:00 CET (7 d ago)",
      "",
      "NEXT       Europe/Berlin         UTC",
      "in 5 min   Sat 2026-11-21 13:05  Sat 2026-11-21 12:05",
      "in 20 min  Sat 2026-11-21 13:20  Sat 2026-11-21 12:20",
      "in 35 min  Sat 2026-11-21 13:35  Sat 2026-11-21 12:35",
      "",
    ]);
  });

  it("obeys no control characters", async () => {
    const { kind, text } = await play({ jobs: cast }, ["cron", "show", hostile.id], 80);
    assert.equal(kind, "done");
    assert.deepEqual(text.split("\n"), [
      "id        2337efb3-9993-4707-857b-877ec559d976",
      "name      \\u{1b}[2J\\u{202e}evil\\nname",
      "state     disabled",
      "agent     main",
      "schedule  \\u{1b}]0;title\\u{7}, in the gateway's own zone",
      "payload   systemEvent",
      "text      hello",
      "session   main",
      "wake      now",
      "delivery  none",
      "last run  never",
      "created   2026-11-14 13:00:00 CET (7 d ago)",
      "",
    ]);
  });

  it("shifts the following runs as the planned one is", async () => {
    const jobs = [aJob({ name: "x", schedule: cron("0 * * * *", "UTC"), state: { nextRunAtMs: noonMs + 3_654_000 } })];
    const { data } = await play({ jobs }, ["cron", "show", "x"]);
    assert.deepEqual(data.nextFires, [
      { instant: "2026-11-21T13:00:54.000Z", isPlanned: true },
      { instant: "2026-11-21T14:00:54.000Z", isPlanned: false },
      { instant: "2026-11-21T15:00:54.000Z", isPlanned: false },
    ]);
  });

  it("tells how late a run may be where the gateway has not planned it", async () => {
    const jobs = [aJob({ name: "x", schedule: cron("0 * * * *", "UTC") })];
    const { text, data } = await play({ jobs }, ["cron", "show", "x"]);
    assert.match(text, /^in 1 h +Sat 2026-11-21 13:00 \(up to 5 min later\) /m);
    assert.deepEqual(data.nextFires[0], {
      instant: "2026-11-21T13:00:00.000Z",
      isPlanned: false,
      laterUpToMs: 300_000,
    });
  });

  it("shows an expression without a zone in the zone of the gateway", async () => {
    const jobs = [aJob({ name: "x", schedule: cron("30 9 * * *"), state: { nextRunAtMs: noonMs + 21.5 * 3_600_000 } })];
    const { text } = await play({ jobs }, ["cron", "show", "x"]);
    assert.match(text, /^schedule +30 9 \* \* \*, in the gateway's own zone$/m);
    assert.match(text, /^NEXT +UTC +Europe\/Berlin$/m);
    assert.match(text, /^in 45 h +Mon 2026-11-23 09:30 +Mon 2026-11-23 10:30$/m);
  });

  it("shows what only newer gateways tell", async () => {
    const job = aJob({
      name: "x",
      enabled: false,
      effectiveAgentId: null,
      failureAlert: { after: 3 },
      payload: { kind: "command", argv: ["make", "all"], env: { A: "b" } },
      delivery: { mode: "webhook", to: "https://example.test/x" },
      deleteAfterRun: true,
      state: { runningAtMs: noonMs - 1_000, lastError: "one\ntwo", lastDeliveryError: "no route" },
    });
    const { text, data } = await play({ jobs: [job] }, ["cron", "show", "x"]);
    const expected = [
      /^state +running, disabled$/m,
      /^agent +none: nobody owns this job$/m,
      /^argv +make, all$/m,
      /^env +\{"A":"b"\}$/m,
      /^delivery +webhook, to https:\/\/example\.test\/x$/m,
      /^failure alert +\{"after":3\}$/m,
      /^after its run +removed$/m,
      /^running since +2026-11-21 12:59:59 CET \(1 s ago\)$/m,
      /^last error +one\n +two$/m,
    ];
    for (const line of expected) assert.match(text, line);
    assert.equal(data.status, "running");
    assert.deepEqual(data.nextFires, []);
  });

  it("suggests the nearest name", async () => {
    await assert.rejects(play({ jobs: cast }, ["cron", "show", "morning rport"]), {
      code: "gateway/not-found",
      hint: "did you mean 'morning report'?",
    });
  });
});
