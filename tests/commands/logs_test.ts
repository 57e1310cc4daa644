import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { createFastClock } from "../support/clock.ts";
import { openSocketGateway, type SocketGateway } from "../support/dev_gateway.ts";
import { eventually } from "../support/eventually.ts";
import { createTestHome } from "../support/world.ts";

/** Begins to follow; what it says is to be had while it goes on. */
function follow(gateway: SocketGateway, url: string, args: readonly string[], clock = createFastClock(20)) {
  const home = createTestHome({ CLAW_URL: url, CLAW_TOKEN: gateway.secret });
  const controller = new AbortController();
  const said = { out: "", err: "" };
  const write = (text: string) => void (said.out += text);
  const running = home.claw(["logs", "--follow", "--limit", "1", ...args], {
    clock,
    interrupted: controller.signal,
    stdout: { isTty: false, columns: 80, write, writeAside: (text) => Promise.resolve(write(text)) },
    onStderr: (text) => (said.err += text),
  });
  return {
    said,
    shows: (text: string) => eventually(() => said.out.includes(text) || undefined, `${text} in ${said.out}`),
    async stop() {
      controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }));
      const { exit } = await running;
      home[Symbol.dispose]();
      return exit;
    },
  };
}

describe("claw logs", () => {
  it("shows the last lines, with time, level and place, with either generation", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      await home.claw(["event", "find me"]);
      const { exit, stdout, stderr } = await home.claw(["logs"]);
      assert.deepEqual([exit, stderr], [0, ""]);
      assert.match(stdout, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d info {2}gateway\/ws wake find me .*$/m);
      assert.equal((await home.claw(["logs", "--limit", "2"])).stdout.split("\n").length, 3);
    }
  });

  it("gives programs one document a line, with the line as it is", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const { logFile } = gateway.gateway.memory;
    const time = "2026-11-21T19:23:52.641Z";
    const line = JSON.stringify({ 0: "x\u001b[2J", _meta: { logLevelName: "ERROR", name: "n" }, time });
    await home.claw(["status"]);
    logFile.rotate();
    logFile.append(line);
    logFile.append("plain");
    const { stdout } = await home.claw(["logs", "--json"]);
    const all = stdout.trimEnd().split("\n").map((text) => JSON.parse(text).data);
    assert.deepEqual(all.slice(0, 2), [
      { line, level: "error", message: "x\u001b[2J", time },
      { line: "plain", message: "plain" },
    ]);
    assert.match((await home.claw(["logs"])).stdout, /^2026-11-21 19:23:52 error x\\u\{1b\}\[2J\nplain\n/);
  });

  it("masks the secret that this run presents, should it stand in a line", async () => {
    await using gateway = await openSocketGateway();
    gateway.gateway.memory.logFile.append(`token ${gateway.secret}`);
    for (const flags of [[], ["--json"]]) {
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const { stdout } = await home.claw(["logs", ...flags]);
      assert.match(stdout, /token \*\*\*/);
      assert.ok(!stdout.includes(gateway.secret));
    }
  });

  it("refuses counts that no gateway takes, before it connects", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    for (const args of [["--limit", "0"], ["--limit", "5001"], ["--max-bytes", "1e3"]]) {
      assert.equal((await home.claw(["logs", ...args])).exit, 64);
    }
    assert.equal(gateway.log.length, 0);
  });

  it("fails at once with --follow when there is no gateway to begin with", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9", CLAW_TOKEN: "x".repeat(20) });
    assert.equal((await home.claw(["logs", "-f"])).exit, 69);
  });
});

describe("claw logs --follow", () => {
  it("shows what comes, through a rotation, until a signal", async () => {
    const clock = createFastClock(20);
    await using gateway = await openSocketGateway({ clock });
    const { logFile } = gateway.gateway.memory;
    const { said, shows, stop } = follow(gateway, gateway.url, [], clock);
    await shows("\n");
    logFile.append("first");
    await shows("first\n");
    logFile.rotate("/tmp/next.log");
    logFile.append("second");
    await shows("second\n");
    assert.equal(await stop(), 130);
    assert.match(
      said.err,
      /warning: the log begins anew, in \/tmp\/next\.log: the last lines of the old one may be miss/,
    );
    assert.equal(said.out.split("first").length, 2, "each line once");
  });

  it("leaves out what its own looks leave in the log, and nothing else", async () => {
    const clock = createFastClock(20);
    await using gateway = await openSocketGateway({ clock });
    const { logFile } = gateway.gateway.memory;
    const { said, shows, stop } = follow(gateway, gateway.url, [], clock);
    await shows("\n");
    const connId = gateway.log.map((line) => line.connId).find((id) => id !== "") ?? assert.fail("nobody connected");
    const trace = (id: string) => `⇄ res ✓ logs.tail 370ms conn=${id.slice(0, 8)}…${id.slice(-4)} id=4`;
    logFile.append(JSON.stringify({ message: trace(connId) }));
    logFile.append(JSON.stringify({ message: trace("another0-and-so-on-conn") }));
    await shows("conn=another0…conn");
    assert.doesNotMatch(said.out, new RegExp(`conn=${connId.slice(0, 8)}…`));
    await stop();
  });

  it("ends in peace when nobody reads its output any more", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const full = () => {
      throw new ClawError("store/io", "cannot write to stdout: EPIPE", { details: { osCode: "EPIPE" } });
    };
    const stdout = { isTty: false, columns: 80, write: full, writeAside: () => Promise.resolve().then(full) };
    const { exit, stderr } = await home.claw(["logs", "--follow"], { stdout });
    assert.deepEqual([exit, stderr], [0, ""]);
  });

  it("goes on where it was when the gateway comes back, and says that it was away", async () => {
    const clock = createFastClock(20);
    let gateway = await openSocketGateway({ clock });
    const { port, url } = gateway;
    const { said, shows, stop } = follow(gateway, url, ["--json"], clock);
    await shows("\n");
    gateway.gateway.memory.logFile.append("before");
    await shows("before");
    await gateway[Symbol.asyncDispose]();
    gateway = await openSocketGateway({ clock, port });
    gateway.gateway.memory.logFile.rotate("/tmp/after.log");
    gateway.gateway.memory.logFile.append("after");
    await shows("after");
    assert.equal(await stop(), 130);
    assert.match(said.err, /warning: .*: connecting again\n/);
    assert.match(said.out, /"data":\{"gap":\{"kind":"rotated","file":"\/tmp\/after\.log"\}\}/);
    await gateway[Symbol.asyncDispose]();
  });
});
