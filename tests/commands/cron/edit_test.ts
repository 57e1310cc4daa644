import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, before, beforeEach, describe, it } from "node:test";
import { openSocketGateway, type SocketGateway } from "../../support/dev_gateway.ts";
import { eventually } from "../../support/eventually.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";
import { createTestHome, type TestHome, type WorldChoices } from "../../support/world.ts";

const report = ["add", "--name", "report", "--cron", "0 9 * * 1-5", "--message", "Report", "--model", "a/b"];

describe("claw cron edit, what it refuses before it dials", () => {
  const mistakes: readonly (readonly [flags: string, error: string])[] = [
    ["--enable --disable", "--enable and --disable contradict each other"],
    ["--unset name", "--unset: a job has no field 'name' that may be absent"],
    ["--unset constructor", "--unset: a job has no field 'constructor' that may be absent"],
    [
      "--cron @never",
      "'@never' is not a cron expression: invalid configuration format ('@never'), exactly five, six, or " +
      "seven space separated parts are required",
    ],
    ["--tz Berlin", "'Berlin' is not an IANA time zone"],
    ["--at +1h --every 1h", "--at and --every contradict each other"],
    ["--message m --system-event e", "--system-event and --message contradict each other"],
    ["--name=", "--name: the value is empty"],
  ];
  for (const [flags, error] of mistakes) {
    it(`${flags}: ${error}`, async () => {
      using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9" });
      const { exit, stderr } = await home.claw(["cron", "edit", "report", ...flags.split(" ")]);
      assert.equal(stderr.split("\n")[0], `claw: error: ${error}`);
      assert.ok(exit === 64 || exit === 65);
    });
  }
});

