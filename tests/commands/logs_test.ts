import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { openAnsweringGateway } from "../support/answering_gateway.ts";
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

  it("calls a cursor that is no place in a file the gateway's mistake, and bears lines of any shape", async () => {
    const tail = (lines: readonly string[], cursor: number) => ({ file: "f", cursor, size: 1, lines });
    const lines = ['{"time":{"toString":1,"valueOf":1},"message":"odd"}', `{"time":${"[".repeat(9_999)}`];
    for (const [cursor, exit] of [[1, 0], [-1, 76], [1.5, 76], [1e308, 76]] as const) {
      await using gateway = await openAnsweringGateway({
        "logs.tail": ({ id }, { say }) => say({ type: "res", id, ok: true, payload: tail(lines, cursor) }),
      });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const run = await home.claw(["logs", ...(exit === 0 ? [] : ["--follow"])]);
      assert.equal(run.exit, exit, run.stderr);
      if (exit === 0) assert.equal(run.stdout, `odd\n${lines[1]}\n`);
    }
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
    assert.equal(exit, 0);
    assert.match(stderr, /^claw: connected to gateway .*\n$/);
  });

  it("waits for a gateway that is not there yet, with --timeout so long", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9", CLAW_TOKEN: "x".repeat(20) });
    const late = await home.claw(["logs", "-f", "--timeout", "5s"], { clock: createFastClock(20) });
    assert.equal(late.exit, 69);
    assert.match(late.stderr, /^claw: there is no connection, trying again: .*\nclaw: error: /);
    const clock = createFastClock(20);
    const { port, url, [Symbol.asyncDispose]: close, ...rest } = await openSocketGateway({ clock });
    await close();
    const { said, shows, stop } = follow({ ...rest, port, url, [Symbol.asyncDispose]: close }, url, [], clock);
    await eventually(() => said.err.includes("there is no connection") || undefined, "a word");
    await using gateway = await openSocketGateway({ clock, port });
    gateway.gateway.memory.logFile.append("here");
    await shows("\n");
    assert.equal(await stop(), 130);
  });

  it("gives an attempt to connect again no longer than half a minute", async () => {
    const clock = createFastClock(100);
    const gateway = await openSocketGateway({ clock });
    const { said, shows, stop } = follow(gateway, gateway.url, [], clock);
    await shows("\n");
    await gateway[Symbol.asyncDispose]();
    // It takes connections, and says nothing.
    const mute = createServer(() => {}).listen(gateway.port, "127.0.0.1");
    await eventually(() => said.err.includes("in time") || undefined, "an attempt that is given up");
    assert.equal(await stop(), 130);
    mute.close();
  });

  it("tells systemd how it goes, and ends with 0 at SIGTERM there", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret, NOTIFY_SOCKET: "/run/n" });
    const controller = new AbortController();
    const told: string[] = [];
    const running = home.claw(["logs", "-f"], {
      interrupted: controller.signal,
      onDatagram: (_path, text) => void told.push(text),
    });
    await eventually(() => told.includes("READY=1") || undefined, "READY=1");
    controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGTERM" } }));
    assert.equal((await running).exit, 0);
    assert.match(told.join(" "), /^READY=1 STATUS=connected to gateway .* STOPPING=1/);
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
    assert.match(said.err, /^claw: the connection is lost, trying again: .*\nclaw: connected to gateway /m);
    assert.match(said.out, /"data":\{"gap":\{"kind":"rotated","file":"\/tmp\/after\.log"\}\}/);
    await gateway[Symbol.asyncDispose]();
  });
});
