import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { jobInFile as job, openFileStage as setUp } from "../../support/jobs_files.ts";
import { createTestHome } from "../../support/world.ts";

const id = "[0-9a-f-]{36}";

for (const protocol of [3, 4] as const) {
  describe(`claw cron apply, protocol ${protocol}`, () => {
    it("says what it did with each job, and how many there were of each kind", async () => {
      await using test = await setUp({ protocol });
      const first = await test.run("apply", job("a") + job("b") + job("c"));
      assert.equal(first.stderr, "");
      assert.equal(
        first.stdout,
        "created    a\ncreated    b\ncreated    c\n3 created, 0 changed, 0 unchanged, 0 removed\n",
      );
      assert.equal(first.exit, 0);
      const second = await test.run("apply", job("a") + job("b", "y") + job("d"), ["--prune", "--yes"]);
      assert.match(
        second.stdout,
        new RegExp(
          `^changed    b\n {11}- payload\\.text: "x"\n {11}\\+ payload\\.text: "y"\ncreated    d\nremoved    c \\(${id}\\)\n` +
            "1 created, 1 changed, 1 unchanged, 1 removed\n$",
        ),
      );
      const third = await test.run("apply", job("a") + job("b", "y") + job("d"), ["--prune"]);
      assert.deepEqual([third.exit, third.stdout], [0, "0 created, 0 changed, 3 unchanged, 0 removed\n"]);
      assert.deepEqual(test.names(), ["a", "b", "d"]);
    });

    it("shows the plan and changes nothing with --dry-run", async () => {
      await using test = await setUp({ protocol });
      await test.run("apply", job("a") + job("b"));
      const { exit, stdout } = await test.run("apply", job("a", "y") + job("c"), ["--prune", "--dry-run"]);
      assert.equal(exit, 0);
      assert.match(
        stdout,
        /^change {5}a\n.*\n.*\ncreate {5}c\nremove {5}b \(\S+\)\n1 to create, 1 to change, 0 unchanged, 1 to remove\n$/,
      );
      assert.deepEqual(test.names(), ["a", "b"]);
    });

    it("tells which job failed and why, does the others, and finishes when it is run again", async () => {
      await using test = await setUp({ protocol });
      const hook = (url: string) => `  delivery: {mode: webhook, to: "${url}"}\n`;
      const { exit, stdout, stderr } = await test.run("apply", job("a") + job("b", "x", hook("ftp://x/")) + job("c"));
      assert.equal(exit, 65);
      assert.match(
        stdout,
        /^created {4}a\nfailed {5}b: cron\.add: .*\ncreated {4}c\n2 created, .* 0 removed, 1 failed\n$/,
      );
      assert.match(stderr, /^claw: error: 1 of 3 jobs failed: 'b': cron\.add: .*valid http\(s\) URL\n/);
      const again = await test.run("apply", job("a") + job("b", "x", hook("https://x.example/")) + job("c"), [
        "--json",
      ]);
      const { data } = JSON.parse(again.stdout);
      assert.deepEqual(data.summary, {
        created: 1,
        changed: 0,
        unchanged: 2,
        removed: 0,
        failed: 0,
        uncertain: 0,
        untried: 0,
      });
      assert.deepEqual(data.jobs.map(({ name, status }: Record<string, string>) => `${name} ${status}`), [
        "a unchanged",
        "b created",
        "c unchanged",
      ]);
    });

    it("leaves two jobs of one name alone, and does the others", async () => {
      await using test = await setUp({ protocol });
      await test.claw("add", "--name", "twin", "--every", "1h", "--system-event", "1");
      await test.claw("add", "--name", "twin", "--every", "1h", "--system-event", "2");
      const { exit, stdout, stderr } = await test.run("apply", job("twin") + job("a"), ["--prune", "--yes", "--json"]);
      assert.equal(exit, 65);
      const { error, data } = JSON.parse(stdout);
      assert.match(error.message, /^1 of 2 jobs failed: 'twin': 2 jobs on the gateway are called 'twin': \S+, \S+$/);
      assert.deepEqual(data.jobs.map(({ status }: { status: string }) => status), ["failed", "created"]);
      assert.equal(stderr, "");
      assert.deepEqual(test.names(), ["a", "twin", "twin"]);
    });

    it("asks before it removes, and changes nothing at all without a yes", async () => {
      await using test = await setUp({ protocol });
      await test.run("apply", job("a") + job("b"));
      const no = await test.run("apply", job("c"), ["--prune"], { isTty: true, stdin: "n\n" });
      assert.equal(no.exit, 1);
      assert.match(no.stderr, /^claw: remove 2 jobs \('a', 'b'\)\? \[y\/N\] /);
      assert.equal(no.stdout, "nothing was changed\n");
      assert.deepEqual(test.names(), ["a", "b"]);
      const nobody = await test.run("apply", job("c"), ["--prune"]);
      assert.equal(nobody.exit, 64);
      assert.match(nobody.stderr, /remove 2 jobs \('a', 'b'\): nobody can be asked here\nclaw: hint: .*--yes\n$/);
      const yes = await test.run("apply", job("c"), ["--prune"], { isTty: true, stdin: "y\n" });
      assert.equal(yes.exit, 0);
      assert.deepEqual(test.names(), ["c"]);
    });

    it("takes an empty file with --prune for a mistake, unless told --yes", async () => {
      await using test = await setUp({ protocol });
      await test.run("apply", job("a"));
      const { exit, stderr } = await test.run("apply", "jobs: []", ["--prune"], { isTty: true, stdin: "y\n" });
      assert.equal(exit, 64);
      assert.match(stderr, /the file names no job, and --prune would remove all of yours\n.*--yes/);
      assert.equal((await test.run("apply", "", ["--prune", "--yes"])).exit, 65);
      assert.deepEqual(test.names(), ["a"]);
      assert.equal((await test.run("apply", "jobs: []", ["--prune", "--yes"])).exit, 0);
      assert.deepEqual(test.names(), []);
    });

    it("takes what the other verb exported, on standard input, and changes nothing", async () => {
      await using test = await setUp({ protocol });
      await test.run("apply", job("a") + job("on"));
      for (const format of ["yaml", "json"]) {
        const { stdout: stdin } = await test.claw("export", "--format", format);
        const { exit, stdout } = await test.home.claw(["cron", "apply", "-f", "-", "--prune"], { stdin });
        assert.deepEqual([exit, stdout], [0, "0 created, 0 changed, 2 unchanged, 0 removed\n"]);
      }
      const { data } = JSON.parse((await test.claw("export", "--json")).stdout);
      const { stdout } = await test.home.claw(["cron", "apply", "-f", "-"], { stdin: JSON.stringify(data) });
      assert.equal(stdout, "0 created, 0 changed, 2 unchanged, 0 removed\n");
    });

    it("prunes nothing that an export leaves out, and says why it stays", async () => {
      await using test = await setUp({ protocol });
      const at = new Date(Date.now() - 30_000).toISOString();
      const past = job("past", "x", "  deleteAfterRun: false\n  enabled: false\n")
        .replace(/schedule: .*/, `schedule: {kind: at, at: ${at}}`);
      await test.run("apply", past + job("a"));
      const { stdout: exported } = await test.claw("export");
      const { exit, stdout } = await test.run("apply", exported, ["--prune", "--yes"]);
      assert.equal(exit, 0);
      assert.match(
        stdout,
        new RegExp(`^left {7}past \\(${id}\\): it is over\n0 created, 0 changed, 1 unchanged, 0 removed\n$`),
      );
      assert.deepEqual(test.names(), ["a", "past"]);
    });

    it("says once what a gateway does with a key, and with an expression without a zone", async () => {
      await using test = await setUp({ protocol });
      const zoneless = job("a", "x", "  declarationKey: ops:a\n").replace(", tz: UTC", "");
      const { stderr, exit } = await test.run("apply", zoneless + job("b", "x", "  declarationKey: ops:b\n"));
      assert.equal(exit, 0);
      const zone =
        "claw: warning: no tz in the schedule of 'a': the gateway's own zone counts; name one, like tz: Europe/Berlin\n";
      const key =
        "claw: warning: gateway 2026.3.13 knows no declarationKey: there the name decides which job is meant\n";
      assert.equal(stderr, protocol === 3 ? zone + key : zone);
      const added = test.gateway.memory.cron.records.jobs.find(({ name }) => name === "a");
      assert.equal(added?.schedule["tz"], undefined);
      assert.equal(added?.declarationKey, protocol === 3 ? undefined : "ops:a");
    });
  });
}

