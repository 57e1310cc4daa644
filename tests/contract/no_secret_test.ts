/**
 * Gateways that want no secret: the device's key is all there is.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit } from "../support/binary.ts";
import { attemptsIn } from "../support/trace.ts";
import { setUpLabs } from "./lab.ts";

for (const lab of setUpLabs({ auth: "none" })) {
  describe(`no secret at gateway ${lab.version}`, () => {
    it("the device key alone lets claw in", async () => {
      using home = lab.home();
      const run = await home.claw(["status", "--trace", "trace"]);
      assertExit(run, 0);
      assert.match(run.stdout, /login +device key only/);
      assertExit(await home.claw(["event", "x"]), 0);
      assert.deepEqual(attemptsIn(join(home.path, "trace")), [undefined]);
    });
  });
}
