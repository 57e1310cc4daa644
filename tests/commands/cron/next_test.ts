import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cast } from "../../support/cron_cast.ts";
import { aJob, cron, noonMs } from "../../support/cron_jobs.ts";
import { play } from "../../support/cron_stage.ts";

describe("claw cron next", () => {
  it("puts all jobs on one line of time", async () => {
    const { kind, text } = await play({ jobs: cast }, ["cron", "next", "--hours", "50"]);
    assert.equal(kind, "done");
    assert.deepEqual(text.split("\n"), [
      "DAY             TIME   IN      NAME                                                       NOTE",
      "Sat 2026-11-21  13:05  5 min   sync the mailbox of the whole department with the archive  then every 15 min, 199 more",
      "Sat 2026-11-21  13:20  20 min  heartbeat-main                                             then every 30 min, 99 more, built-in",
      "Sat 2026-11-21  18:30  5 h     夜間レポートを作成する 🦀                                  Sun 02:30 Asia/Tokyo",
      "Sun 2026-11-22  18:30  29 h    夜間レポートを作成する 🦀                                  Mon 02:30 Asia/Tokyo",
      "Mon 2026-11-23  09:00  44 h    morning report",
      "",
    ]);
  });

  it("says on a terminal what the limit left out", async () => {
    const { kind, text } = await play({ jobs: cast }, ["cron", "next", "--limit", "2"], 80);
    assert.equal(kind, "done");
    assert.deepEqual(text.split("\n"), [
      "DAY             TIME   IN      NAME                     NOTE",
      "Sat 2026-11-21  13:05  5 min   sync the mailbox of th…  then every 15 min, 95 m…",
      "Sat 2026-11-21  13:20  20 min  heartbeat-main           then every 30 min, 47 m…",
      "",
      "1 more until 2026-11-22 13:00:00 CET: see them with --limit 3",
      "",
    ]);
  });

  it("tells programs the same", async () => {
    const { data } = await play({ jobs: cast }, ["cron", "next", "--limit", "2"]);
    assert.deepEqual([data.fromMs, data.untilMs - noonMs, data.leftOut], [noonMs, 86_400_000, 1]);
    assert.equal(data.schedulerEnabled, true);
    const { instant, isPlanned, jobId } = data.fires[0];
    assert.deepEqual([instant, isPlanned, jobId], [
      "2026-11-21T12:05:00.000Z",
      true,
      "98ab7929-9993-4707-857b-877ec559d976",
    ]);
    assert.deepEqual(data.fires.map(({ name, more }: { name: string; more: unknown }) => [name.slice(0, 5), more]), [
      ["sync ", { count: 95, isAtLeast: false }],
      ["heart", { count: 47, isAtLeast: false }],
    ]);
  });

  it("notes what is due, how late a run may be, and another clock's time", async () => {
    const jobs = [
      aJob({ name: "late", state: { nextRunAtMs: noonMs - 60_000, runningAtMs: noonMs - 60_000 } }),
      aJob({ name: "spread", schedule: cron("30 15 * * *", "UTC", 120_000) }),
    ];
    const { text } = await play({ jobs }, ["cron", "next", "--hours", "4"]);
    assert.match(text, /^Sat 2026-11-21 +12:59 +due +late$/m);
    assert.match(text, /^Sat 2026-11-21 +16:30 +3 h +spread +up to 2 min later, 15:30 UTC$/m);
  });

  it("says that nothing is planned", async () => {
    const { text } = await play({ jobs: [] }, ["cron", "next", "--hours", "1"]);
    assert.equal(text, "nothing is planned until 2026-11-21 14:00:00 CET\n");
  });

  it("warns of a scheduler that is off, and of a schedule that cannot be read", async () => {
    const jobs = [aJob({ name: "odd", schedule: cron("what?") })];
    const { warnings } = await play({ jobs, isSchedulerOn: false }, ["cron", "next"]);
    assert.deepEqual(warnings, [
      "the scheduler is off: no job runs by itself: see `claw cron status`",
      "the schedule of 'odd' cannot be read here: at most the planned run is shown",
    ]);
  });

  it("warns in one line of however many schedules cannot be read", async () => {
    const jobs = Array.from({ length: 250 }, (_, at) => aJob({ name: `odd ${at}`, schedule: cron("what?") }));
    const { warnings } = await play({ jobs }, ["cron", "next"]);
    assert.deepEqual(warnings, [
      "the schedule of 'odd 0', and those of 249 more, cannot be read here: at most the planned run is shown",
    ]);
  });

  it("reads an expression whose zone is empty as one without", async () => {
    const jobs = [aJob({ name: "x", schedule: { ...cron("30 13 * * *"), tz: " " } })];
    const { text } = await play({ jobs, zone: "UTC" }, ["cron", "next", "--hours", "2"]);
    assert.match(text, /^Sat 2026-11-21 +13:30 +1 h +x$/m);
  });

  it("refuses hours that are no count, and more than ten years", async () => {
    for (const hours of ["0", "x", "87601"]) {
      await assert.rejects(play({ jobs: [] }, ["cron", "next", "--hours", hours]), {
        code: "usage/bad-flag",
        message: `--hours: '${hours}' is not a whole number from 1 to 87600`,
      });
    }
  });
});
