import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock } from "../../support/clock.ts";
import { createTestHome, type WorldChoices } from "../../support/world.ts";

/** A Saturday, 17:00 in Berlin. */
const saturday = Date.parse("2026-11-21T16:00:00Z");

/** Nothing listens anywhere: what is found out here was found out without a gateway. */
function offline(args: readonly string[], choices: WorldChoices = {}) {
  using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9" });
  return home.claw(["cron", "add", ...args], {
    clock: createManualClock(saturday),
    zone: "Europe/Berlin",
    ...choices,
  });
}

const report = ["--name", "report", "--cron", "0 9 * * 1-5", "--message", "Report on the night"];

describe("claw cron add --dry-run", () => {
  it("shows what would be sent and when it runs, in three zones, and needs no gateway", async () => {
    const { exit, stdout, stderr } = await offline([...report, "--tz", "America/New_York", "--dry-run"]);
    assert.equal(stderr, "");
    assert.equal(exit, 0);
    assert.equal(
      stdout,
      `would add, and sent nothing:
  name: "report"
  schedule.kind: "cron"
  schedule.expr: "0 9 * * 1-5"
  schedule.tz: "America/New_York"
  sessionTarget: "isolated"
  wakeMode: "now"
  payload.kind: "agentTurn"
  payload.message: "Report on the night"
runs 0 9 * * 1-5 America/New_York
NEXT     America/New_York      Europe/Berlin         UTC
in 46 h  Mon 2026-11-23 09:00  Mon 2026-11-23 15:00  Mon 2026-11-23 14:00
in 2 d   Tue 2026-11-24 09:00  Tue 2026-11-24 15:00  Tue 2026-11-24 14:00
in 3 d   Wed 2026-11-25 09:00  Wed 2026-11-25 15:00  Wed 2026-11-25 14:00
`,
    );
  });

  it("gives programs the same: the params, and the fires as instants", async () => {
    const { stdout } = await offline([...report, "--dry-run", "--json"]);
    assert.deepEqual(JSON.parse(stdout).data, {
      status: "would-add",
      params: {
        name: "report",
        schedule: { kind: "cron", expr: "0 9 * * 1-5", tz: "Europe/Berlin" },
        sessionTarget: "isolated",
        wakeMode: "now",
        payload: { kind: "agentTurn", message: "Report on the night" },
      },
      nextFires: ["2026-11-23", "2026-11-24", "2026-11-25"].map((day) => ({
        instant: `${day}T08:00:00.000Z`,
        isPlanned: false,
      })),
      zone: "Europe/Berlin",
    });
  });

  const echoes: readonly (readonly [flags: readonly string[], echo: string])[] = [
    [
      ["--at", "tomorrow 09:00"],
      `runs at 2026-11-22 09:00, read in Europe/Berlin
NEXT     Europe/Berlin         UTC
in 16 h  Sun 2026-11-22 09:00  Sun 2026-11-22 08:00
`,
    ],
    [
      ["--at", "+20m", "--wake", "next-heartbeat"],
      `runs at 2026-11-21 17:20
NEXT       Europe/Berlin         UTC
in 20 min  Sat 2026-11-21 17:20  Sat 2026-11-21 16:20
`,
    ],
    [
      ["--cron", "0 * * * *", "--tz", "UTC"],
      `runs 0 * * * * UTC; the gateway starts each run up to 5 min later
NEXT    Europe/Berlin         UTC
in 1 h  Sat 2026-11-21 18:00  Sat 2026-11-21 17:00
in 2 h  Sat 2026-11-21 19:00  Sat 2026-11-21 18:00
in 3 h  Sat 2026-11-21 20:00  Sat 2026-11-21 19:00
`,
    ],
  ];
  for (const [flags, echo] of echoes) {
    it(`tells when it runs: ${flags.join(" ")}`, async () => {
      const { stdout } = await offline([...flags, "--name", "tea", "--system-event", "tea", "--dry-run"]);
      assert.ok(stdout.endsWith(echo), stdout);
    });
  }

  it("shows each time once where all zones are one", async () => {
    const args = ["--name", "x", "--system-event", "x", "--cron", "0 9 * * *", "--tz", "UTC", "--dry-run"];
    const { stdout } = await offline(args, { zone: "UTC" });
    assert.match(stdout, /\nNEXT +UTC\nin 17 h +Sun 2026-11-22 09:00\n/);
  });

  it("says what each generation does with a time that clocks jump over", async () => {
    const args = ["--name", "x", "--system-event", "x", "--cron", "30 2 28 3 *", "--dry-run"];
    const { stdout } = await offline(args);
    assert.match(
      stdout,
      /clocks in Europe\/Berlin jump forward then: 2026\.3\.13 runs it at 2027-03-28 03:30:00, 2026\.9\.6 not/,
    );
  });

  it("warns of a time that comes twice", async () => {
    const { exit, stderr } = await offline([
      "--name",
      "x",
      "--system-event",
      "x",
      "--at",
      "2027-10-31 02:30",
      "--dry-run",
    ]);
    assert.equal(exit, 0);
    assert.match(
      stderr,
      /^claw: warning: 2027-10-31 02:30:00 comes twice in Europe\/Berlin: the earlier one is meant, 2027-/,
    );
  });

  it("makes every flag a member", async () => {
    const flags =
      "--agent ops --model a/b --thinking low --tools read,write --tools exec --timeout 90s --channel telegram " +
      "--to 12 --account me --thread-id 7 --best-effort --keep-after-run --disabled --declaration-key k --description d " +
      "--session session:a:b --wake next-heartbeat --stagger 2m";
    const { stdout } = await offline([...report, ...flags.split(" "), "--dry-run", "--json"]);
    assert.deepEqual(JSON.parse(stdout).data.params, {
      name: "report",
      description: "d",
      agentId: "ops",
      enabled: false,
      deleteAfterRun: false,
      declarationKey: "k",
      schedule: { kind: "cron", expr: "0 9 * * 1-5", tz: "Europe/Berlin", staggerMs: 120_000 },
      sessionTarget: "session:a:b",
      wakeMode: "next-heartbeat",
      payload: {
        kind: "agentTurn",
        message: "Report on the night",
        model: "a/b",
        thinking: "low",
        timeoutSeconds: 90,
        toolsAllow: ["read", "write", "exec"],
      },
      delivery: { mode: "announce", channel: "telegram", to: "12", accountId: "me", threadId: "7", bestEffort: true },
    });
  });

  it("takes members without flags from a file or standard input, and lets flags win", async () => {
    const json = {
      name: "from the file",
      failureAlert: { after: 3 },
      payload: { kind: "agentTurn", message: "m", lightContext: true },
    };
    const { stdout } = await offline([
      "--json-file",
      "-",
      "--name",
      "mine",
      "--every",
      "1h",
      "--model",
      "a/b",
      "--dry-run",
      "--json",
    ], {
      stdin: JSON.stringify(json),
    });
    assert.deepEqual(JSON.parse(stdout).data.params, {
      name: "mine",
      schedule: { kind: "every", everyMs: 3_600_000 },
      sessionTarget: "isolated",
      wakeMode: "now",
      failureAlert: { after: 3 },
      payload: { kind: "agentTurn", message: "m", lightContext: true, model: "a/b" },
    });
  });

  it("lets a file not leave the hour to the gateway either", async () => {
    const payload = { kind: "systemEvent", text: "x" };
    const params = async (schedule: object) => {
      const stdin = JSON.stringify({ name: "x", schedule, payload });
      return JSON.parse((await offline(["--json-file", "-", "--dry-run", "--json"], { stdin })).stdout).data.params
        .schedule;
    };
    for (const tz of [undefined, "", " "]) {
      assert.equal((await params({ kind: "cron", expr: "0 9 * * *", tz })).tz, "Europe/Berlin");
    }
    assert.equal((await params({ kind: "at", at: "2026-11-23T09:00" })).at, "2026-11-23T08:00:00.000Z");
  });
});
