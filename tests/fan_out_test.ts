import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { ClawError } from "../src/errors.ts";
import { realClock } from "../src/platform/clock.ts";
import { openContextsStage } from "./support/contexts_stage.ts";
import { openSocketGateway } from "./support/dev_gateway.ts";
import { startListener } from "./support/sockets.ts";
import { createTestHome } from "./support/world.ts";

describe("fanOut() with claw event", () => {
  for (const protocol of [3, 4] as const) {
    it(`delivers to each gateway, with the credential of its own, protocol ${protocol}`, async () => {
      await using stage = await openContextsStage({ protocol });
      const { exit, stdout, stderr } = await stage.claw(["event", "hello", "--now", "--all-contexts"]);
      assert.equal(stderr, "");
      assert.equal(exit, 0);
      assert.match(stdout, /^home: delivered to gateway \S+ at \S+, to run now\nlab: delivered .*, to run now\n$/);
      assert.deepEqual([stage.texts(stage.home), stage.texts(stage.lab)], [["hello"], ["hello"]]);
    });
  }

  it("says which failed, with the next command, and raises no hope that the line may be repeated", async () => {
    await using stage = await openContextsStage();
    await stage.addBroken();
    const { exit, stdout, stderr } = await stage.claw(["event", "x", "--context", "gone,home,lab"]);
    assert.match(stdout, /^gone: failed: nothing listens on .*\nhome: delivered .*\nlab: delivered .*\n$/);
    assert.match(stderr, /^claw: error: 1 of 3 gateways failed: gone\nclaw: hint: gone: is the gateway running /);
    assert.match(stderr, /; then repeat it for no other than --context gone\n$/);
    // Not 69, which stands for: nothing was sent, try again.
    assert.equal(exit, 79);
    assert.deepEqual(stage.texts(stage.home), ["x"]);
  });

  it("ends with the highest number of those that failed", async () => {
    await using stage = await openContextsStage();
    await stage.addBroken();
    const mixed = await stage.claw(["event", "x", "--context", "home,gone,wrong"]);
    assert.equal(mixed.exit, 77);
    assert.match(mixed.stderr, /^claw: error: 2 of 3 gateways failed: gone, wrong\n/);
    // Nobody has it: the number may say that trying again is safe.
    assert.equal((await stage.claw(["event", "x", "--context", "gone"])).exit, 69);
    stage.context("away", { url: "ws://127.0.0.1:9" });
    assert.equal((await stage.claw(["event", "x", "--context", "gone,away"])).exit, 69);
  });

  it("adds the context to the command that a hint names", async () => {
    await using stage = await openContextsStage();
    await stage.addBroken();
    const { stderr } = await stage.claw(["event", "x", "--context", "home,wrong"]);
    assert.match(stderr, /\nclaw: hint: wrong: .*`claw status --context wrong`/);
  });

  it("is one document with --json, each result with its own number", async () => {
    await using stage = await openContextsStage();
    await stage.addBroken();
    const well = await stage.claw(["event", "x", "--all-contexts", "--json", "--context", "home"]);
    assert.equal(well.exit, 64);
    const { exit, stdout } = await stage.claw(["event", "x", "--context", "home,wrong", "--json"]);
    const { ok, error, data } = JSON.parse(stdout);
    assert.deepEqual([exit, ok, error.code, error.message], [
      77,
      false,
      "auth/rejected",
      "1 of 2 gateways failed: wrong",
    ]);
    const [home, wrong] = data.contexts;
    assert.deepEqual([home.context, home.ok, home.exit, home.data.status], ["home", true, 0, "delivered"]);
    assert.deepEqual([wrong.context, wrong.ok, wrong.exit, wrong.error.code], ["wrong", false, 77, "auth/rejected"]);
    const all = JSON.parse((await stage.claw(["event", "x", "--context", "home,lab", "--json"])).stdout);
    assert.deepEqual([all.ok, all.data.contexts.length], [true, 2]);
  });

  it("is quiet about what went well, and about nothing else", async () => {
    await using stage = await openContextsStage();
    const well = await stage.claw(["event", "x", "--all-contexts", "--quiet"]);
    assert.deepEqual(well, { exit: 0, stdout: "", stderr: "" });
    await stage.addBroken();
    const { stdout } = await stage.claw(["event", "x", "--all-contexts", "--quiet"]);
    assert.match(stdout, /^gone: failed: .*\nwrong: failed: .*\n$/);
  });

  it("reads standard input once, for all", async () => {
    await using stage = await openContextsStage();
    const { exit } = await stage.claw(["event", "-", "--all-contexts"], { stdin: "from a pipe\n" });
    assert.equal(exit, 0);
    assert.deepEqual([stage.texts(stage.home), stage.texts(stage.lab)], [["from a pipe"], ["from a pipe"]]);
  });

  it("reads a pipe that has a name once, for all", async () => {
    await using stage = await openContextsStage();
    const pipe = `${stage.path}/pipe`;
    execFileSync("mkfifo", [pipe]);
    const writing = writeFile(pipe, "by a name");
    const { exit } = await stage.claw(["event", "--file", pipe, "--all-contexts"]);
    await writing;
    assert.equal(exit, 0);
    assert.deepEqual([stage.texts(stage.home), stage.texts(stage.lab)], [["by a name"], ["by a name"]]);
  });

  it("sends once to a gateway that two contexts mean, unless they mean two agents of it", async () => {
    await using stage = await openContextsStage();
    stage.context("twin", { url: stage.home.url, token: stage.home.secret });
    const { exit, stdout } = await stage.claw(["event", "x", "--context", "home,twin,home"]);
    assert.equal(exit, 0);
    assert.match(stdout, /^home: delivered .*\ntwin: not sent: it is the same gateway as home\n$/);
    assert.deepEqual(stage.texts(stage.home), ["x"]);
    const json = JSON.parse((await stage.claw(["event", "x", "--context", "home,twin", "--json"])).stdout);
    assert.deepEqual(json.data.contexts[1], { context: "twin", ok: true, exit: 0, sameGatewayAs: "home" });
    stage.context("twin", { url: stage.home.url, token: stage.home.secret, agent: "ops" });
    await stage.claw(["event", "y", "--context", "home,twin"]);
    assert.deepEqual(stage.texts(stage.home), ["x", "x", "y", "y"]);
    await stage.claw(["event", "z", "--agent", "main", "--context", "home,twin"]);
    assert.deepEqual(stage.texts(stage.home).slice(4), ["z"]);
  });

  it("sends once to a gateway of this machine by whichever of its names", async () => {
    await using stage = await openContextsStage();
    stage.context("again", { url: stage.home.url.replace("127.0.0.1", "localhost"), token: stage.home.secret });
    const { exit, stdout } = await stage.claw(["event", "x", "--context", "home,again"]);
    assert.match(stdout, /\nagain: not sent: it is the same gateway as home\n$/);
    assert.deepEqual([exit, stage.texts(stage.home)], [0, ["x"]]);
  });

  it("does not wait for a slow gateway before it sends to the next", async () => {
    await using stage = await openContextsStage();
    await using silent = await startListener(() => {});
    stage.context("a-slow-one", { url: `ws://127.0.0.1:${silent.port}` });
    const interruption = new AbortController();
    const running = stage.claw(["event", "x", "--all-contexts"], { interrupted: interruption.signal });
    while (stage.texts(stage.home).length + stage.texts(stage.lab).length < 2) await realClock.sleep(5);
    interruption.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }));
    const { exit, stdout, stderr } = await running;
    assert.equal(exit, 130);
    assert.match(stdout, /^a-slow-one: failed: interrupted\n/);
    assert.match(stderr, /^claw: error: [123] of 3 gateways failed: a-slow-one/);
  });

  it("gives each its own time", async () => {
    await using stage = await openContextsStage();
    await using silent = await startListener(() => {});
    stage.context("slow", { url: `ws://127.0.0.1:${silent.port}`, timeout: "200ms" });
    const { exit, stdout } = await stage.claw(["event", "x", "--all-contexts"]);
    assert.equal(exit, 79);
    assert.match(stdout, /^home: delivered .*\nlab: delivered .*\nslow: failed: .*in time.*\n$/);
  });

  it("says a warning with the context that it is about", async () => {
    await using stage = await openContextsStage();
    const { stderr } = await stage.claw(["event", "x", "--all-contexts", "--verbose"], {
      env: { CLAW_TOKEN: "for-another-gateway" },
    });
    assert.match(stderr, /^claw: note: home: CLAW_TOKEN is not used: --context names the gateway\n/);
    assert.match(stderr, /\nclaw: note: lab: /);
  });

  it("does not hide what became of it when nothing can be printed", async () => {
    await using stage = await openContextsStage();
    await stage.addBroken();
    const stdout = {
      isTty: false,
      columns: 80,
      write: () => {
        throw new ClawError("store/io", "cannot write to stdout: ENOSPC");
      },
    };
    const { exit, stderr } = await stage.claw(["event", "x", "--context", "home,gone"], { stdout });
    assert.equal(exit, 79);
    assert.match(stderr, /^claw: error: 1 of 2 gateways failed: gone\n/);
  });
});

