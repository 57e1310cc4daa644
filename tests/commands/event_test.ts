import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { HeartbeatOutcome } from "../../src/devgateway/options.ts";
import { ClawError } from "../../src/errors.ts";
import { realClock } from "../../src/platform/clock.ts";
import { type GatewayChoices, openSocketGateway, type SocketGateway, testSecret } from "../support/dev_gateway.ts";
import { createTestHome, type TestHome } from "../support/world.ts";

interface Setup {
  readonly gateway: SocketGateway["gateway"];
  readonly port: number;
  readonly home: TestHome;
  claw(...args: string[]): ReturnType<TestHome["claw"]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A dev gateway on a socket, and a home whose environment points to it. */
async function setUp(choices: GatewayChoices = {}): Promise<Setup> {
  const { gateway, port, url, secret, ...listening } = await openSocketGateway(choices);
  const home = createTestHome({ CLAW_URL: url, CLAW_TOKEN: secret });
  return {
    gateway,
    port,
    home,
    claw: (...args) => home.claw(args),
    async [Symbol.asyncDispose]() {
      await listening[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

for (const protocol of [3, 4] as const) {
  describe(`claw event, protocol ${protocol}`, () => {
    let setup: Setup;
    before(async () => (setup = await setUp({ protocol })));
    after(() => setup[Symbol.asyncDispose]());
    const lastWake = () => {
      const { mode, text } = setup.gateway.memory.wakes.at(-1) ?? {};
      return { mode, text };
    };

    it("delivers, and says to whom", async () => {
      const { exit, stdout, stderr } = await setup.claw("event", "hello", "world", "--now");
      assert.equal(stderr, "");
      assert.equal(exit, 0);
      assert.match(stdout, /^delivered to gateway \S+ at ws:\/\/127\.0\.0\.1:\d+\/, to run now\n$/);
      assert.deepEqual(lastWake(), { mode: "now", text: "hello world" });
    });

    it("waits for the next heartbeat unless told otherwise, as the official CLI does", async () => {
      await setup.claw("event", "later");
      assert.deepEqual(lastWake(), { mode: "next-heartbeat", text: "later" });
    });

    it("keeps line feeds and any Unicode, from arguments, standard input and files", async () => {
      const text = "first\n\tsecond ü 日本 👩‍🚀 \u202e";
      await setup.claw("event", text);
      assert.equal(lastWake().text, text);
      await setup.home.claw(["event", "-"], { stdin: `${text}\n` });
      assert.equal(lastWake().text, text);
      writeFileSync(`${setup.home.path}/text`, `${text}\r\n`);
      await setup.claw("event", "--file", `${setup.home.path}/text`);
      assert.equal(lastWake().text, text);
    });

    it("sends nothing for a text that is blank", async () => {
      const count = setup.gateway.memory.wakes.length;
      for (const args of [["event"], ["event", " \n"], ["event", "-"]]) {
        const { exit, stderr } = await setup.claw(...args);
        assert.equal(exit, 64);
        assert.match(stderr, /claw: error: no text.*\nclaw: hint: write it like `claw event "text" --now`\n/);
      }
      assert.equal(setup.gateway.memory.wakes.length, count);
    });

    it("refuses a text over the gateway's limit before sending it", async () => {
      const { exit, stderr } = await setup.claw("event", "x".repeat(26_214_400));
      assert.equal(exit, 65);
      assert.match(stderr, /too long: the gateway takes at most 26214400 bytes/);
    });

    it("prints one JSON document on success and on failure", async () => {
      const good = await setup.claw("event", "x", "--json");
      assert.equal(JSON.parse(good.stdout).data.status, "delivered");
      const bad = await setup.claw("event", "--json", "--url", "ws://user:secret@127.0.0.1/", "x");
      assert.equal(bad.exit, 78);
      assert.equal(JSON.parse(bad.stdout).error.code, "config/insecure-url");
      assert.doesNotMatch(bad.stdout + bad.stderr, /secret@|user:/);
    });

    it("logs in with the device token alone once it has one, and leaves no secret in a trace", async () => {
      const trace = `${setup.home.path}/trace`;
      const { exit } = await setup.home.claw(["event", "x", "--trace", trace], { env: { CLAW_TOKEN: "" } });
      assert.equal(exit, 0);
      const lines = readFileSync(trace, "utf8").trim().split("\n").map((line) => JSON.parse(line));
      const { params } = lines.find(({ frame }) => frame?.method === "connect").frame;
      assert.deepEqual(params.auth, { deviceToken: "***" });
      assert.deepEqual(params.scopes, ["operator.write"]);
      assert.doesNotMatch(readFileSync(trace, "utf8"), new RegExp(testSecret));
    });

    it("lets an explicit wrong token fail, and tries it once", async () => {
      const connects = () => setup.gateway.memory.logFile.tail({}).lines.length;
      const count = connects();
      const { exit, stderr } = await setup.home.claw(["event", "x", "--token-file", wrongTokenFile(setup.home)]);
      assert.equal(exit, 77);
      assert.match(stderr, /claw: error: the gateway refused the connection: unauthorized: gateway token mismatch/);
      assert.ok(connects() - count <= 3, "more than one attempt was logged");
    });

    it("gives up --session-key on a gateway that does not know it, naming its version", async () => {
      const { exit, stderr } = await setup.claw("event", "x", "--session-key", "agent:main:main");
      if (protocol === 4) return assert.equal(exit, 0);
      assert.equal(exit, 65);
      assert.match(stderr, /gateway 2026\.3\.13 \(protocol 3\) does not know sessionKey in wake/);
    });

    it("takes no empty value for a flag that was left out", async () => {
      for (const flag of ["--session-key", "--agent", "--file", "--token", "--config-dir"]) {
        const { exit, stderr } = await setup.claw("event", "x", flag, "");
        assert.equal(exit, 64);
        assert.match(stderr, new RegExp(`^claw: error: ${flag}: the value is empty\n`));
      }
    });

    it("keeps device tokens where --state-dir says", async () => {
      const state = `${setup.home.path}/elsewhere`;
      assert.equal((await setup.claw("event", "x", "--state-dir", state)).exit, 0);
      assert.equal(readdirSync(`${state}/tokens`).length, 1);
    });

    it("delivers although the trace cannot be written, and says where it ends", async () => {
      if (!existsSync("/dev/full")) return console.log("not tested: this system has no /dev/full");
      const { exit, stdout, stderr } = await setup.claw("event", "x", "--json", "--trace", "/dev/full");
      assert.equal(exit, 0);
      assert.equal(JSON.parse(stdout).data.status, "delivered");
      assert.equal(stderr, "claw: warning: the trace ends here: cannot write /dev/full: ENOSPC\n");
    });

    it("says which flags contradict each other", async () => {
      assert.equal((await setup.claw("event", "x", "--now", "--mode", "next-heartbeat")).exit, 64);
      assert.equal((await setup.claw("event", "x", "--file", "y")).exit, 64);
      assert.equal((await setup.claw("event", "x", "--verify-timeout", "30")).exit, 64);
      assert.equal((await setup.claw("event", "x", "--timeout", "30")).exit, 64);
    });

    it("is quiet when asked to be", async () => {
      assert.deepEqual(await setup.claw("event", "x", "--quiet"), { exit: 0, stdout: "", stderr: "" });
    });
  });
}

describe("claw event --verify", () => {
  const outcomes: readonly (readonly [HeartbeatOutcome | "none", exit: number, line: RegExp])[] = [
    [{ status: "ok-empty" }, 0, /^heartbeat ran: ok-empty\n$/],
    [{ status: "sent" }, 0, /^heartbeat ran: sent\n$/],
    [
      { status: "failed", reason: "agent-runner-failure" },
      1,
      /^accepted, but the heartbeat failed: agent-runner-failure\n$/,
    ],
    [{ status: "skipped", reason: "target-none" }, 1, /^accepted, but .*: target-none\n$/],
    ["none", 1, /^accepted, but no heartbeat was seen in time\n$/],
  ];
  for (const [heartbeat, exit, line] of outcomes) {
    it(`ends with ${exit} when the run is ${JSON.stringify(heartbeat)}`, async () => {
      await using setup = await setUp({ heartbeat });
      const result = await setup.claw(
        "event",
        "x",
        "--now",
        "--verify",
        "--verify-timeout",
        heartbeat === "none" ? "300ms" : "10s",
      );
      assert.equal(result.stderr, "");
      assert.match(result.stdout, line);
      assert.equal(result.exit, exit);
    });
  }
});

describe("claw event --verify, told by a strange gateway", () => {
  it("is not quiet about a run that it did not see", async () => {
    await using setup = await setUp({ heartbeat: { status: "skipped", reason: "target-none" } });
    const { exit, stdout } = await setup.claw("event", "x", "--now", "--verify", "--quiet");
    assert.equal(exit, 1);
    assert.match(stdout, /^accepted, but /);
  });

  it("lets no member of the heartbeat pass for its verdict", async () => {
    await using setup = await setUp({ heartbeat: "none" });
    const lie = { ts: realClock.now() + 60_000, status: "skipped", reason: "target-none", verdict: "ran" };
    setup.gateway.memory.lastHeartbeat = lie;
    const { exit, stdout } = await setup.claw("event", "x", "--verify", "--json");
    assert.equal(exit, 1);
    assert.equal(JSON.parse(stdout).data.heartbeat.verdict, "skipped");
  });
});

describe("claw event to a gateway that wants pairing", () => {
  it("names the request and how to approve it, and asks with the same one again", async () => {
    await using setup = await setUp({ pairing: "manual" });
    const first = await setup.claw("event", "x", "--json");
    assert.equal(first.exit, 77);
    const { code, hint, details } = JSON.parse(first.stdout).error;
    assert.equal(code, "auth/pairing-required");
    assert.equal(hint, `approve it on the gateway host: openclaw devices approve ${details.requestId}`);
    const second = await setup.claw("event", "x", "--json");
    assert.equal(JSON.parse(second.stdout).error.details.requestId, details.requestId);
  });
});

describe("claw event beside an OpenClaw install", () => {
  it("needs no settings of its own, and leaves OpenClaw's files alone", async () => {
    await using setup = await setUp();
    const directory = `${setup.home.path}/.openclaw`;
    mkdirSync(directory);
    const config =
      `// made by a wizard\n{ gateway: { port: ${setup.port}, auth: { mode: "token", token: "${testSecret}" } } }\n`;
    writeFileSync(`${directory}/openclaw.json`, config);
    const { exit, stderr } = await setup.home.claw(["event", "x"], { env: { CLAW_URL: "", CLAW_TOKEN: "" } });
    assert.equal(stderr, "");
    assert.equal(exit, 0);
    assert.equal(readFileSync(`${directory}/openclaw.json`, "utf8"), config);
  });
});

describe("claw event without a gateway", () => {
  it("says that nothing listens, and stores nothing", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9", CLAW_TOKEN: testSecret });
    const { exit, stderr } = await home.claw(["event", "x"]);
    assert.equal(exit, 69);
    assert.match(stderr, /^claw: error: nothing listens on 127\.0\.0\.1:9 \(connection refused\)\nclaw: hint: /);
  });

  it("stops when interrupted, before it sent anything", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9", CLAW_TOKEN: testSecret });
    const controller = new AbortController();
    realClock.after(
      50,
      () => controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGTERM" } })),
    );
    const { exit, stderr } = await home.claw(["event", "x", "--retry", "1h"], { interrupted: controller.signal });
    assert.equal(exit, 143);
    assert.match(stderr, /interrupted/);
    assert.doesNotMatch(stderr, /may or may not/);
  });
});

describe("claw event when its result cannot be printed", () => {
  it("still ends with 0, and says so on stderr: the gateway has the event", async () => {
    await using setup = await setUp();
    const stdout = {
      isTty: false,
      columns: 80,
      write: () => {
        throw new ClawError("store/io", "cannot write to stdout: ENOSPC");
      },
    };
    const delivered = await setup.home.claw(["event", "x"], { stdout });
    assert.equal(delivered.exit, 0);
    assert.match(delivered.stderr, /claw: warning: done, but not printed: cannot write to stdout: ENOSPC/);
    assert.equal((await setup.home.claw(["status"], { stdout })).exit, 74);
  });
});

function wrongTokenFile(home: TestHome): string {
  const path = `${home.path}/wrong-token`;
  writeFileSync(path, "not-the-token\n", { mode: 0o600 });
  return path;
}
