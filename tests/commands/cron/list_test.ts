import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cast } from "../../support/cron_cast.ts";
import { aJob, noonMs } from "../../support/cron_jobs.ts";
import { play } from "../../support/cron_stage.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome } from "../../support/world.ts";

describe("claw cron list", () => {
  it("shows all of it in a pipe", async () => {
    const { kind, text } = await play({ jobs: cast }, ["cron", "list", "--all"]);
    assert.equal(kind, "done");
    assert.deepEqual(text.split("\n"), [
      "NAME                                                       ID        SCHEDULE                   NEXT       NEXT AT           LAST        STATUS    AGENT",
      "sync the mailbox of the whole department with the archive  98ab7929  every 15 min               in 5 min   2026-11-21 13:05  10 min ago  error 3x  main",
      "heartbeat-main                                             27fc2ee8  every 30 min               in 20 min  2026-11-21 13:20  10 min ago  built-in  main",
      "夜間レポートを作成する 🦀                                  47c797c1  30 2 * * * Asia/Tokyo      in 5 h     2026-11-21 18:30  18 h ago    skipped   main",
      "morning report                                             2025a8cf  0 9 * * 1-5 Europe/Berlin  in 44 h    2026-11-23 09:00  27 h ago    ok        main",
      "birthday                                                   38e4fcb0  at 2026-11-28 09:00        in 6 d     2026-11-28 09:00  -           idle      ops",
      "\\u{1b}[2J\\u{202e}evil\\nname                                2337efb3  \\u{1b}]0;title\\u{7}        -          -                 -           disabled  main",
      "",
    ]);
  });

  it("fits a terminal", async () => {
    const { kind, text } = await play({ jobs: cast }, ["cron", "list", "--all"], 80);
    assert.equal(kind, "done");
    assert.deepEqual(text.split("\n"), [
      "NAME               ID        SCHEDULE            NEXT       LAST        STATUS",
      "sync the mailbox…  98ab7929  every 15 min        in 5 min   10 min ago  error 3x",
      "heartbeat-main     27fc2ee8  every 30 min        in 20 min  10 min ago  built-in",
      "夜間レポートを作…  47c797c1  30 2 * * * Asia/T…  in 5 h     18 h ago    skipped",
      "morning report     2025a8cf  0 9 * * 1-5 Europ…  in 44 h    27 h ago    ok",
      "birthday           38e4fcb0  at 2026-11-28 09:…  in 6 d     -           idle",
      "\\u{1b}[2J\\u{202e…  2337efb3  \\u{1b}]0;title\\u{…  -          -           disabled",
      "",
    ]);
  });

  const names = async (args: readonly string[], jobs = cast) =>
    (await play({ jobs }, ["cron", "list", ...args])).data.jobs.map(({ name }: { name: string }) => name.slice(0, 7));

  const filters: readonly (readonly [args: readonly string[], names: readonly string[]])[] = [
    [[], ["sync th", "heartbe", "夜間レポートを", "morning", "birthda"]],
    [["--status", "disabled"], ["\x1b[2J\u202eev"]],
    [["--status", "error"], ["sync th"]],
    [["--agent", "ops"], ["birthda"]],
    [["--agent", "main", "--kind", "cron"], ["夜間レポートを", "morning"]],
    [["--query", "NIGHT"], ["morning"]],
    [["--query", "ops"], ["birthda"]],
    [["--sort", "name"], ["birthda", "heartbe", "morning", "sync th", "夜間レポートを"]],
    [["--limit", "2"], ["sync th", "heartbe"]],
  ];
  for (const [args, expected] of filters) {
    it(`lists what is asked for: ${args.join(" ")}`, async () => assert.deepEqual(await names(args), expected));
  }

  it("sorts by what was changed last", async () => {
    const jobs = [1, 3, 2].map((age) => aJob({ name: `age ${age}`, updatedAtMs: noonMs - age }));
    assert.deepEqual(await names(["--sort", "updated"], jobs), ["age 1", "age 2", "age 3"]);
  });

  it("shows a disabled job that a forced run makes busy", async () => {
    assert.deepEqual(await names([], [aJob({ name: "busy", enabled: false, state: { runningAtMs: noonMs } })]), [
      "busy",
    ]);
  });

  it("gives programs the gateway's own job, its state and its agent", async () => {
    const { data } = await play({ jobs: cast }, ["cron", "list", "--status", "error", "--limit", "1"]);
    assert.equal(data.total, 1);
    assert.deepEqual(data.jobs, [{ ...cast[1], status: "error", effectiveAgentId: "main", builtIn: false }]);
  });

  it("counts what the limit left out", async () => {
    assert.equal((await play({ jobs: cast }, ["cron", "list", "--limit", "1"])).data.total, 5);
  });

  it("says why there is nothing to show", async () => {
    const text = async (jobs: typeof cast, ...args: string[]) => (await play({ jobs }, ["cron", "list", ...args])).text;
    assert.equal(await text([]), "the gateway has no cron jobs\n");
    assert.equal(
      await text([aJob({ enabled: false })]),
      "no cron job is enabled; 1 disabled: see `claw cron list --all`\n",
    );
    assert.equal(await text(cast, "--all", "--query", "zzz"), "no cron job fits\n");
  });

  it("marks an answer that nobody got, and a built-in job that is well", async () => {
    const state = { lastRunStatus: "ok", lastDeliveryStatus: "not-delivered" };
    const { text } = await play({ jobs: [aJob({ state }), aJob({ declarationKey: "heartbeat:x" })] }, ["cron", "list"]);
    assert.match(text, / ok, undelivered$/m);
    assert.match(text, / built-in$/m);
  });

  it("says that times are in UTC where the system names no zone, and that the scheduler is off", async () => {
    const { warnings } = await play({ jobs: cast, zone: null, isSchedulerOn: false }, ["cron", "list"]);
    assert.deepEqual(warnings, [
      "the scheduler is off: no job runs by itself: see `claw cron status`",
      "the system names no time zone: times are shown in UTC",
    ]);
  });

  it("reads all of 450 jobs", async () => {
    const jobs = Array.from({ length: 450 }, () => aJob());
    assert.equal((await play({ jobs }, ["cron", "list"])).data.jobs.length, 450);
  });

  for (const protocol of [3, 4] as const) {
    it(`lists what was added to a gateway, protocol ${protocol}`, async () => {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const add = ["cron", "add", "--every", "15m", "--system-event", "x"];
      for (const name of ["one", "two"]) assert.equal((await home.claw([...add, "--name", name])).exit, 0);
      const { exit, stdout, stderr } = await home.claw(["cron", "list", "--kind", "every", "--sort", "name"]);
      assert.deepEqual([exit, stderr], [0, ""]);
      assert.match(stdout, /^NAME .* STATUS\n/);
      assert.match(stdout, /^one +[0-9a-f]{8} +every 15 min +in 1[45] min /m);
      const { data } = JSON.parse((await home.claw(["cron", "list", "--json"])).stdout);
      assert.ok(
        data.jobs.some(({ name, status }: { name: string; status: string }) => name === "two" && status === "idle"),
      );
    });
  }

  it("refuses a limit that is no count", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9", CLAW_TOKEN: "x".repeat(20) });
    for (const limit of ["0", "-1", "1.5", "many", ""]) {
      const { exit, stderr } = await home.claw(["cron", "list", `--limit=${limit}`]);
      assert.equal(exit, 64);
      assert.match(stderr, /^claw: error: --limit: '.*' is not a whole number from 1 to 1000000$/m);
    }
  });

  it("has a help page", async () => {
    using home = createTestHome();
    const { stdout } = await home.claw(["help", "cron", "list"]);
    assert.match(stdout, /^Usage: claw cron list \[options\]\n\nlist the jobs/);
    assert.match(stdout, /^Jobs marked built-in are the gateway's own/m);
  });
});
