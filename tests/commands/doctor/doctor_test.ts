import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createFastClock } from "../../support/clock.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { startRefusingGateway } from "../../support/refusing_gateway.ts";
import { freePort, startStatusServer } from "../../support/sockets.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";
import { createTestHome, type RunResult } from "../../support/world.ts";

interface Found {
  readonly id: string;
  readonly severity: string;
  readonly cause: string;
  readonly command: string;
}

function findingsIn({ stdout }: RunResult): readonly Found[] {
  return JSON.parse(stdout).data.findings;
}

/** How fast a busy machine is does not count. */
function idsIn(run: RunResult): readonly string[] {
  return findingsIn(run).map(({ id }) => id).filter((id) => id !== "LAT-1");
}

describe("claw doctor and a gateway that is well", () => {
  for (const protocol of [3, 4] as const) {
    it(`finds nothing, pairs nothing and writes nothing, on protocol ${protocol}`, async () => {
      await using gateway = await openSocketGateway({ protocol, pairing: "manual" });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const run = await home.claw(["doctor"]);
      assert.equal(run.stderr, "");
      assert.equal(run.exit, 0, run.stdout);
      assert.match(run.stdout, /^healthy: nothing is wrong$/m);
      assert.match(run.stdout, /^connect +[\d.]+ +ok +token of CLAW_TOKEN, without a device/m);
      assert.deepEqual(readdirSync(home.path), []);
      const { pairings } = gateway.gateway.memory;
      assert.deepEqual([pairings.pending(), pairings.paired()], [[], []]);
    });
  }

  it("uses this device's own token where it has one, and proves what is given for this run besides", async () => {
    await using gateway = await openSocketGateway({ protocol: 3 });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    assert.equal((await home.claw(["event", "x"])).exit, 0);
    const both = await home.claw(["doctor"]);
    assert.match(both.stdout, /^scopes +0\.0 +ok +operator\.write$/m);
    assert.match(both.stdout, /^heartbeat +[\d.]+ +ok/m);
    const connects = gateway.log.filter(({ event }) => event === "hello-ok").length;
    assert.equal(connects, 3, "an event, and two looks");
    const wrong = await home.claw(["doctor", "--json"], { env: { CLAW_TOKEN: "not-the-token-of-it" } });
    assert.equal(wrong.exit, 1);
    assert.deepEqual(idsIn(wrong), ["AUTH_TOKEN_MISMATCH"]);
    assert.ok(!wrong.stdout.includes("not-the-token-of-it"));
  });

  it("writes nothing either where this device has a key", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    assert.equal((await home.claw(["event", "x"])).exit, 0);
    const before = readdirSync(home.path, { recursive: true });
    for (const args of [["doctor", "--as-service"], ["ping", "-c", "1"], ["check"], ["bugreport", "-"]]) {
      assert.equal((await home.claw(args)).exit, 0, args.join(" "));
    }
    assert.deepEqual(readdirSync(home.path, { recursive: true }), before);
  });

  it("draws bars on a terminal only", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    assert.match((await home.claw(["doctor"], { isTty: true })).stdout, /█/);
    assert.doesNotMatch((await home.claw(["doctor"])).stdout, /█/);
  });
});

