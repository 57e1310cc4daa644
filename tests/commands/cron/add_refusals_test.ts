import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { realClock } from "../../../src/platform/clock.ts";
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

  it("names what limits claw itself to whoever meant that by --timeout", async () => {
    const limit = /^claw: hint: .*claw's own limit is set by CLAW_TIMEOUT here$/m;
    const event = ["--name", "x", "--every", "1h", "--system-event", "e"];
    assert.match((await offline([...event, "--timeout", "5s"])).stderr, limit);
    assert.match((await offline(["--name", "x", "--every", "1h", "--timeout", "5s"])).stderr, limit);
    const late = await offline(["--json-file", "-"], {
      stdin: new Promise(() => {}),
      clock: realClock,
      env: { CLAW_TIMEOUT: "20ms" },
    });
    assert.equal(
      late.stderr,
      "claw: error: standard input did not end in time\nclaw: hint: give it more time with CLAW_TIMEOUT=60s\n",
    );
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
