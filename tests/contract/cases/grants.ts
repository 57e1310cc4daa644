/**
 * The stored device token over time: narrower and wider needs, and a gateway that no longer knows it.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, type BinaryHome, envelopeOf } from "../../support/binary.ts";
import { openOperator } from "../../support/operator.ts";
import { attemptsIn, paramsSent, readTrace } from "../../support/trace.ts";
import { peacefulLabs } from "./peaceful_labs.ts";

for (const lab of peacefulLabs) {
  describe(`the grant at gateway ${lab.version}`, () => {
    /** Where the gateway is, and no secret. */
    const urlOnly = () => ({ OPENCLAW_CONFIG_PATH: "", CLAW_URL: lab.gateway.url });

    it("event after status widens the grant once, with the shared token", async () => {
      using home = lab.home();
      assertExit(await home.claw(["status"]), 0);
      assert.deepEqual(storedToken(home).scopes, ["operator.read"]);
      assertExit(await home.claw(["event", "x", "--trace", "trace"]), 0);
      assert.deepEqual(storedToken(home).scopes.toSorted(), ["operator.read", "operator.write"]);
      assert.deepEqual(attemptsIn(join(home.path, "trace")), [{ token: "***" }]);
      for (const args of [["status"], ["event", "x"]]) assertExit(await home.claw(args, { env: urlOnly() }), 0);
    });

    it("status after event asks for less than was granted, and leaves the token as it is", async () => {
      using home = lab.home();
      assertExit(await home.claw(["event", "x"]), 0);
      const before = storedToken(home);
      assert.deepEqual(before.scopes, ["operator.write"]);
      assertExit(await home.claw(["status", "--trace", "trace"]), 0);
      assertExit(await home.claw(["event", "x", "--trace", "trace"], { env: urlOnly() }), 0);
      const asked = paramsSent(readTrace(join(home.path, "trace")), "connect").map(({ scopes }) => scopes);
      assert.deepEqual(asked, [["operator.read"], ["operator.write"]]);
      assert.deepEqual(storedToken(home), before);
    });

    it("event without the shared token says which scope the stored one lacks", async () => {
      using home = lab.home();
      assertExit(await home.claw(["status"]), 0);
      const run = await home.claw(["event", "x", "--json"], { env: urlOnly() });
      assertExit(run, 77);
      const { code, message, hint } = envelopeOf(run).error ?? {};
      assert.equal(code, "auth/scope");
      assert.equal(message, "this device was granted operator.read, but not operator.write");
      assert.match(hint ?? "", /--token-file/);
    });

    for (const how of ["rotated", "revoked"] as const) {
      it(`a token that was ${how} at the gateway is replaced with the help of the shared one, and kept`, async () => {
        using home = lab.home();
        assertExit(await home.claw(["event", "x"]), 0);
        const before = storedToken(home);
        using operator = await openOperator(lab.gateway);
        const target = { deviceId: before.deviceId, role: "operator" };
        await operator.call(`device.token.${how === "rotated" ? "rotate" : "revoke"}`, target);
        const helpless = await home.claw(["event", "x", "--json"], { env: urlOnly() });
        assertExit(helpless, 77);
        assert.equal(envelopeOf(helpless).error?.code, "auth/rejected");
        assert.deepEqual(storedToken(home), before, "a refusal changes nothing");
        assertExit(await home.claw(["event", "x", "--trace", "trace"]), 0);
        assert.deepEqual(attemptsIn(join(home.path, "trace")), [{ deviceToken: "***" }, { token: "***" }]);
        assert.notEqual(storedToken(home).token, before.token);
        assert.deepEqual(JSON.parse(readFileSync(tokenFile(home, ".prev"), "utf8")).token, before.token);
        assertExit(await home.claw(["event", "x"], { env: urlOnly() }), 0);
      });
    }
  });
}

function storedToken(home: BinaryHome): { deviceId: string; token: string; scopes: string[] } {
  return JSON.parse(readFileSync(tokenFile(home, ".json"), "utf8"));
}

function tokenFile(home: BinaryHome, ending: string): string {
  const folder = join(home.path, ".local/state/claw/tokens");
  const [name = "none", ...more] = readdirSync(folder).filter((file) => file.endsWith(ending));
  assert.equal(more.length, 0);
  return join(folder, name);
}
