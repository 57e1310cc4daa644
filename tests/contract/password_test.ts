/**
 * Gateways that want a password. Their own, because of the wrong ones.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../support/binary.ts";
import { attemptsIn } from "../support/trace.ts";
import { setUpLabs } from "./lab.ts";

for (const lab of setUpLabs({ auth: "password" })) {
  describe(`a password at gateway ${lab.version}`, () => {
    it("the password of openclaw.json lets claw in, and later the device token does", async () => {
      using home = lab.home();
      for (const text of ["one", "two"]) assertExit(await home.claw(["event", text, "--trace", "trace"]), 0);
      assert.deepEqual(attemptsIn(join(home.path, "trace")), [{ password: "***" }, { deviceToken: "***" }]);
    });

    it("a wrong password fails at the first attempt", async () => {
      using home = lab.home();
      const run = await home.claw(["event", "x", "--password", "wrong", "--json", "--trace", "trace"]);
      assertExit(run, 77);
      assert.equal(envelopeOf(run).error?.code, "auth/rejected");
      assert.deepEqual(attemptsIn(join(home.path, "trace")), [{ password: "***" }]);
    });
  });
}
