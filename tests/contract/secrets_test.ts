/**
 * Wrong and missing tokens. Gateways of their own: 2026.9.6 answers a wrong secret late, and everyone who comes after it
 * too.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../support/binary.ts";
import { attemptsIn } from "../support/trace.ts";
import { setUpLabs } from "./lab.ts";

for (const lab of setUpLabs()) {
  describe(`a token at gateway ${lab.version}`, () => {
    it("a wrong --token fails at the first attempt, and the stored device token does not take its place", async () => {
      using home = lab.home();
      assertExit(await home.claw(["event", "brings a device token home"]), 0);
      const run = await home.claw(["event", "x", "--token", "wrong", "--json", "--trace", "trace"]);
      assertExit(run, 77);
      const { code, message, hint } = envelopeOf(run).error ?? {};
      assert.equal(code, "auth/rejected");
      assert.match(message ?? "", /token/);
      assert.match(hint ?? "", /`claw status`/);
      assert.match(run.stderr, /^claw: warning: .*ps/);
      assert.deepEqual(attemptsIn(join(home.path, "trace")), [{ token: "***" }]);
      assert.ok(!(run.stdout + run.stderr).includes("wrong"), "not even a wrong secret is shown");
    });

    it("a stale token in openclaw.json harms nobody who has a device token, and is named to others", async () => {
      using home = lab.home();
      assertExit(await home.claw(["event", "brings a device token home"]), 0);
      const config = { gateway: { port: lab.gateway.port, auth: { mode: "token", token: "stale-token-of-old" } } };
      writeFileSync(join(home.path, "stale.json"), JSON.stringify(config));
      const env = { OPENCLAW_CONFIG_PATH: join(home.path, "stale.json") };
      assertExit(await home.claw(["event", "with the device token"], { env }), 0);
      using stranger = lab.home(env);
      const run = await stranger.claw(["event", "x"]);
      assertExit(run, 77);
      assert.ok(!run.stderr.includes("stale-token-of-old"));
      assertExit(await stranger.claw(["event", "y"], { env: { CLAW_TOKEN: lab.gateway.secret } }), 0);
    });

    it("no secret at all is told apart from a wrong one", async () => {
      using home = lab.home({ OPENCLAW_CONFIG_PATH: "", CLAW_URL: lab.gateway.url });
      const run = await home.claw(["event", "x", "--json"]);
      assertExit(run, 77);
      const { code, hint } = envelopeOf(run).error ?? {};
      assert.equal(code, "auth/required");
      assert.match(hint ?? "", /--token-file|CLAW_TOKEN/);
    });

    it("a token comes from a file, from standard input and from a command", async () => {
      const { secret, url } = lab.gateway;
      const ways = [
        { args: ["--token-file", "token"] },
        { args: ["--token", "-"], stdin: `${secret}\n` },
        { args: ["--token-cmd", `printf %s ${secret}`] },
        { args: [], env: { CLAW_TOKEN: secret } },
        { args: [], env: { CLAW_TOKEN_FILE: "token" } },
      ];
      for (const { args, ...choices } of ways) {
        using home = lab.home({ OPENCLAW_CONFIG_PATH: "", CLAW_URL: url });
        writeFileSync(join(home.path, "token"), `${secret}\n`, { mode: 0o600 });
        const run = await home.claw(["event", "x", ...args], choices);
        assertExit(run, 0);
        assert.equal(run.stderr, "");
      }
    });
  });
}
