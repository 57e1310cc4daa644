import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { createManualClock } from "../../support/clock.ts";
import { openSocketGateway, type SocketGateway } from "../../support/dev_gateway.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";
import { createTestHome, type TestHome, type WorldChoices } from "../../support/world.ts";

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
      nextFires: ["2026-11-23", "2026-11-24", "2026-11-25"].map((day) => ({ instant: `${day}T08:00:00.000Z` })),
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
    assert.match(stdout, /\nNEXT +UTC\nin 17 h  Sun 2026-11-22 09:00\n/);
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
    assert.equal((await params({ kind: "cron", expr: "0 9 * * *" })).tz, "Europe/Berlin");
    assert.equal((await params({ kind: "at", at: "2026-11-23T09:00" })).at, "2026-11-23T08:00:00.000Z");
  });
});

describe("claw cron add, what it refuses before it dials", () => {
  const mistakes: readonly (readonly [flags: string, exit: number, error: string])[] = [
    ["--every 1h --message m", 64, "a job needs --name: how the job is called"],
    ["--name x --message m", 64, "a job needs --at, --every or --cron: when it runs"],
    ["--name x --every 1h", 64, "a job needs --message or --system-event: what it does"],
    ["--name x --every 1h --at 18:00 --message m", 64, "--at and --every contradict each other"],
    ["--name x --every 1h --message m --system-event e", 64, "--system-event and --message contradict each other"],
    ["--name x --every 1h --system-event e --model a/b", 64, "--system-event and --model contradict each other"],
    ["--name x --every 1h --system-event e --channel last", 64, "--system-event and --channel contradict each other"],
    [
      "--name x --every 1h --system-event e --best-effort",
      64,
      "--best-effort and the main session contradict each other",
    ],
    [
      "--name x --every 1h --system-event e --session isolated",
      64,
      "--session isolated and --system-event contradict each other",
    ],
    ["--name x --every 1h --message m --session main", 64, "--session main and --message contradict each other"],
    ["--name x --every 1h --message m --session mine", 64, "--session: 'mine' is no session target"],
    [
      "--name x --every 1h --message m --no-deliver --announce",
      64,
      "--no-deliver and --announce contradict each other",
    ],
    ["--name x --every 1h --message m --no-deliver --to 5", 64, "--no-deliver and --to contradict each other"],
    ["--name x --every 1h --message m --webhook http://x --to 5", 64, "--webhook and --to contradict each other"],
    [
      "--name x --every 1h --message m --delete-after-run --keep-after-run",
      64,
      "--delete-after-run and --keep-after-run contradict each other",
    ],
    ["--name x --every 1h --message m --exact", 64, "--every and --exact contradict each other"],
    ["--name x --every 1h --model a/b", 64, "--model is about an agent turn, and there is none"],
    ["--name x --every 1h --message m --webhook ftp://x", 65, "--webhook: 'ftp://x' is not an http(s) URL"],
    ["--name x --every 1h --message m --timeout 5", 64, "--timeout: a duration needs a unit: 5s?"],
    ["--name x --every 15 --message m", 65, "--every: '15' is not a length of time"],
    ["--name x --at noon --message m", 65, "--at: 'noon' is not a time"],
    [
      "--name x --cron @never --message m",
      65,
      "'@never' is not a cron expression: invalid configuration format ('@never'), exactly five, six, or seven space separated parts are required",
    ],
    ["--name x --cron @daily --tz Berlin --message m", 65, "'Berlin' is not an IANA time zone"],
    ["--name= --every 1h --message m", 64, "--name: the value is empty"],
    ["--name x --every 1h --message m --agent=", 64, "--agent: the value is empty"],
  ];
  for (const [flags, exit, error] of mistakes) {
    it(`${flags}: ${error}`, async () => {
      const result = await offline(flags.split(" "));
      assert.equal(result.stderr.split("\n")[0], `claw: error: ${error}`);
      assert.equal(result.exit, exit);
      assert.equal(result.stdout, "");
    });
  }

  it("a wall clock's time where the zone is unknown", async () => {
    using home = createTestHome();
    // The world of a test has a zone; a system need not.
    const { stderr } = await home.claw([
      "cron",
      "add",
      "--name",
      "x",
      "--at",
      "18:00",
      "--tz",
      "Nowhere/X",
      "--message",
      "m",
    ]);
    assert.match(stderr, /'Nowhere\/X' is not an IANA time zone\nclaw: hint: write it like Europe\/Berlin or UTC/);
  });

  const files: readonly (readonly [json: string, error: RegExp])[] = [
    ["{", /standard input.* is not JSON/],
    ["[]", /standard input is not a JSON object with the members of a job/],
    ['{"name":"x","payload":{"kind":"systemEvent","text":"t"},"retries":3}', /there is no member retries/],
    ['{"name":"x","payload":{"kind":"agentTurn","message":"t","mdl":3}}', /there is no member payload\.mdl/],
    [
      '{"name":"x","payload":{"kind":"agentTurn","message":"t"},"failureAlert":{"after":"3"}}',
      /failureAlert\.after: "3" is no/,
    ],
  ];
  for (const [json, error] of files) {
    it(`a file that says ${json}`, async () => {
      const { exit, stderr } = await offline(["--json-file", "-", "--every", "1h"], { stdin: json });
      assert.equal(exit, 65);
      assert.match(stderr, error);
    });
  }

  it("names the line of a file where JSON breaks off", async () => {
    using home = createTestHome();
    const path = `${home.path}/job.json`;
    writeFileSync(path, '{\n  "name": "x",\n  "payload": nothing\n}\n');
    const { exit, stderr } = await home.claw(["cron", "add", "--json-file", path]);
    assert.equal(exit, 65);
    assert.match(stderr, /job\.json.* is not JSON/);
  });
});