describe("claw cron apply", () => {
  it("refuses a broken file before it dials, with the line", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9" });
    writeFileSync(`${home.path}/jobs.yaml`, job("a") + job("b").replace("0 9 * * *", "61 9 * * *"));
    const { exit, stderr } = await home.claw(["cron", "apply", "-f", `${home.path}/jobs.yaml`]);
    assert.equal(exit, 65);
    assert.match(
      stderr,
      /^claw: error: \S+\/jobs\.yaml:5: job 'b': schedule\.expr: '61 9 \* \* \*' is not a cron expr/,
    );
    const stdin = await home.claw(["cron", "apply", "-f", "-"], { stdin: "- nmae: x" });
    assert.match(
      stdin.stderr,
      /^claw: error: standard input:1: job 1: .*; standard input:1: job 1: there is no member/,
    );
    const none = await home.claw(["cron", "apply"]);
    assert.deepEqual([none.exit, none.stderr.split("\n")[0]], [
      64,
      "claw: error: no file: say which jobs with -f FILE, or -f - for standard input",
    ]);
  });

  it("keeps an explicit --timeout, and says what was not tried", async () => {
    await using test = await setUp({ protocol: 4 });
    const jobs = Array.from({ length: 32 }, (_, at) => job(`job ${at}`));
    assert.equal((await test.run("apply", jobs.slice(0, 30).join(""))).exit, 0);
    const { exit, stdout, stderr } = await test.run("apply", jobs.join(""), ["--timeout", "2s"]);
    assert.equal(exit, 69);
    assert.equal(
      stdout,
      "not tried  job 30\nnot tried  job 31\n0 created, 0 changed, 30 unchanged, 0 removed, 2 not tried\n",
    );
    assert.equal(
      stderr.replace(/waiting \d+ s/, "waiting 60 s"),
      "claw: waiting 60 s: the gateway takes 30 cron writes a minute\n" +
        "claw: error: the time is over: 2 of 32 not tried\nclaw: hint: apply the file again: what is done stays done\n",
    );
  });
});

