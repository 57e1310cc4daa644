/**
 * `claw watch` as a process: with a reader that does not read, and one that goes away.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { describe, it } from "node:test";
import { binaryPath } from "../support/binary.ts";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { eventually } from "../support/eventually.ts";
import { createTestHome } from "../support/world.ts";

async function openStage(args: readonly string[]) {
  const gateway = await openSocketGateway();
  const home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
  const child = spawn(binaryPath(), ["watch", ...args], {
    env: { HOME: home.path, CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  let exit: number | null | undefined;
  child.once("exit", (code) => (exit = code));
  const ended = () => eventually(() => exit === undefined ? undefined : { exit }, "the end", 15_000);
  await eventually(() => stderr.includes("claw: connected") || undefined, "the connection");
  return {
    child,
    stderr: () => stderr,
    ended,
    /** An event longer than what a pipe holds. */
    async addJob(characters = 300_000) {
      const message = "x".repeat(characters);
      const { exit } = await home.claw(["cron", "add", "--name", "big", "--every", "1h", "--message", message]);
      assert.equal(exit, 0);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      child.stdout.destroy();
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

describe("claw watch and its reader", () => {
  it("ends at SIGTERM though nobody reads what it writes", async () => {
    await using stage = await openStage(["--json"]);
    // Deno and Bun read ahead a little: far more than they and the pipe hold.
    for (let n = 0; n < 5; n++) await stage.addJob();
    process.kill(stage.child.pid ?? 0, "SIGTERM");
    assert.equal((await stage.ended()).exit, 143);
    assert.match(stage.stderr(), /claw: error: interrupted\n$/);
  });

  it("ends quietly with 0 when its reader has gone away", async () => {
    await using stage = await openStage(["--json"]);
    stage.child.stdout.destroy();
    await stage.addJob(10);
    assert.equal((await stage.ended()).exit, 0);
    assert.equal(stage.stderr().split("\n").length, 2, stage.stderr());
  });

  it("goes on for a reader that comes back to it", async () => {
    await using stage = await openStage(["--json", "--until", "heartbeat"]);
    for (let n = 0; n < 5; n++) await stage.addJob();
    let written = "";
    stage.child.stdout.setEncoding("utf8").on("data", (text: string) => (written += text));
    await eventually(() => written.split("\n").length > 5 || undefined, "all events", 20_000);
    for (const line of written.split("\n").slice(0, -1)) assert.equal(JSON.parse(line).data.event, "cron");
  });
});