for (const protocol of [3, 4] as const) {
  describe(`claw cron add, protocol ${protocol}`, () => {
    let gateway: SocketGateway;
    let home: TestHome;
    before(async () => {
      gateway = await openSocketGateway({ protocol });
      home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    });
    after(async () => {
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    });
    const claw = (...args: string[]) => home.claw(["cron", ...args], { zone: "Asia/Tokyo" });
    const jobs = async () => JSON.parse((await claw("list", "--all", "--json")).stdout).data.jobs;

    it("adds the job, and tells its id and when it runs", async () => {
      const { exit, stdout, stderr } = await claw("add", ...report);
      assert.equal(stderr, "");
      assert.equal(exit, 0);
      const [first, runs, head] = stdout.split("\n");
      assert.match(first ?? "", /^added 'report' \([0-9a-f-]{36}\)$/);
      assert.equal(runs, "runs 0 9 * * 1-5 Asia/Tokyo");
      assert.match(head ?? "", /^NEXT +Asia\/Tokyo +UTC$/);
      const job = (await jobs()).find(({ name }: { name: string }) => name === "report");
      assert.equal(job.schedule.tz, "Asia/Tokyo");
      assert.equal(job.state.nextRunAtMs % 3_600_000, 0);
    });

    it("counts an interval from the anchor that the gateway gave it", async () => {
      const { stdout, stderr } = await claw("add", "--name", "pulse", "--every", "1h", "--system-event", "x", "--json");
      assert.equal(stderr, "");
      const { job, nextFires } = JSON.parse(stdout).data;
      assert.equal(Date.parse(nextFires[0].instant), job.state.nextRunAtMs);
    });

    it("says by how much the gateway shifts the runs", async () => {
      const { stdout, stderr } = await claw(
        "add",
        "--name",
        "h",
        "--cron",
        "0 * * * *",
        "--system-event",
        "x",
        "--json",
      );
      assert.equal(stderr, "");
      const { job, nextFires, staggerMs, shiftMs } = JSON.parse(stdout).data;
      assert.equal(staggerMs, 300_000);
      assert.equal((job.state.nextRunAtMs - Date.parse(nextFires[0].instant)) % 3_600_000, shiftMs);
    });

    it("sends nothing that the gateway does not know, and names the flags", async () => {
      const count = (await jobs()).length;
      const { exit, stderr } = await claw(
        "add",
        ...report,
        "--tools",
        "read",
        "--thread-id",
        "7",
        "--declaration-key",
        "k",
      );
      if (protocol === 4) return assert.equal(exit, 0, stderr);
      assert.equal(exit, 65);
      assert.equal(
        stderr,
        "claw: error: gateway 2026.3.13 does not know --declaration-key, --tools, --thread-id; 2026.9.6 does\n" +
          "claw: hint: upgrade the gateway, or leave that out\n",
      );
      assert.equal((await jobs()).length, count);
    });

    it("finds out that the job is there when the answer is lost", async () => {
      const name = "answer lost";
      const { exit, stdout, stderr } = await behindLoss(gateway, { isGone: false }, home, [
        "add",
        ...report,
        "--name",
        name,
      ]);
      assert.equal(exit, 0, stderr);
      assert.match(stdout, /^added 'answer lost'/);
      assert.match(stderr, /^claw: warning: cron\.add was sent, but .*; the gateway shows that it is done\n$/);
      assert.equal((await jobs()).filter((job: { name: string }) => job.name === name).length, 1);
    });

    it("stays unsure when the answer is lost and the gateway is gone", async () => {
      const { exit, stderr } = await behindLoss(gateway, { isGone: true }, home, [
        "add",
        ...report,
        "--name",
        "unsure",
      ]);
      assert.equal(exit, 79);
      assert.match(stderr, /claw: hint: look whether it is there before you add it again: `claw cron list --all`\n$/);
    });

    if (protocol === 4) {
      it("adds once by a declaration key, and says what became of it", async () => {
        const args = ["add", ...report, "--declaration-key", "once", "--json"];
        const add = async (...more: string[]) => JSON.parse((await claw(...args, ...more)).stdout).data;
        const first = await add();
        const second = await add("--message", "another");
        assert.deepEqual([first.status, second.status], ["added", "updated"]);
        assert.equal(second.job.id, first.job.id);
      });
    }
  });
}

/** Runs claw through a proxy that loses the answer to the write, and possibly is gone from then on. */
async function behindLoss(
  gateway: SocketGateway,
  { isGone }: { readonly isGone: boolean },
  home: TestHome,
  args: readonly string[],
) {
  let isLost = false;
  await using proxy = await startTcpProxy({
    targetPort: gateway.port,
    decide({ from, frame }) {
      if (isLost || from !== "gateway" || frame.type !== "res" || frame.payload?.schedule === undefined) return "pass";
      isLost = true;
      if (isGone) void proxy[Symbol.asyncDispose]();
      return "cut";
    },
  });
  return await home.claw(["cron", ...args], { env: { CLAW_URL: `ws://127.0.0.1:${proxy.port}` }, zone: "Asia/Tokyo" });
}
