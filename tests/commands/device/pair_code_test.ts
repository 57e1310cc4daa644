import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { createTestHome } from "../../support/world.ts";
import { freePort, startTlsListener } from "../../support/sockets.ts";
import { letIn, openPairStage, type PairStage } from "../../support/pair_stage.ts";
import { codeOf } from "../../support/setup_code.ts";
import type { SetupAccess } from "../../../src/devgateway/setup_codes.ts";

/** No secret of the gateway, and nothing that says where it is. */
const stranger = { CLAW_URL: "", CLAW_TOKEN: "" };

function makeCode(stage: PairStage, access: SetupAccess = "full", more: object = {}) {
  const { gateway, url } = stage.gateway;
  const { bootstrapToken, expiresAtMs } = gateway.memory.setupCodes.create(access);
  return codeOf({ url, bootstrapToken, expiresAtMs, ...more });
}

function pairBy(stage: PairStage, code: string, ...args: string[]) {
  return stage.pair(["--code", "-", ...args], { env: stranger, stdin: `${code}\n` });
}

for (const protocol of [3, 4] as const) {
  // 2026.3.13 does not write how long a code lasts.
  const old = protocol === 3 ? { expiresAtMs: undefined } : {};

  describe(`claw device pair --code, protocol ${protocol}`, () => {
    it("gets in without the gateway's secret, stores the token, and says how to keep the gateway", async () => {
      await using stage = await openPairStage(protocol, "auto");
      const { url } = stage.gateway;
      const { exit, stdout, stderr } = await pairBy(stage, makeCode(stage, "full", old), "--scopes", "write");
      assert.equal(stderr, "");
      assert.equal(exit, 0);
      assert.equal(
        stdout,
        `paired: this device may use write\nkeep this gateway by a name: claw context add NAME --url ${url}\n`,
      );
      const event = await stage.home.claw(["event", "x", "--url", url], { env: stranger });
      assert.deepEqual([event.exit, stage.gateway.gateway.memory.wakes.length], [0, 1]);
    });

    it("asks for approval from afar with the same words as by a secret", async () => {
      await using stage = await openPairStage(protocol);
      const { exit, stdout, stderr } = await pairBy(stage, makeCode(stage, "full", old), "--json");
      assert.equal(exit, 77);
      const [{ requestId } = assert.fail("no request")] = stage.pairings.pending();
      const { error, data } = JSON.parse(stdout);
      assert.deepEqual([error.code, data.requestId, stderr], ["auth/pairing-required", requestId, ""]);
      assert.match(
        error.hint,
        protocol === 3 ? /with a new code: this one is used up/ : /then repeat this command, or/,
      );
    });

    it("does not show the token when it fails, nor in a trace", async () => {
      await using stage = await openPairStage(protocol, "auto");
      const bootstrapToken = "not-a-token-of-this-gateway";
      const code = codeOf({ url: stage.gateway.url, bootstrapToken });
      const trace = `${stage.home.path}/trace`;
      const { exit, stdout, stderr } = await pairBy(stage, code, "--verbose", "--trace", trace);
      assert.equal(exit, 77);
      assert.match(stderr, /claw: error: the gateway does not take the setup code: .*\nclaw: hint: make a new one /);
      assert.ok(!`${stdout}${stderr}${readFileSync(trace, "utf8")}`.includes(bootstrapToken));
    });

    it("warns of a code on the command line", async () => {
      await using stage = await openPairStage(protocol, "auto");
      const { exit, stderr } = await stage.pair(["--code", makeCode(stage, "full", old)], { env: stranger });
      assert.deepEqual([exit, stderr], [
        0,
        "claw: warning: --code on the command line can be seen with ps: use --code -\n",
      ]);
    });

    it("is content with a code where the device is paired already, and keeps its token", async () => {
      await using stage = await openPairStage(protocol, "auto");
      await pairBy(stage, makeCode(stage, "full", old), "--scopes", "read,write");
      const before = stage.token();
      const { exit, stdout } = await pairBy(stage, makeCode(stage, "full", old), "--scopes", "read");
      assert.match(stdout, /^this device is paired already: it may use read, write\n/);
      assert.deepEqual([exit, stage.token()?.token], [0, before?.token]);
    });
  });
}

