/**
 * Inputs that never end: a pipe that nobody closes, a command that never returns. The run ends all the same, by its time
 * or by a signal, and leaves nothing behind.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { describe, it } from "node:test";
import { assertExit, createBinaryHome, envelopeOf } from "../support/binary.ts";

const held = { held: true } as const;
const endless = [
  { what: "the text", args: ["event", "-"] },
  { what: "the token", args: ["event", "x", "--token", "-"] },
];

describe("claw reading an input that never ends", () => {
  for (const { what, args } of endless) {
    it(`gives up ${what} when the time is over`, async () => {
      using home = createBinaryHome({ CLAW_PORT: "1" });
      const run = await home.claw([...args, "--timeout", "1s", "--json"], { stdin: held });
      assertExit(run, 69);
      assert.equal(envelopeOf(run).error?.code, "net/timeout");
      assert.ok(run.wallMs > 900 && run.wallMs < 2_000, `${run.wallMs} ms`);
    });

    for (const [signal, exit] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
      it(`gives up ${what} at ${signal}`, async () => {
        using home = createBinaryHome({ CLAW_PORT: "1" });
        const run = home.start(args, { stdin: held });
        // Nothing tells from outside that it has begun to read.
        await setTimeout(300);
        run.kill(signal);
        const ended = await run.ended;
        assertExit(ended, exit);
        assert.ok(ended.wallMs < 1_500, `${ended.wallMs} ms`);
      });
    }
  }

  it("ends the command of --token-cmd with its own time", async () => {
    using home = createBinaryHome({ CLAW_PORT: "1", PATH: process.env["PATH"] ?? "" });
    const command = "echo $$ >pid; exec sleep 600";
    const run = await home.claw(["event", "x", "--token-cmd", command, "--timeout", "1s"]);
    assertExit(run, 69);
    assert.ok(run.wallMs < 2_000, `${run.wallMs} ms`);
    const pid = Number(readFileSync(join(home.path, "pid"), "utf8"));
    assert.ok(pid > 1);
    // Whoever adopts it may be slow to bury it.
    assert.match(spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout, /^(Z.*\n)?$/);
  });
});