for (const protocol of [3, 4] as const) {
  describe(`claw cron edit, protocol ${protocol}`, () => {
    let gateway: SocketGateway;
    let home: TestHome;
    before(() => {
      home = createTestHome();
    });
    after(async () => {
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    });
    // A gateway for each, since protocol 4 takes but thirty writes a minute.
    beforeEach(async () => {
      await gateway?.[Symbol.asyncDispose]();
      gateway = await openSocketGateway({ protocol });
      await claw(...report);
    });
    const run = (args: readonly string[], choices: WorldChoices = {}) =>
      home.claw(["cron", ...args], {
        zone: "Asia/Tokyo",
        ...choices,
        env: { CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret, ...choices.env },
      });
    const claw = (...args: string[]) => run(args);
    const job = () => gateway.gateway.memory.cron.records.jobs.find(({ payload }) => payload.kind !== "heartbeat");

    it("sends only what changed, and tells it with the runs to come", async () => {
      const { exit, stdout, stderr } = await claw("edit", "report", "--cron", "30 8 * * 1-5", "--description", "d");
      assert.equal(stderr, "");
      assert.equal(exit, 0);
      const lines = stdout.split("\n");
      assert.match(lines[0] ?? "", /^changed 'report' \([0-9a-f-]{36}\)$/);
      assert.deepEqual(lines.slice(1, 5).sort(), [
        '  + description: "d"',
        '  + schedule.expr: "30 8 * * 1-5"',
        '  - schedule.expr: "0 9 * * 1-5"',
        "runs 30 8 * * 1-5 Asia/Tokyo",
      ]);
      assert.match(lines[5] ?? "", /^NEXT /);
    });

    it("says so when nothing is to change, and sends nothing", async () => {
      const before = job();
      const { exit, stdout } = await claw("edit", "report", "--model", "a/b", "--cron", "0 9 * * 1-5");
      assert.equal(exit, 0);
      assert.match(stdout, /^nothing to change: 'report' \(.*\) is so already\n$/);
      assert.deepEqual(job(), before);
    });

    it("shows with --dry-run what would change, and sends nothing", async () => {
      const before = job();
      const { exit, stdout } = await claw("edit", "report", "--tz", "UTC", "--dry-run", "--json");
      assert.equal(exit, 0);
      const { status, changes, zone } = JSON.parse(stdout).data;
      assert.deepEqual([status, changes, zone], [
        "would-change",
        [{ path: "schedule.tz", before: "Asia/Tokyo", after: "UTC" }],
        "UTC",
      ]);
      assert.deepEqual(job(), before);
    });

    it("moves the expression that is there by --tz alone, and keeps the zone of a job from elsewhere", async () => {
      await claw("edit", "report", "--tz", "America/New_York");
      await run(["edit", "report", "--cron", "5 9 * * *"], { zone: "Europe/Berlin" });
      const { schedule } = job() ?? {};
      assert.deepEqual([schedule?.["expr"], schedule?.["tz"]], ["5 9 * * *", "America/New_York"]);
    });

    it("takes away what this generation can take away, and refuses the rest without sending anything", async () => {
      await claw("edit", "report", "--description", "d", "--agent", "main");
      const both = await claw("edit", "report", "--unset", "description", "--unset", "agent");
      assert.equal(both.exit, 0, both.stderr);
      const { description, agentId } = job() ?? {};
      assert.deepEqual([description ?? "", agentId ?? null], ["", null]);
      const { exit, stderr } = await claw("edit", "report", "--unset", "model");
      assert.equal(exit, protocol === 4 ? 0 : 65);
      assert.equal(job()?.payload["model"], protocol === 4 ? undefined : "a/b");
      if (protocol === 3) {
        assert.match(
          stderr,
          /'report': gateway 2026\.3\.13 cannot change payload\.model of a job that exists\n.*claw cron rm/,
        );
      }
    });

    it("warns whom an expression without a zone leaves the hour to", async () => {
      const { stdout } = await claw("edit", "report", "--unset", "tz");
      assert.match(
        stdout,
        /the gateway reads it in its own time zone: name one with --tz to be sure of the hour\nNEXT .*\nin .*\n$/,
      );
      assert.equal(job()?.schedule["tz"], undefined);
    });

    it("makes of an agent turn an event of the main session", async () => {
      const { exit } = await claw("edit", "report", "--system-event", "hello");
      assert.equal(exit, 0);
      const { sessionTarget, payload } = job() ?? {};
      assert.deepEqual([sessionTarget, payload?.kind, payload?.["text"]], ["main", "systemEvent", "hello"]);
    });

    it("merges a file into the job, null taking away", async () => {
      const stdin = JSON.stringify({ payload: { lightContext: true }, failureAlert: { after: 2 }, sessionKey: null });
      const { exit, stderr } = await run(["edit", "report", "--json-file", "-"], { stdin });
      assert.equal(exit, 0, stderr);
      const merged = job();
      assert.deepEqual(
        [merged?.payload["message"], merged?.payload["lightContext"], merged?.["failureAlert"]],
        ["Report", true, { after: 2 }],
      );
    });

    it("names what a file has that no job has", async () => {
      const { exit, stderr } = await run(["edit", "report", "--json-file", "-"], { stdin: '{"retries":3}' });
      assert.equal(exit, 65);
      assert.match(stderr, /there is no member retries/);
    });

    it("names the revision that was read, where there is one, so that a change in between is refused", async () => {
      await using proxy = await startTcpProxy({ targetPort: gateway.port });
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      const revision = job()?.configRevision;
      assert.equal((await run(["edit", "report", "--name", "other"], { env })).exit, 0);
      const sent = proxy.seen.find(({ frame }) => frame.method === "cron.update")?.frame.params;
      assert.equal(sent.expectedConfigRevision, revision);
      assert.equal(revision === undefined, protocol === 3);
      assert.deepEqual(sent.patch, { name: "other" });
    });

    it("finds out that the change is there when the answer is lost", async () => {
      const { exit, stderr } = await behindLoss(
        gateway,
        (url) => run(["edit", "report", "--name", "renamed"], { env: { CLAW_URL: url } }),
      );
      assert.equal(exit, 0, stderr);
      assert.match(stderr, /^claw: warning: cron\.update was sent, but .*; the gateway shows that it is done\n$/);
      assert.equal(job()?.name, "renamed");
    });

    const editing = (script: string) => ({ env: { EDITOR: `sh -c 'echo "$1" > ${home.path}/path; ${script}' sh` } });
    /** Whether the file that the last editor had is there. */
    const isKept = () => existsSync(readFileSync(`${home.path}/path`, "utf8").trim());

    it("opens the job in an editor, sends what changed, and leaves no file", async () => {
      const { exit, stdout, stderr } = await run(["edit", "report"], editing("sed -i s/Report/Evening/ $1"));
      assert.equal(exit, 0, stderr);
      assert.match(
        stdout,
        /^changed 'report'.*\n {2}- payload\.message: "Report"\n {2}\+ payload\.message: "Evening"\n$/,
      );
      assert.equal(job()?.payload["message"], "Evening");
      assert.equal(isKept(), false);
    });

    it("sends nothing when the editor changed nothing", async () => {
      const { exit, stdout } = await run(["edit", "report"], editing("true"));
      assert.equal(exit, 0);
      assert.match(stdout, /^nothing was changed: 'report' \(.*\) stays as it is\n$/);
    });

    it("keeps what was written when the editor fails, and nothing when nothing was", async () => {
      const { exit, stderr } = await run(["edit", "report"], editing("exit 3"));
      assert.equal(exit, 65);
      assert.equal(stderr, "claw: error: the editor ended with 3: nothing was changed\n");
      assert.equal(isKept(), false);
      const written = await run(["edit", "report"], editing("echo mine > $1; exit 3"));
      const path = /^claw: hint: what you wrote is kept in (\S+)$/m.exec(written.stderr)?.[1] ?? "";
      assert.equal(readFileSync(path, "utf8"), "mine\n");
      rmSync(path);
      assert.equal(job()?.payload["message"], "Report");
    });

    it("names the line of a mistake, and keeps what was written", async () => {
      const { exit, stderr } = await run(["edit", "report"], editing("sed -i s/expr:/exqr:/ $1"));
      assert.equal(exit, 65);
      const path = /is kept in (\S+)/.exec(stderr)?.[1] ?? "";
      assert.match(stderr, /\.yaml:\d+: job 'report': there is no member schedule\.exqr/);
      assert.match(readFileSync(path, "utf8"), /exqr/);
      rmSync(path);
    });

    it("sends nothing when somebody else changed the job meanwhile", async () => {
      const ready = `${home.path}/ready`;
      const script = `echo > ${ready}; until [ -e ${ready}.go ]; do sleep 0.02; done; sed -i s/Report/Mine/ $1`;
      const mine = run(["edit", "report"], editing(script));
      await eventually(() => existsSync(ready) || undefined, "the editor is open");
      await claw("edit", "report", "--message", "Theirs");
      writeFileSync(`${ready}.go`, "");
      const { exit, stderr } = await mine;
      rmSync(ready);
      rmSync(`${ready}.go`);
      assert.equal(exit, 65);
      assert.match(
        stderr,
        /^claw: error: 'report' \(.*\) was changed by somebody else meanwhile\nclaw: hint: edit it again; what you wrote is kept in (\S+)\n$/,
      );
      assert.equal(job()?.payload["message"], "Theirs");
      rmSync(/is kept in (\S+)/.exec(stderr)?.[1] ?? "");
    });
  });
}

/** Runs something through a proxy that loses the first answer to a change. */
async function behindLoss<T>(gateway: SocketGateway, use: (url: string) => Promise<T>): Promise<T> {
  const changes = new Set<string>();
  let isLost = false;
  await using proxy = await startTcpProxy({
    targetPort: gateway.port,
    decide({ from, frame }) {
      if (from === "client" && frame.method === "cron.update") changes.add(frame.id);
      if (isLost || from !== "gateway" || frame.type !== "res" || !changes.has(frame.id)) return "pass";
      isLost = true;
      return "cut";
    },
  });
  return await use(`ws://127.0.0.1:${proxy.port}`);
}
