import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type GatewayChoices, openSocketGateway } from "../../support/dev_gateway.ts";
import { type Passing, startTcpProxy, type TcpProxy } from "../../support/tcp_proxy.ts";
import { createTestHome, type TestHome, type WorldChoices } from "../../support/world.ts";

/** A dev gateway on a socket, and a home with files of jobs. */
async function setUp(choices: GatewayChoices = {}) {
  const { gateway, url, port, secret, ...listening } = await openSocketGateway({ heartbeat: "none", ...choices });
  const home: TestHome = createTestHome({ CLAW_URL: url, CLAW_TOKEN: secret });
  return {
    gateway,
    port,
    home,
    /** Writes a file and runs a verb on it. */
    run(verb: string, text: string, args: readonly string[] = [], choices: WorldChoices = {}) {
      const path = `${home.path}/jobs.yaml`;
      writeFileSync(path, text);
      return home.claw(["cron", verb, "-f", path, ...args], choices);
    },
    claw: (...args: string[]) => home.claw(["cron", ...args]),
    names: () =>
      gateway.memory.cron.records.jobs.filter(({ payload }) => payload.kind !== "heartbeat").map(({ name }) => name)
        .sort(),
    async [Symbol.asyncDispose]() {
      await listening[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

const job = (name: string, text = "x", more = "") =>
  `- name: ${name}\n  schedule: {kind: cron, expr: 0 9 * * *, tz: UTC}\n` +
  `  payload: {kind: systemEvent, text: ${text}}\n${more}`;
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

    it("says once what a gateway does with a key, and with an expression without a zone", async () => {
      await using test = await setUp({ protocol });
      const zoneless = job("a", "x", "  declarationKey: ops:a\n").replace(", tz: UTC", "");
      const { stderr, exit } = await test.run("apply", zoneless + job("b", "x", "  declarationKey: ops:b\n"));
      assert.equal(exit, 0);
      const zone = "claw: warning: no tz in the schedule of 'a': the gateway's own zone counts\n";
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
    const file = Array.from({ length: 32 }, (_, at) => job(`job ${at}`)).join("");
    const { exit, stdout, stderr } = await test.run("apply", file, ["--timeout", "2s"]);
    assert.equal(exit, 69);
    assert.match(stdout, /created {4}job 29\nnot tried {2}job 30\nnot tried {2}job 31\n30 created, .*, 2 not tried\n$/);
    assert.equal(
      stderr.replace(/waiting \d+ s/, "waiting 60 s"),
      "claw: waiting 60 s: the gateway takes 30 cron writes a minute\n" +
        "claw: error: the time is over: 2 of 32 not tried\nclaw: hint: apply the file again: what is done stays done\n",
    );
  });
});

/** Between claw and the gateway: cuts once, at the request for a method or at the answer to it. */
async function cutter(targetPort: number, method: string, at: "request" | "answer", isForGood = false) {
  let asked: string | undefined;
  let isCut = false;
  const decide = ({ from, frame }: Passing) => {
    if (isCut) return isForGood ? "cut" : "pass";
    if (from === "client" && frame.method === method && asked === undefined) {
      asked = frame.id;
      isCut = at === "request";
      return isCut ? "cut" : "pass";
    }
    isCut = from === "gateway" && frame.type === "res" && asked !== undefined && frame.id === asked;
    return isCut ? "cut" : "pass";
  };
  const proxy: TcpProxy = await startTcpProxy({ targetPort, decide });
  return { proxy, env: { CLAW_URL: `ws://127.0.0.1:${proxy.port}` } };
}

for (const protocol of [3, 4] as const) {
  describe(`claw cron apply over a line that breaks, protocol ${protocol}`, () => {
    const writes = [
      { method: "cron.add", before: "", after: job("a") + job("b"), fate: "created" },
      { method: "cron.update", before: job("a") + job("b"), after: job("a", "y") + job("b", "y"), fate: "changed" },
      { method: "cron.remove", before: job("a") + job("b"), after: "jobs: []", fate: "removed" },
    ];
    for (const { method, before, after, fate } of writes) {
      const count = (stdout: string) => Number(new RegExp(`(\\d+) ${fate}`).exec(stdout)?.[1]);

      it(`looks up what became of ${method} when its answer is lost, and goes on`, async () => {
        await using test = await setUp({ protocol });
        if (before !== "") await test.run("apply", before);
        const { proxy, env } = await cutter(test.port, method, "answer");
        await using _proxy = proxy;
        const { exit, stdout, stderr } = await test.run("apply", after, ["--prune", "--yes"], { env });
        assert.equal(stderr, "");
        assert.equal(exit, 0);
        assert.equal(count(stdout), 2);
        const { stdout: rest } = await test.run("diff", after, ["--prune"]);
        assert.match(rest, /^0 to create, 0 to change, \d unchanged, 0 to remove\n$/);
      });

      it(`says for certain that ${method} did not happen, and does the others`, async () => {
        await using test = await setUp({ protocol });
        if (before !== "") await test.run("apply", before);
        const { proxy, env } = await cutter(test.port, method, "request");
        await using _proxy = proxy;
        const { exit, stdout, stderr } = await test.run("apply", after, ["--prune", "--yes"], { env });
        assert.equal(exit, 69);
        assert.equal(count(stdout), 1);
        const error =
          `claw: error: 1 of 2 jobs failed: 'a': ${method}: the connection broke, and the gateway shows that`;
        assert.ok(stderr.startsWith(error), stderr);
        assert.equal((await test.run("apply", after, ["--prune", "--yes"])).exit, 0);
      });

      it(`leaves ${method} uncertain when nobody can look, and tries nothing more`, async () => {
        await using test = await setUp({ protocol });
        if (before !== "") await test.run("apply", before);
        const { proxy, env } = await cutter(test.port, method, "answer", true);
        await using _proxy = proxy;
        const { exit, stdout } = await test.run("apply", after, ["--prune", "--yes", "--json"], { env });
        assert.equal(exit, 79);
        const { error, data } = JSON.parse(stdout);
        assert.equal(error.code, "net/unanswered");
        assert.match(error.message, /^what became of 1 is not known, 1 of 2 not tried: 'a': cron\.\w+ was sent, but/);
        assert.deepEqual(data.jobs.map(({ status }: { status: string }) => status), ["uncertain", "untried"]);
      });
    }
  });
}