describe("claw doctor below the handshake", () => {
  it("blames a port where nothing listens, and nothing above it", async () => {
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${await freePort()}`, CLAW_TOKEN: "x".repeat(20) });
    const run = await home.claw(["doctor"]);
    assert.equal(run.exit, 1);
    assert.match(run.stdout, /^TCP +[\d.]+ +failed +nothing listens/m);
    assert.match(run.stdout, /^hello +not reached$/m);
    assert.match(run.stdout, /^error +nothing listens on/m);
    assert.match(run.stdout, /^ {2}run here +openclaw gateway status --deep$/m);
  });

  it("asks a gateway that is not ready for its pages", async () => {
    await using server = await startStatusServer(503);
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${server.port}`, CLAW_TOKEN: "x".repeat(20) });
    const run = await home.claw(["doctor", "--json"]);
    assert.deepEqual(idsIn(run), ["HTTP-503"]);
    assert.equal(server.clients, 3, "the upgrade, /healthz and /readyz");
  });

  it("stops at settings that are wrong, with exit 1, and at a wrong command line, with 64", async () => {
    using home = createTestHome({ CLAW_URL: "ws://gateway.example", CLAW_TOKEN: "x".repeat(20) });
    const run = await home.claw(["doctor", "--json"]);
    assert.equal(run.exit, 1);
    assert.deepEqual(idsIn(run), ["CFG-6"]);
    assert.equal((await home.claw(["doctor", "--port", "nonsense"])).exit, 64);
  });

  it("sees that the scopes of a paired device were narrowed", async () => {
    let isNarrow = false;
    await using gateway = await openSocketGateway();
    await using between = await startTcpProxy({
      targetPort: gateway.port,
      decide({ from, frame }) {
        if (!isNarrow || from !== "gateway" || frame.id !== "connect") return "pass";
        const { payload } = frame;
        return { instead: { ...frame, payload: { ...payload, auth: { ...payload.auth, scopes: [] } } } };
      },
    });
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${between.port}` });
    assert.equal((await home.claw(["event", "x", "--token", gateway.secret])).exit, 0);
    assert.equal((await home.claw(["doctor"])).exit, 0);
    isNarrow = true;
    const run = await home.claw(["doctor", "--json"]);
    assert.deepEqual(idsIn(run), ["SCOPES-EMPTIED"]);
    const { phases } = JSON.parse(run.stdout).data;
    assert.equal(phases.find(({ state }: { state: string }) => state === "failed").name, "scopes");
  });
});

describe("claw doctor --all-contexts", () => {
  it("looks at each, and fails when one of them is not well", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome();
    const folder = join(home.path, ".config/claw/contexts");
    mkdirSync(folder, { recursive: true });
    const token = gateway.secret;
    for (const [name, port] of [["here", gateway.port], ["gone", await freePort()]] as const) {
      const path = join(folder, `${name}.json5`);
      writeFileSync(path, JSON.stringify({ url: `ws://127.0.0.1:${port}`, token }), { mode: 0o600 });
    }
    const run = await home.claw(["doctor", "--context", "here,gone", "--json"]);
    assert.equal(run.exit, 1, run.stdout);
    assert.match(run.stdout, /"NET-REFUSED"/);
    assert.match(run.stdout, /"gatewayVersion":"2026\.9\.6"/);
    assert.equal((await home.claw(["doctor", "--context", "here"])).exit, 0);
    assert.equal((await home.claw(["doctor", "--context", "here,gone", "--fix"])).exit, 64);
  });
});

describe("claw doctor --watch", () => {
  it("looks until all is well", async () => {
    const port = await freePort();
    const clock = createFastClock(50);
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${port}`, CLAW_TOKEN: "dev-gateway-test-secret" });
    const watching = home.claw(["doctor", "--watch", "--json"], { clock });
    await new Promise((resolve) => setTimeout(resolve, 250));
    await using _gateway = await openSocketGateway({ port });
    const { exit, stdout } = await watching;
    assert.equal(exit, 0);
    const healthy = stdout.trimEnd().split("\n").map((line) => JSON.parse(line).data.healthy);
    assert.ok(healthy.length >= 2, stdout);
    assert.deepEqual([healthy[0], healthy.at(-1)], [false, true]);
  });
});

describe("claw doctor --watch and a gateway that refuses", () => {
  it("does not try again what can only bring a lockout", async () => {
    await using gateway = await startRefusingGateway({
      code: "INVALID_REQUEST",
      message: "unauthorized",
      details: { code: "AUTH_TOKEN_MISMATCH" },
    });
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${gateway.port}`, CLAW_TOKEN: "wrong-wrong-wrong" });
    const { exit, stderr } = await home.claw(["doctor", "--watch"], { clock: createFastClock(50) });
    assert.equal(exit, 77);
    assert.match(stderr, /^claw: error: the gateway refuses this login, and each refusal/);
    assert.equal(gateway.clients, 1);
  });
});

describe("claw doctor --as-service", () => {
  it("says that the token is only here, until this device has one of its own", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_TOKEN: gateway.secret });
    const args = ["doctor", "--as-service", "--json", "--url", gateway.url];
    const before = findingsIn(await home.claw(args, { env: { LOGNAME: "me" } }));
    assert.deepEqual(before.map(({ id, severity }) => `${id} ${severity}`), Array(3).fill("CFG-8 warning"));
    assert.match(before[0]?.cause ?? "", /^cron: there is no token, since CLAW_TOKEN is only here/);
    assert.match(before[2]?.cause ?? "", /^systemd without User=: HOME is not set/);
    assert.equal((await home.claw(["event", "x", "--url", gateway.url])).exit, 0);
    const after = findingsIn(await home.claw(args));
    assert.deepEqual(after.map(({ cause }) => cause.split(":")[0]), ["systemd without User="]);
  });
});
