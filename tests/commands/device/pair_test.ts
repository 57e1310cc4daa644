import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { losingAnswer, lying, refusing } from "../../support/device_stage.ts";
import { eventually } from "../../support/eventually.ts";
import { keyFileText } from "../../support/key_files.ts";
import { letIn, openPairStage } from "../../support/pair_stage.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";

const noSecret = { env: { CLAW_TOKEN: "" } };

for (const protocol of [3, 4] as const) {
  describe(`claw device pair, protocol ${protocol}`, () => {
    it("is let in at once where nobody has to be asked, and says so again", async () => {
      await using stage = await openPairStage(protocol, "auto");
      const first = await stage.pair(["--json"]);
      assert.equal(first.exit, 0, first.stderr);
      const { data } = JSON.parse(first.stdout);
      assert.deepEqual([data.status, data.scopes, data.isTokenStored], ["paired", ["operator.write"], true]);
      assert.deepEqual(stage.token()?.scopes, ["operator.write"]);
      const again = await stage.pair();
      assert.deepEqual([again.exit, again.stdout], [0, "this device is paired already: it may use write\n"]);
      const narrower = await stage.pair(["--scopes", "read"]);
      assert.match(narrower.stdout, /^this device is paired already/);
      assert.match((await stage.pair(["--scopes", "read,pairing"])).stdout, /^paired: this device may use /);
      assert.deepEqual(stage.token()?.scopes, ["operator.pairing", "operator.read", "operator.write"]);
    });

    it("names the request, who asks, and the command that approves it in each place", async () => {
      await using stage = await openPairStage(protocol);
      const { exit, stdout, stderr } = await stage.pair(["--scopes", "read,write"]);
      assert.equal(exit, 77);
      const [{ requestId, deviceId } = assert.fail("no request"), ...others] = stage.pairings.pending();
      assert.deepEqual(others, []);
      const me = JSON.parse((await stage.home.claw(["whoami", "--json"])).stdout).data;
      assert.equal(me.deviceId, deviceId);
      const facts = [requestId, deviceId, me.keyFingerprint, "read, write", "nothing", "not paired with the gateway"];
      for (const fact of facts) assert.ok(stdout.includes(fact), `${fact} in ${stdout}`);
      const commands = ["openclaw", "docker compose run --rm openclaw-cli", "sudo -iu USER openclaw"];
      for (const start of commands) assert.ok(stdout.includes(`${start} devices approve ${requestId}\n`), stdout);
      assert.ok(stdout.includes(`claw device approve ${requestId}\n`), stdout);
      assert.match(
        stderr,
        /waits for somebody to approve it: read, write\nclaw: hint: openclaw devices approve \S+; then/,
      );
      const again = await stage.pair(["--scopes", "read,write", "--json"]);
      const { error, data } = JSON.parse(again.stdout);
      assert.deepEqual([again.exit, error.code, data.requestId], [77, "auth/pairing-required", requestId]);
      assert.deepEqual([data.reason, data.approvedScopes], ["not-paired", []]);
      assert.equal(data.approve.pairedClaw, `claw device approve ${requestId}`);
    });

    it("keeps one request alive while it waits, and stores the token once it is approved", async () => {
      await using stage = await openPairStage(protocol);
      const { request, run } = await stage.startPair(["--name", "the shed", "--json"]);
      assert.equal(request.displayName, "the shed");
      // Longer than a request lives by itself would be too long; that it was asked for again is what counts.
      const before = stage.attempts();
      await eventually(() => stage.attempts() >= before + 3 || undefined, "three more attempts");
      assert.deepEqual(stage.pairings.pending().map(({ requestId }) => requestId), [request.requestId]);
      stage.pairings.approve(request.requestId, "owner");
      const { exit, stdout, stderr } = await run;
      assert.equal(exit, 0, stderr);
      const [pending, paired] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line).data);
      assert.deepEqual([pending.status, pending.requestId], ["pending", request.requestId]);
      assert.deepEqual([paired.status, paired.scopes], ["paired", ["operator.write"]]);
      assert.equal(stage.token()?.token, stage.pairings.find(request.deviceId)?.tokens["operator"]?.token);
      assert.match(stderr, /^claw: waiting for a decision on request \S+\n$/);
      assert.equal((await stage.pair([], noSecret)).exit, 0, "and the token alone lets it in");
    });

    it("is called by its name at every connection from then on, since gateways forget it", async () => {
      await using stage = await openPairStage(protocol, "auto");
      assert.equal((await stage.pair(["--name", " the shed "])).exit, 0);
      const nameThere = () => stage.pairings.paired()[0]?.displayName;
      for (const args of [["event", "x"], ["device", "list"], ["device", "pair"]]) {
        assert.equal((await stage.home.claw(args)).exit, 0);
        assert.equal(nameThere(), "the shed", args.join(" "));
      }
      assert.match((await stage.home.claw(["whoami"])).stdout, /^calls itself {2}the shed$/m);
      assert.equal(JSON.parse((await stage.home.claw(["whoami", "--json"])).stdout).data.name, "the shed");
      assert.equal((await stage.pair(["--name", "the barn"])).exit, 0);
      assert.equal((await stage.home.claw(["event", "x"])).exit, 0);
      assert.equal(nameThere(), "the barn");
    });

    it("stops at a rejection, and names the request that asking made", async () => {
      await using stage = await openPairStage(protocol);
      const { request, run } = await stage.startPair();
      stage.pairings.reject(request.requestId);
      const { exit, stderr } = await run;
      assert.equal(exit, 77);
      const [next = assert.fail("nothing waits")] = stage.pairings.pending();
      assert.notEqual(next.requestId, request.requestId);
      assert.ok(stderr.includes(`request ${request.requestId} was rejected, or replaced by another wish`), stderr);
      assert.ok(stderr.includes(`device; now ${next.requestId} stands there, which nobody has decided`), stderr);
    });

    it("ends in time, and leaves the request where it is", async () => {
      await using stage = await openPairStage(protocol);
      const { exit, stderr } = await stage.pair(
        protocol === 3 ? ["--wait", "--wait-timeout", "12s"] : ["--wait", "12s"],
      );
      assert.equal(exit, 77);
      const [{ requestId } = assert.fail("nothing waits")] = stage.pairings.pending();
      assert.ok(stderr.includes(`request ${requestId} was not approved in time; it stays for up to 5 min\n`), stderr);
    });

    it("says at Ctrl-C that the request stays", async () => {
      await using stage = await openPairStage(protocol);
      const { ClawError } = await import("../../../src/errors.ts");
      const ctrlC = new AbortController();
      const { request, run } = await stage.startPair([], { interrupted: ctrlC.signal });
      ctrlC.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }));
      const { exit, stderr } = await run;
      assert.equal(exit, 130);
      assert.ok(stderr.includes(`interrupted: request ${request.requestId} stays for up to 5 min\n`), stderr);
      assert.equal(stage.pairings.pending()[0]?.requestId, request.requestId);
    });

    it("asks for more with the gateway's secret, and never shows a token", async () => {
      await using stage = await openPairStage(protocol);
      const first = await stage.startPair(["--scopes", "read"]);
      stage.pairings.approve(first.request.requestId, "owner");
      assert.equal((await first.run).exit, 0);
      const trace = join(stage.home.path, "trace");
      const { request, run } = await stage.startPair(["--scopes", "admin", "--trace", trace]);
      assert.deepEqual(request.scopes.toSorted(), ["operator.admin", "operator.read"]);
      stage.pairings.approve(request.requestId, "owner");
      const { exit, stdout, stderr } = await run;
      assert.equal(exit, 0, stderr);
      assert.match(
        stdout,
        /\napproved {2}read\n[^]*it asks for more than it was approved for[^]*\npaired: this device may use admin, read\n$/,
      );
      const token = stage.token();
      assert.equal(token?.token, stage.pairings.find(request.deviceId)?.tokens["operator"]?.token);
      assert.ok(!(stdout + stderr + readFileSync(trace, "utf8")).includes(String(token?.token)));
      assert.equal(readFileSync(trace, "utf8").includes("device.scopes.waitUpgrade"), protocol === 4);
    });

    it("asks for more without the gateway's secret only where it can hear of the new token", async () => {
      await using stage = await openPairStage(protocol);
      const first = await stage.startPair(["--scopes", "read"]);
      stage.pairings.approve(first.request.requestId, "owner");
      assert.equal((await first.run).exit, 0);
      const unheard = await stage.pair(["--scopes", "write"], noSecret);
      assert.equal(unheard.exit, 77);
      assert.match(unheard.stderr, /was granted operator\.read, but not operator\.write/);
      assert.deepEqual(stage.pairings.pending(), []);
      if (protocol === 3) {
        assert.equal((await stage.pair(["--scopes", "write", "--wait"], noSecret)).exit, 77);
        return assert.deepEqual(stage.pairings.pending(), []);
      }
      assert.match(unheard.stderr, /hint: ask for it with --wait: nobody but who waits is told the new token/);
      const refused = await stage.startPair(["--scopes", "write"], noSecret);
      stage.pairings.reject(refused.request.requestId);
      const { exit, stderr } = await refused.run;
      assert.equal(exit, 77);
      assert.match(stderr, /was rejected, or replaced by another wish of this device\n/);
      const { request, run } = await stage.startPair(["--scopes", "write"], noSecret);
      stage.pairings.approve(request.requestId, "owner");
      assert.equal((await run).exit, 0);
      assert.deepEqual(stage.token()?.scopes, ["operator.read", "operator.write"]);
      assert.equal((await stage.home.claw(["event", "x"], noSecret)).exit, 0);
    });
  });
}