describe("claw help cron apply", () => {
  it("says all that is needed to use it", async () => {
    using home = createTestHome();
    assert.equal((await home.claw(["help", "cron", "apply"])).stdout, helpPage);
  });
});

const helpPage = `Usage: claw cron apply [options]

make the gateway's jobs what a file says

Options:
  -f, --file <path>  YAML or JSON with jobs (- reads stdin)
  --prune            remove jobs that the file does not name
  --yes              do not ask before removing
  --dry-run          show the plan, and change nothing
  -h, --help         display help for command

Examples:
  claw cron apply -f jobs.yaml --dry-run
      what would change
  claw cron apply -f jobs.yaml
      create and change; what is so already is left alone
  claw cron apply -f jobs.yaml --prune --yes
      and remove your other jobs, without asking

The file is YAML or JSON: one job, a list of jobs, or {version: 1, jobs: [...]}, as \`claw cron export\` prints it. A
job is found by its declarationKey on gateways of protocol 4, else by its exact name; jobs built into the gateway are
never touched.

A file must mean the same everywhere: an expression without tz is sent without one, so that the gateway's own zone
counts (claw warns), and an instant needs an offset. A member that is left out goes back to what the gateway fills in;
only \`enabled\` then stays as it is.

--prune leaves alone what may be somebody else's: jobs that an agent made, and jobs declared under keys that begin
otherwise than those of the file; and what \`claw cron export\` leaves out, such as one-shot jobs that are over.

Each job goes by itself: a failure leaves the others alone, and applying the file again finishes the work. The exit
number is the highest of all failures; 79 when it is not known what became of a job.

2026.9.6 takes 30 cron writes of a kind a minute: claw waits and goes on. That time does not count, nor does work that
goes well, unless --timeout is given: that is then the limit for all of it.

With --json, data has jobs: [{name, action, status, id, error}], kept: [{name, id, why}], and the summary's numbers.

Flags of every command: \`claw help\`
`;