describe("claw device pair --code, protocol 4", () => {
  it("waits with the same code, which belongs to this device", async () => {
    await using stage = await openPairStage(4);
    const code = makeCode(stage);
    const { request, run } = await stage.startPair(["--code", "-"], { env: stranger, stdin: code });
    stage.pairings.approve(request.requestId, "owner");
    const { exit, stdout } = await run;
    assert.match(stdout, /\npaired: this device may use write\nkeep this gateway /);
    assert.equal(exit, 0);
  });

  it("does not wait longer than the code lasts", async () => {
    await using stage = await openPairStage(4);
    const { expiresAtMs } = stage.gateway.gateway.memory.setupCodes.create("full");
    const code = makeCode(stage, "full", { expiresAtMs: expiresAtMs - 570_000 });
    const { exit, stderr } = await pairBy(stage, code, "--wait", "1h");
    assert.equal(exit, 77);
    assert.match(stderr, /was not approved in time/);
  });

  it("says what a code may be that lets in no operator, or not for that", async () => {
    await using stage = await openPairStage(4, "auto");
    const node = await pairBy(stage, makeCode(stage, "node"));
    assert.equal(node.exit, 77);
    assert.match(
      node.stderr,
      /it is another device's, too old, for nodes only, or not for write\nclaw: hint: .*read\n$/,
    );
    const limited = makeCode(stage, "limited");
    assert.equal((await pairBy(stage, limited, "--scopes", "admin")).exit, 77);
    assert.equal((await pairBy(stage, limited, "--scopes", "read,write")).exit, 0);
    using other = createTestHome(stranger);
    assert.equal((await other.claw(["device", "pair", "--code", "-"], { stdin: limited })).exit, 77);
  });

  it("takes the first address that is safe and answers", async () => {
    await using stage = await openPairStage(4, "auto");
    const gone = `ws://127.0.0.1:${await freePort()}`;
    const code = makeCode(stage, "full", { url: "ws://203.0.113.9:1", urls: [gone, stage.gateway.url] });
    const { exit, stdout, stderr } = await pairBy(stage, code);
    assert.equal(exit, 0, stderr);
    assert.match(stdout, new RegExp(`--url ${stage.gateway.url}\n$`));
  });

  it("judges an address like one that is given by hand", async () => {
    await using stage = await openPairStage(4, "auto");
    const { exit, stderr } = await pairBy(stage, makeCode(stage, "full", { url: "ws://203.0.113.9:18789" }));
    assert.equal(exit, 78);
    assert.match(stderr, /^claw: error: the setup code: .*\nclaw: hint: .*\n$/);
  });

  it("pins the certificate that the code names, unless a flag names another", async () => {
    await using listener = await startTlsListener();
    await using stage = await openPairStage(4, "auto");
    const url = `wss://localhost:${listener.port}`;
    const pinned = await pairBy(stage, makeCode(stage, "full", { url, tlsFingerprint: "ab".repeat(32) }));
    assert.match(pinned.stderr, /AB:AB:AB/);
    const flag = ["--tls-fingerprint", "cd".repeat(32)];
    const byHand = await pairBy(stage, makeCode(stage, "full", { url, tlsFingerprint: "ab".repeat(32) }), ...flag);
    assert.match(byHand.stderr, /CD:CD:CD/);
    const broken = await pairBy(stage, makeCode(stage, "full", { url, tlsFingerprint: "xy" }));
    assert.match(broken.stderr, /^claw: error: the setup code: .*\nclaw: hint: make a new one on the gateway host/);
    assert.equal(broken.exit, 65);
  });

  it("sends nothing anywhere for a code that has expired, or is none", async () => {
    await using stage = await openPairStage(4, "auto");
    for (const code of [makeCode(stage, "full", { expiresAtMs: 1 }), "nonsense", ""]) {
      const { exit, stderr } = await pairBy(stage, code);
      assert.ok([65, 77].includes(exit), stderr);
      assert.match(stderr, /^claw: error: .*\nclaw: hint: make a new one on the gateway host: .*\n$/);
    }
    assert.equal(stage.attempts(), 0);
  });

  it("shows this device's own token to nobody whom a code names", async () => {
    await using stage = await openPairStage(4);
    await letIn(stage, "read");
    const trace = `${stage.home.path}/trace`;
    for (const wait of [[], ["--wait", "1m"]]) {
      const { exit } = await pairBy(stage, makeCode(stage), "--scopes", "read,write", "--trace", trace, ...wait);
      assert.equal(exit, 77);
    }
    const frames = readFileSync(trace, "utf8");
    assert.match(frames, /"auth":\{"bootstrapToken":/);
    assert.doesNotMatch(frames, /"auth":\{"(deviceToken|token)":/);
  });

  it("asks nobody else for a secret", async () => {
    await using stage = await openPairStage(4, "auto");
    for (const more of [{ CLAW_TOKEN_CMD: "exit 3" }, { CLAW_TOKEN_FILE: "/nowhere/token" }]) {
      const env = { ...stranger, ...more };
      const { exit, stderr } = await stage.pair(["--code", "-"], { env, stdin: makeCode(stage) });
      assert.deepEqual([exit, stderr], [0, ""]);
    }
  });

  it("says how to keep the gateway with all that it takes to come back", async () => {
    await using stage = await openPairStage(4, "auto");
    const flags = ["--allow-insecure-private", "--scopes", "write"];
    const { stdout } = await pairBy(stage, makeCode(stage), ...flags);
    assert.match(stdout, /: claw context add NAME --url \S+ --allow-insecure-private\n$/);
  });

  it("writes an address into a command so that no shell finds one in it", async () => {
    await using stage = await openPairStage(4, "auto");
    const url = `${stage.gateway.url}/$(id);a`;
    const { exit, stdout } = await pairBy(stage, makeCode(stage, "full", { url }));
    assert.equal(exit, 0);
    assert.ok(stdout.endsWith(`: claw context add NAME --url '${url}'\n`), stdout);
  });

  it("does not repeat a code that stands where none belongs", async () => {
    await using stage = await openPairStage(4, "auto");
    const code = makeCode(stage);
    for (const args of [[code], [`oc-pair://${code}`], ["--wait", code], ["--code", "-", code]]) {
      const { exit, stdout, stderr } = await stage.pair(args, { env: stranger, stdin: code });
      assert.deepEqual([exit, stdout, stderr.includes(code)], [64, "", false], stderr);
      assert.match(stderr, /claw: error: /);
    }
    assert.match((await stage.pair([code])).stderr, /claw: hint: .*--code -/);
    assert.equal(stage.attempts(), 0);
  });

  it("refuses what names another gateway or secret beside it", async () => {
    await using stage = await openPairStage(4, "auto");
    for (const flag of [["--url", "ws://127.0.0.1:1"], ["--port", "1"], ["--token-file", "x"], ["--context", "x"]]) {
      const { exit, stderr } = await pairBy(stage, makeCode(stage), ...flag);
      assert.equal(exit, 64);
      assert.match(stderr, new RegExp(`^claw: error: ${flag[0]}: the setup code says which gateway it is`));
    }
  });
});
