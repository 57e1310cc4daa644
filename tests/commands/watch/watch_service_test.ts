import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClawError } from "../../../src/errors.ts";
import { type Clock, realClock } from "../../../src/platform/clock.ts";
import { createFastClock } from "../../support/clock.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/sockets.ts";
import { startWatching } from "../../support/watch_stage.ts";
import { createTestHome } from "../../support/world.ts";

describe("claw watch as a service", () => {
  it("tells systemd that it is ready, lives and stops, and ends with 0 at SIGTERM", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const told: string[] = [];
    const watching = startWatching(home, ["watch"], {
      env: { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "200000" },
      onDatagram: (path, text) => told.push(`${path} ${text}`),
    });
    await eventually(() => told.filter((text) => text.endsWith("WATCHDOG=1")).length > 2 || undefined, "the watchdog");
    await eventually(() => told.some((text) => text.includes("READY=1")) || undefined, "READY=1");
    const { exit, stderr } = await watching.stop("SIGTERM");
    assert.equal(exit, 0);
    assert.doesNotMatch(stderr, /error/);
    assert.ok(told.every((text) => text.startsWith("/run/systemd/notify ")));
    const words = told.map((text) => text.replace("/run/systemd/notify ", ""));
    assert.equal(words.filter((text) => text === "READY=1").length, 1);
    assert.ok(words.some((text) => text.startsWith("STATUS=connected to gateway 2026.9.6")));
    assert.equal(words.filter((text) => text === "STOPPING=1\nSTATUS=stopping").length, 1);
    assert.ok(words.indexOf("READY=1") < words.indexOf("STOPPING=1\nSTATUS=stopping"));
  });

  it("is not ready without a connection, stops when it ends by itself, and is no failure without systemd", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:1", CLAW_TOKEN: "x".repeat(20) });
    const told: string[] = [];
    const { exit, stderr } = await startWatching(home, ["watch", "--until", "300ms"], {
      env: { NOTIFY_SOCKET: "@systemd" },
      onDatagram(_, text) {
        told.push(text);
        throw new Error("nobody takes datagrams at @systemd");
      },
    }).ended;
    assert.equal(exit, 69);
    assert.ok(told.length > 1, "it goes on, as systemd may be busy for a moment");
    assert.equal(
      stderr.match(/^claw: warning: systemd cannot be told how it goes: nobody takes .* @systemd$/gm)?.length,
      1,
    );
  });
});

describe("claw watch and a reader that does not read", () => {
  async function openStuck(args: readonly string[], clock: Clock = realClock) {
    const gateway = await openSocketGateway({ clock, port: await freePort() });
    const home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const written: string[] = [];
    const stdout = {
      isTty: false,
      columns: 80,
      write: (text: string) => void written.push(text),
      writeAside: (text: string) => (written.push(text), new Promise<void>(() => {})),
    };
    const watching = startWatching(home, ["watch", ...args], { stdout, clock });
    const dispose = async () => {
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    };
    return { home, gateway, written, watching, [Symbol.asyncDispose]: dispose };
  }

  it("ends at SIGTERM though standard output is stuck, and writes nothing into the middle of a line", async () => {
    await using stage = await openStuck(["--json", "--since-connect"]);
    await eventually(() => stage.written.length === 1 || undefined, "the first line");
    const { exit, stderr } = await stage.watching.stop();
    assert.deepEqual([exit, stage.written.length], [143, 1]);
    assert.match(stderr, /claw: error: interrupted/);
  });

  it("ends by itself a while after its time though standard output is stuck, and says what was lost", async () => {
    const clock = createFastClock(20);
    await using stage = await openStuck(["--json", "--since-connect", "--until", "20s"], clock);
    await eventually(() => stage.written.length === 1 || undefined, "the first line");
    const { exit, stderr } = await stage.watching.ended;
    assert.deepEqual([exit, stage.written.length], [74, 1]);
    assert.match(stderr, /claw: error: standard output takes nothing more: what was left is not told\n$/);
  });

  it("ends a while after a verdict though standard output is stuck, and says the verdict", async () => {
    const clock = createFastClock(20);
    await using stage = await openStuck(["--json", "--since-connect"], clock);
    await eventually(() => stage.written.length === 1 || undefined, "the first line");
    await stage.gateway[Symbol.asyncDispose]();
    await using _other = await openSocketGateway({ port: stage.gateway.port, faults: ["token-mismatch"], clock });
    const { exit, stderr } = await stage.watching.ended;
    assert.equal(exit, 77, stderr);
    assert.match(stderr, /\nclaw: error: .*\nclaw: hint: .*\n$/);
  });

  it("ends quietly with 0 when nobody reads any more", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const closed = () => {
      throw new ClawError("store/io", "cannot write to stdout: EPIPE", { details: { osCode: "EPIPE" } });
    };
    const stdout = { isTty: false, columns: 80, write: closed, writeAside: () => Promise.reject(closed).catch(closed) };
    const { exit, stderr } = await startWatching(home, ["watch", "--since-connect"], { stdout }).ended;
    assert.equal(exit, 0);
    assert.doesNotMatch(stderr, /error|EPIPE/);
  });
});
