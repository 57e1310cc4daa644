import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import { ClawError } from "../src/errors.ts";
import { realClock } from "../src/platform/clock.ts";
import { createManualClock } from "./support/clock.ts";
import { createTestHome } from "./support/world.ts";

describe("RunContext, waiting for input that never ends", () => {
  const stdin = new Promise<string>(() => {});

  it("ends when its time is over, whoever waits for what", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9" });
    const text = await home.claw(["event", "-", "--timeout", "100ms"], { stdin });
    assert.deepEqual([text.exit, text.stderr.split("\n")[0]], [69, "claw: error: standard input did not end in time"]);
    const secret = await home.claw(["event", "x", "--token", "-", "--timeout", "100ms"], { stdin });
    assert.equal(secret.exit, 69);
    assert.match(
      secret.stderr,
      /^claw: error: the settings did not come in time, or the credential, from its command, file or/,
    );
  });

  it("lets a text take its time when nobody said how long, and gives the gateway its own after that", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9" });
    const clock = createManualClock();
    let write = (_text: string) => {};
    const slow = new Promise<string>((resolve) => (write = resolve));
    const running = home.claw(["event", "-"], { stdin: slow, clock });
    for (let minute = 0; minute < 5; minute++) await clock.advance(60_000);
    write("backup finished");
    assert.match((await running).stderr, /^claw: error: nothing listens on 127\.0\.0\.1:9/);
  });

  it("heeds a signal meanwhile", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9" });
    const controller = new AbortController();
    const running = home.claw(["event", "-"], { stdin, interrupted: controller.signal });
    realClock.after(
      50,
      () => controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } })),
    );
    assert.equal((await running).exit, 130);
  });

  it("gives a credential's command the time that claw's own config names", async () => {
    using home = createTestHome();
    mkdirSync(`${home.path}/.config/claw`, { recursive: true });
    writeFileSync(`${home.path}/.config/claw/config.json5`, '{ timeout: "100ms", port: 9, tokenCmd: "sleep 30" }');
    const { exit } = await home.claw(["event", "x", "--token-cmd", "sleep 30"]);
    assert.equal(exit, 69);
  });

  it("ends although openclaw.json is a pipe that nobody writes to", async () => {
    if (process.platform === "win32") return console.log("not tested: this system has no named pipes in directories");
    using home = createTestHome();
    mkdirSync(`${home.path}/.openclaw`);
    execFileSync("mkfifo", [`${home.path}/.openclaw/openclaw.json`]);
    const { exit } = await home.claw(["event", "x", "--timeout", "200ms"]);
    // Lets go of the reader, which would keep this process alive.
    writeFileSync(`${home.path}/.openclaw/openclaw.json`, "{}");
    assert.equal(exit, 69);
  });

  it("ends although claw's own config file is a pipe, which nobody writes to", async () => {
    if (process.platform === "win32") return console.log("not tested: this system has no named pipes in directories");
    using home = createTestHome();
    mkdirSync(`${home.path}/.config/claw`, { recursive: true });
    execFileSync("mkfifo", [`${home.path}/.config/claw/config.json5`]);
    const clock = createManualClock();
    const running = home.claw(["event", "x"], { clock });
    await clock.advance(10_000);
    const { exit, stderr } = await running;
    writeFileSync(`${home.path}/.config/claw/config.json5`, "{}");
    assert.equal(exit, 69);
    assert.match(stderr, /^claw: error: the settings did not come in time/);
  });

  it("refuses one input for text and secret", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9" });
    const { exit, stderr } = await home.claw(["event", "-", "--token", "-"], { stdin: "one" });
    assert.equal(exit, 64);
    assert.match(stderr, /standard input cannot be both the text and the secret/);
  });
});
