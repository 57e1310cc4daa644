import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { eventually } from "../../support/eventually.ts";
import { itWhen } from "../../support/it_when.ts";
import { freePort } from "../../support/sockets.ts";
import { startWatching } from "../../support/watch_stage.ts";
import { createTestHome, type WorldChoices } from "../../support/world.ts";

const noShell = process.platform === "win32" ? "Windows has no sh" : undefined;

async function openStage(protocol: 3 | 4 = 4) {
  const gateway = await openSocketGateway({ protocol, port: await freePort() });
  const home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
  const watch = (args: readonly string[], choices?: WorldChoices) => startWatching(home, ["watch", ...args], choices);
  const wake = async (text = "hello") => assert.equal((await home.claw(["event", text, "--now"])).exit, 0);
  return {
    gateway,
    home,
    watch,
    wake,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

for (const protocol of [3, 4] as const) {
  describe(`claw watch, protocol ${protocol}`, () => {
    it("tells each event as a line, and who it is connected to, until it is stopped", async () => {
      await using stage = await openStage(protocol);
      const watching = stage.watch([]);
      await watching.tells(/^claw: connected to gateway 2026\.\S+ at ws:\S+ \(protocol \d\)\n/);
      await stage.wake();
      await watching.says(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}heartbeat {2}ok-empty\n/m);
      const { exit, stderr } = await watching.stop("SIGINT");
      assert.equal(exit, 130);
      assert.equal(stderr.split("\n").length, 3, stderr);
      assert.doesNotMatch(stderr, /lists no event/);
    });

    it("tells each as one JSON document, of those that are wanted", async () => {
      await using stage = await openStage(protocol);
      const watching = stage.watch(["--json", "--events", "cron", "heart*"]);
      await watching.tells("connected");
      await stage.wake();
      await watching.says("heartbeat");
      assert.equal((await watching.stop()).exit, 143);
      const [event] = watching.data();
      assert.deepEqual([event.event, event.payload.status], ["heartbeat", "ok-empty"]);
      assert.equal(typeof event.at, "number");
    });

    it("sees events that take another scope when they are named", async () => {
      await using stage = await openStage(protocol);
      const watching = stage.watch(["--events", "device.*", "--until", "device.pair.resolved", "--json"]);
      await watching.tells("connected");
      const other = createTestHome({ CLAW_URL: stage.gateway.url, CLAW_TOKEN: stage.gateway.secret });
      assert.equal((await other.claw(["event", "x"])).exit, 0);
      other[Symbol.dispose]();
      assert.equal((await watching.ended).exit, 0);
      assert.equal(watching.data().at(-1)?.payload.decision, "approved");
    });
  });
}

describe("claw watch --until", () => {
  it("ends with an event, which is the last that it tells", async () => {
    await using stage = await openStage();
    const watching = stage.watch(["--until", "heartbeat", "--events", "cron", "--json"]);
    await watching.tells("connected");
    await stage.wake();
    assert.equal((await watching.ended).exit, 0);
    assert.deepEqual(watching.data().map(({ event }) => event), ["heartbeat"]);
  });

  it("ends after a time, and says nothing on standard output with --quiet", async () => {
    await using stage = await openStage();
    const { exit, stdout, stderr } = await stage.watch(["--until", "300ms", "--quiet", "--since-connect"]).ended;
    assert.deepEqual([exit, stdout, stderr], [0, "", ""]);
  });

  it("is 69 with one error when there never was a connection, also for the time of --timeout", async () => {
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${await freePort()}`, CLAW_TOKEN: "x".repeat(20) });
    for (const limit of ["--until", "--timeout"]) {
      const { exit, stdout, stderr } = await startWatching(home, ["watch", limit, "400ms"]).ended;
      assert.deepEqual([exit, stdout], [69, ""]);
      assert.equal(stderr.match(/^claw: error: nothing listens on /gm)?.length, 1, stderr);
      assert.equal(stderr.match(/^claw: hint: /gm)?.length, 1, stderr);
      assert.match(stderr, /^claw: there is no connection, trying again: nothing listens/);
    }
  });

  it("tells what the gateway said of itself when its time was over before the first attempt was", async () => {
    for (
      const [fault, exit] of [["http=503", 69], ["close-before-challenge=1012", 69], ["starting=100", 75]] as const
    ) {
      await using gateway = await openSocketGateway({ faults: [fault] });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const ended = await startWatching(home, ["watch", "--until", "900ms", "--verbose"]).ended;
      assert.equal(ended.exit, exit, ended.stderr);
      assert.match(ended.stderr, /^claw: error: .*(HTTP 503|close 1012|gateway starting).*\nclaw: hint: .*\n$/m);
      // No attempts within the attempts, whatever the gateway asks for.
      assert.match(ended.stderr, /^claw: note: trying again in /m);
      assert.doesNotMatch(ended.stderr, /(503|1012|starting).*: trying again in |--retry/);
    }
  });

  it("warns of a gateway that granted nothing, from which nothing will come", async () => {
    await using gateway = await openSocketGateway({ faults: ["scopes-emptied"] });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const { stderr } = await startWatching(home, ["watch", "--until", "300ms"]).ended;
    assert.match(stderr, /^claw: warning: the gateway did not grant operator\.read, so that events are left out/m);
  });

  it("says how long it waits when the gateway asks for a long time", async () => {
    await using gateway = await openSocketGateway({ faults: ["starting=300000"] });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const { stderr } = await startWatching(home, ["watch", "--until", "300ms"]).ended;
    assert.match(
      stderr,
      /^claw: there is no connection, trying again: .*\nclaw: trying again in 5 m\S*.*, as the gateway asks\n/,
    );
  });

  it("is refused when it is neither", async () => {
    using home = createTestHome();
    for (const [args, exit] of [[["--until", "5"], 65], [["--until", "(x)"], 64], [["--events", "a b"], 64]] as const) {
      assert.equal((await home.claw(["watch", ...args])).exit, exit, args.join(" "));
    }
  });
});

describe("claw watch, over a longer time", () => {
  it("connects again to a gateway that comes back, and tells where events may be missing", async () => {
    await using stage = await openStage();
    const watching = stage.watch(["--since-connect", "--json"]);
    await watching.says("claw.connected");
    await stage.gateway[Symbol.asyncDispose]();
    await watching.says("claw.disconnected");
    await using _again = await openSocketGateway({ protocol: 4, port: stage.gateway.port });
    await eventually(() => watching.data().filter(({ event }) => event === "claw.connected")[1], "the second", 20_000);
    await stage.wake();
    await watching.says('"heartbeat"');
    await watching.stop();
    assert.match(watching.stderr(), /^claw: the connection is lost, trying again: .*1012: service restart/m);
    const lost = watching.data().find(({ event }) => event === "claw.disconnected");
    assert.deepEqual([lost.payload.code, lost.payload.details.closeCode], ["net/closed", 1012]);
  });

  it("tells of connections when they are named, and can end with the loss of one", async () => {
    await using stage = await openStage();
    const watching = stage.watch(["--until", "claw.disconnected", "--events", "cron", "--json"]);
    await watching.tells("connected");
    await stage.gateway[Symbol.asyncDispose]();
    assert.equal((await watching.ended).exit, 0);
    assert.deepEqual(watching.data().map(({ event }) => event), ["claw.disconnected"]);
  });

  it("stops at once when the gateway wants another credential", async () => {
    await using stage = await openStage();
    const { exit, stderr } = await stage.watch(["--json"], { env: { CLAW_TOKEN: "not-the-right-one" } }).ended;
    assert.equal(exit, 77);
    assert.equal(stderr, "");
  });

  it("warns of a name that the gateway does not list", async () => {
    await using stage = await openStage();
    const watching = stage.watch(["--events", "corn,cron"]);
    await watching.tells("claw: warning: gateway 2026.9.6 lists no event 'corn': is it spelt so?\n");
    await watching.stop();
    assert.doesNotMatch(watching.stderr(), /'cron'/);
  });
});

describe("claw watch --exec", () => {
  itWhen(
    noShell,
    "runs a program for each event, with all that follows and the event on its standard input",
    async () => {
      await using stage = await openStage();
      const out = join(stage.home.path, "out");
      const hook = ["--exec", "sh", "-c", 'cat >> "$1"; echo "$2" >> "$1"', "--", out, "--json"];
      const watching = stage.watch(["--events", "heartbeat", "--until", "heartbeat", ...hook]);
      await watching.tells("connected");
      await stage.wake();
      assert.equal((await watching.ended).exit, 0);
      const [line = "", last] = readFileSync(out, "utf8").split("\n");
      assert.deepEqual([JSON.parse(line).event, last], ["heartbeat", "--json"]);
      assert.match(watching.stdout(), / {2}heartbeat {2}/);
    },
  );

  it("ends with 64 when there is no such program, though the last event has come", async () => {
    await using stage = await openStage();
    const watching = stage.watch(["--until", "heartbeat", "--exec", "/no/such/program"]);
    await watching.tells("connected");
    await stage.wake();
    const { exit, stderr } = await watching.ended;
    assert.equal(exit, 64);
    assert.match(stderr, /claw: error: the program of --exec cannot be started: ENOENT\nclaw: hint: /);
  });

  itWhen(noShell, "ends programs that run when it is stopped, and tells of those that fail", async () => {
    await using stage = await openStage();
    const begun = join(stage.home.path, "begun");
    const line = `if [ -e "$1" ]; then exit 5; fi; touch "$1"; sleep 60`;
    const watching = stage.watch(["--events", "heartbeat", "--exec", "sh", "-c", line, "sh", begun]);
    await watching.tells("connected");
    await stage.wake();
    await eventually(() => existsSync(begun) || undefined, "the program");
    await stage.wake();
    await watching.tells("claw: warning: the program of --exec ended with 5\n");
    const startedAt = performance.now();
    assert.equal((await watching.stop()).exit, 143);
    assert.ok(performance.now() - startedAt < 5_000);
  });

  it("takes a program's name", async () => {
    using home = createTestHome();
    assert.equal((await home.claw(["watch", "--exec"])).exit, 64);
  });
});