describe("fanOut() with verbs that look", () => {
  it("lets them be repeated where one was heard no more", async () => {
    await using stage = await openContextsStage();
    await using lossy = await openSocketGateway({ faults: ["close-after-request=1006"] });
    stage.context("lossy", { url: lossy.url, token: lossy.secret });
    assert.equal((await stage.claw(["cron", "list", "--context", "home,lossy"])).exit, 69);
    assert.equal((await stage.claw(["event", "x", "--context", "home,lossy"])).exit, 79);
  });

  it("shows each gateway's view under its name", async () => {
    await using stage = await openContextsStage();
    const { exit, stdout } = await stage.claw(["device", "list", "--all-contexts"]);
    assert.equal(exit, 0);
    const [home = "", lab = ""] = stdout.split("\n\n");
    assert.match(home, /^home:\nNAME .*\n.* this device .*$/);
    assert.match(lab, /^lab:\nNAME .*\n.* this device .*\n$/);
  });

  it("ends with 1 when one says no, and with what failed before that", async () => {
    await using stage = await openContextsStage();
    await stage.claw(["status", "--all-contexts"]);
    const jobs = `${stage.path}/jobs.yaml`;
    writeFileSync(
      jobs,
      "jobs: [{ name: a, schedule: { kind: every, everyMs: 3600000 }, payload: { kind: systemEvent, text: x } }]",
    );
    const { exit, stdout, stderr } = await stage.claw(["cron", "diff", "-f", jobs, "--all-contexts"]);
    assert.match(stdout, /^home:\n[^]*\n\nlab:\n/);
    assert.deepEqual([exit, stderr], [1, ""]);
    await stage.addBroken();
    assert.equal((await stage.claw(["cron", "diff", "-f", jobs, "--context", "home,gone"])).exit, 69);
  });

  it("shows what was found out of a gateway that failed", async () => {
    await using stage = await openContextsStage();
    await stage.addBroken();
    const { exit, stdout } = await stage.claw(["status", "--context", "gone,home"]);
    assert.equal(exit, 69);
    assert.match(stdout, /^gone: failed: nothing listens .*\ngateway +ws:[^]*\n\nhome:\ngateway +ws:/);
    const { stdout: json } = await stage.claw(["status", "--context", "gone,home", "--json"]);
    assert.ok(Array.isArray(JSON.parse(json).data.contexts[0].data.settings));
  });

  it("takes the list from CLAW_CONTEXT, unless a flag names the gateway", async () => {
    await using stage = await openContextsStage();
    const env = { CLAW_CONTEXT: "lab, home" };
    const both = await stage.claw(["cron", "list"], { env });
    assert.match(both.stdout, /^lab:\nNAME [^]*\n\nhome:\nNAME /);
    const { exit, stdout } = await stage.claw(["cron", "list", "--url", stage.home.url], { env });
    assert.deepEqual([exit, stdout.includes("home:")], [0, false]);
    const away = await stage.claw(["cron", "list", "--ssh", "no such host"], { env });
    assert.match(away.stderr, /^claw: error: --ssh: (?!this belongs to one gateway)/);
    assert.equal((await stage.claw(["whoami"], { env })).exit, 0);
  });
});

