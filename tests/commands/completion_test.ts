import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTestHome } from "../support/world.ts";

describe("claw completion", () => {
  it("prints a script for each shell", async () => {
    using home = createTestHome();
    for (const shell of ["bash", "zsh", "fish", "powershell"]) {
      const { exit, stdout, stderr } = await home.claw(["completion", shell]);
      assert.deepEqual([exit, stderr], [0, ""], shell);
      assert.match(stdout, /claw/);
    }
  });

  it("answers with commands and flags", async () => {
    using home = createTestHome();
    const ask = async (...words: string[]) => (await home.claw(["complete", "--", ...words])).stdout;
    assert.match(await ask("ev"), /^event\t/m);
    assert.match(await ask("event", "--no"), /^--now\t/m);
    assert.match(await ask("event", "--mode", ""), /^next-heartbeat/m);
    assert.doesNotMatch(await ask("comp"), /^complete\t/m);
  });
});
