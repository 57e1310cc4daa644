/**
 * `claw event` in all its forms: what was asked for reaches the agent, letter by letter, or nothing is sent. 2026.9.6
 * runs no more than five heartbeats a minute, whatever the mode, so few of these events ask for one.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, type BinaryRun, envelopeOf } from "../../support/binary.ts";
import { paramsSent, readTrace } from "../../support/trace.ts";
import { peacefulLabs } from "./peaceful_labs.ts";
import { mark } from "../mark.ts";

for (const lab of peacefulLabs) {
  describe(`event at gateway ${lab.version}`, () => {
    it("event waits for the next heartbeat unless told otherwise; event --now is that", async () => {
      using home = lab.home();
      const [later, now] = [mark(), mark()];
      const waiting = await home.claw(["event", later]);
      assertExit(waiting, 0);
      const where = `delivered to gateway ${lab.version} at ${lab.gateway.url}/`;
      assert.equal(waiting.stdout, `${where}, to run with the next heartbeat\n`);
      assert.ok(lab.provider.prompts.every((prompt) => !prompt.includes(later)));
      const prompt = await home.claw(["event", now, "--now"]);
      assertExit(prompt, 0);
      assert.equal(prompt.stdout, `${where}, to run now\n`);
      assert.ok((await lab.provider.heard(now)).includes(later), "the next heartbeat has both");
    });

    it("event keeps line feeds and any Unicode, from arguments, standard input and a file", async () => {
      using home = lab.home();
      const lines = (name: string) => [`${name} äöü — 漢字 🦞 e\u0301`, `  "second" line of ${name}`];
      const [argument, stdin, file] = [mark(), mark(), mark()];
      writeFileSync(join(home.path, "text"), `${lines(file).join("\n")}\n`);
      assertExit(await home.claw(["event", lines(argument).join("\n")]), 0);
      assertExit(await home.claw(["event", "-"], { stdin: `${lines(stdin).join("\n")}\n` }), 0);
      assertExit(await home.claw(["event", "--file", "text", "--now"]), 0);
      for (const name of [argument, stdin, file]) {
        // 2026.9.6 shows events as JSON strings, and both put a prefix of their own before each line.
        const prompt = (await lab.provider.heard(name)).replaceAll('\\"', '"');
        for (const line of lines(name)) assert.ok(prompt.includes(line), `${line} in ${JSON.stringify(prompt)}`);
      }
    });

    it("event --session-key and --agent are delivered, or refused by name where the gateway is too old", async () => {
      using home = lab.home();
      const text = mark();
      const args = ["event", text, "--now", "--session-key", "agent:main:main", "--json", "--trace", "trace"];
      const run = await home.claw(args);
      if (lab.protocol === 4) {
        assertExit(run, 0);
        await lab.provider.heard(text);
        assertExit(await home.claw(["event", mark(), "--agent", "main"]), 0);
        return;
      }
      assertExit(run, 65);
      const { code, message } = envelopeOf(run).error ?? {};
      assert.equal(code, "gateway/unsupported");
      assert.equal(message, "gateway 2026.3.13 (protocol 3) does not know sessionKey in wake");
      assertWakes(home.path, 0);
    });

    it("event refuses a blank text, and does not even connect", async () => {
      using home = lab.home();
      writeFileSync(join(home.path, "blank"), " \n\t\n");
      const runs: BinaryRun[] = [];
      for (const args of [[""], [" \t"], ["-"], ["--file", "blank"], []]) {
        runs.push(await home.claw(["event", ...args, "--now", "--trace", "trace"], { stdin: "\n" }));
      }
      for (const run of runs) {
        assertExit(run, 64);
        assert.match(run.stderr, /^claw: error: no text.*\nclaw: hint: /);
      }
      assert.throws(() => readFileSync(join(home.path, "trace")), { code: "ENOENT" });
    });

    it("event refuses what the gateway would not take in one frame before it is sent", async () => {
      using home = lab.home();
      writeFileSync(join(home.path, "long"), "é".repeat(26_214_400 / 2));
      const run = await home.claw(["event", "--file", "long", "--trace", "trace"]);
      assertExit(run, 65);
      assert.match(run.stderr, /^claw: error: too long: the gateway takes at most 26214400 bytes in one frame\n/);
      assertWakes(home.path, 0);
    });

    it("event delivers a long text whole", async () => {
      using home = lab.home();
      const text = `${"long ".repeat(4_000)}${mark()}`;
      assertExit(await home.claw(["event", "--file", "-", "--trace", "trace"], { stdin: text }), 0);
      assert.equal(paramsSent(readTrace(join(home.path, "trace")), "wake")[0].text, text);
    });
  });
}

function assertWakes(home: string, count: number): void {
  assert.equal(paramsSent(readTrace(join(home, "trace")), "wake").length, count);
}