describe("fanOut() refuses", () => {
  const refusals: readonly (readonly [args: string, complaint: RegExp])[] = [
    ["cron add --name x --every 1h --system-event y", /--all-contexts: this command goes to one gateway at a time/],
    ["cron runs --watch", /--watch: this goes to one gateway at a time/],
    ["event x --token secret-for-one", /--token: this belongs to one gateway/],
    ["event x --url ws://127.0.0.1:1", /--url: this belongs to one gateway/],
    ["event x --trace trace.log", /--trace: a trace is of one gateway/],
    ["event x --context home", /--all-contexts: this and --context exclude each other/],
  ];
  for (const [line, complaint] of refusals) {
    it(`${line} --all-contexts, in one line and before anything is sent`, async () => {
      await using stage = await openContextsStage();
      const { exit, stdout, stderr } = await stage.claw([...line.split(" "), "--all-contexts"]);
      assert.match(stderr, new RegExp(`^claw: error: ${complaint.source}.*\nclaw: hint: .*\n$`));
      assert.deepEqual([exit, stdout, stage.home.gateway.memory.wakes.length], [64, "", 0]);
      assert.equal(stage.home.log.length, 0);
      assert.ok(!existsSync("trace.log"));
    });
  }

  it("a list with a name that is none, or of no context, before anything is sent", async () => {
    await using stage = await openContextsStage();
    for (const list of ["home,", "home,nope", "home,../x"]) {
      const { exit, stderr } = await stage.claw(["event", "x", "--context", list]);
      assert.equal(exit, 64, list);
      assert.match(stderr, /^claw: error: --context: .*\nclaw: hint: there are: local, home, lab\n$/);
      assert.equal((await stage.claw(["event", "x"], { env: { CLAW_CONTEXT: list } })).exit, 78, list);
    }
    assert.deepEqual(stage.texts(stage.home), []);
  });

  it("--all-contexts where there is none", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const { exit, stderr } = await home.claw(["event", "x", "--all-contexts"]);
    assert.match(stderr, /^claw: error: --all-contexts: there is no context yet\nclaw: hint: /);
    assert.equal(exit, 64);
  });
});