describe("claw device pair", () => {
  it("asks anew with the secret when the decision was not heard, and says what is lost without it", async () => {
    for (const secret of [true, false]) {
      await using stage = await openPairStage(4);
      await using proxy = await startTcpProxy(losingAnswer(stage.gateway.port, "device.scopes.waitUpgrade"));
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      const first = await stage.startPair(["--scopes", "read"], { env });
      stage.pairings.approve(first.request.requestId, "owner");
      assert.equal((await first.run).exit, 0);
      const choices = { env: secret ? env : { ...env, CLAW_TOKEN: "" } };
      const { request, run } = await stage.startPair(["--scopes", "write"], choices);
      stage.pairings.approve(request.requestId, "owner");
      const { exit, stderr } = await run;
      assert.equal(exit, secret ? 0 : 79, stderr);
      if (secret) assert.equal(stage.token()?.token, stage.pairings.find(request.deviceId)?.tokens["operator"]?.token);
      else {assert.match(
          stderr,
          /was not heard: .*\nclaw: hint: if it was approved, this device's token has ended: connect/,
        );}
    }
  });

  it("takes the token of another key for nothing of its own", async () => {
    await using stage = await openPairStage(4, "auto");
    await stage.pair(["--scopes", "admin"]);
    const mine = join(stage.home.path, ".config/claw");
    writeFileSync(join(mine, "device.json"), await keyFileText());
    const me = JSON.parse((await stage.home.claw(["whoami", "--json"])).stdout).data;
    assert.deepEqual(me.tokens, []);
    const { data } = JSON.parse((await stage.pair(["--json"])).stdout);
    assert.deepEqual([data.status, data.deviceId, data.scopes], ["paired", me.deviceId, ["operator.write"]]);
  });

  it("says of a token that cannot be stored that it is not, and what that means", async () => {
    await using stage = await openPairStage(4, "auto");
    symlinkSync("/nowhere/at/all", join(stage.home.path, "state"));
    const nowhere = { env: { CLAW_STATE_DIR: join(stage.home.path, "state") } };
    const first = await stage.pair(["--json"], nowhere);
    const { status, isTokenStored } = JSON.parse(first.stdout).data;
    assert.deepEqual([first.exit, status, isTokenStored], [0, "paired", false]);
    assert.match(first.stderr, /warning: the device token could not be stored/);
    const text = await stage.pair([], nowhere);
    assert.match(text.stdout, /its token is not stored here: without the gateway's secret it is not let in\n$/);
  });

  it("keeps the old token in force where no other can be stored", async () => {
    await using stage = await openPairStage(4);
    await letIn(stage, "read");
    mkdirSync(join(stage.home.path, ".local/state/claw/tokens", stage.tokenName().replace(/json$/, "prev")));
    const { exit, stderr } = await stage.pair(["--scopes", "write", "--wait"], noSecret);
    assert.equal(exit, 74, stderr);
    assert.deepEqual(stage.pairings.pending(), []);
  });

  it("is not content with fewer scopes than it wants, and stores what it got", async () => {
    await using stage = await openPairStage(4);
    await letIn(stage, "read");
    const lie = (payload: object) => ({ ...payload, scopes: ["operator.read"] });
    await using proxy = await startTcpProxy(lying(stage.gateway.port, "device.scopes.waitUpgrade", lie));
    // The token belongs to the gateway's address: through the proxy it is asked for anew.
    const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
    assert.equal((await stage.pair(["--scopes", "read"], { env })).exit, 0);
    const { request, run } = await stage.startPair(["--scopes", "write"], { env: { ...env, CLAW_TOKEN: "" } });
    stage.pairings.approve(request.requestId, "owner");
    const { exit, stderr } = await run;
    assert.equal(exit, 77, stderr);
    assert.match(stderr, /let this device in, but without write\n/);
    assert.equal(
      stage.tokens().includes(String(stage.pairings.find(request.deviceId)?.tokens["operator"]?.token)),
      true,
    );
  });

  it("waits for the request that the gateway named, whatever that name is", async () => {
    await using stage = await openPairStage(4);
    const lie = () => ({ requestId: ";reboot" });
    await using proxy = await startTcpProxy(lying(stage.gateway.port, "device.scopes.requestUpgrade", lie));
    const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
    await letIn(stage, "read", env);
    const trace = join(stage.home.path, "trace");
    const run = await stage.pair(["--scopes", "write", "--wait", "--trace", trace], {
      env: { ...env, CLAW_TOKEN: "" },
    });
    assert.equal(run.exit, 65, run.stderr);
    assert.match(readFileSync(trace, "utf8"), /"device\.scopes\.waitUpgrade","params":\{"requestId":";reboot"\}/);
    assert.ok(!(run.stdout + run.stderr).includes("reboot"), run.stdout + run.stderr);
  });

  it("goes on by connecting where the gateway hears no wish over a connection", async () => {
    await using stage = await openPairStage(4);
    await using proxy = await startTcpProxy(refusing(stage.gateway.port, "device.scopes.requestUpgrade"));
    const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
    await letIn(stage, "read", env);
    const { request, run } = await stage.startPair(["--scopes", "write"], { env });
    stage.pairings.approve(request.requestId, "owner");
    const { exit, stderr } = await run;
    assert.equal(exit, 0, stderr);
    assert.equal((await stage.pair(["--scopes", "write"], { env: { ...env, CLAW_TOKEN: "" } })).exit, 0);
  });

  it("refuses a name, scopes and a time that are none", async () => {
    await using stage = await openPairStage(4);
    const cases = [
      [["--scopes", "rwx"], 65, /there is no scope 'rwx'/],
      [["--name", "a\nb"], 65, /a name has 1 to 64 characters, on one line/],
      [["--name", " "], 65, /a name has 1 to 64/],
      [["--wait-timeout", "1m"], 64, /of no use without --wait/],
      [["--wait", "--wait-timeout", "10"], 64, /a duration needs a unit/],
      [["--wait", "soon"], 64, /--wait: this is not a duration/],
      [["10m"], 64, /error: a time is of no use without --wait/],
      [["--wait", "10m", "--wait-timeout", "1m"], 64, /--wait-timeout and a time after --wait exclude each other/],
    ] as const;
    for (const [args, code, words] of cases) {
      const { exit, stderr } = await stage.pair(args);
      assert.equal(exit, code, stderr);
      assert.match(stderr, words);
    }
    assert.equal(stage.attempts(), 0);
  });
});
