import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { writeConfig } from "../support/contexts.ts";
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

  it("answers with the contexts that are there, and without a home directory all the same", async () => {
    using home = createTestHome();
    writeConfig(home, { "contexts/home.json5": "{ port: 9 }", "contexts/lab.json5": "{ broken" });
    const ask = async (...words: string[]) => (await home.claw(["complete", "--", ...words])).stdout;
    for (
      const words of [["context", "use", ""], ["--context", ""], ["event", "--context", ""], [
        "cron",
        "list",
        "--context",
        "",
      ]]
    ) {
      assert.match(await ask(...words), /^local\t\nhome\t\nlab\t\n/, words.join(" "));
    }
    assert.match(await ask("context", "rm", "h"), /^home\t\n:/);
    assert.doesNotMatch(await ask("context", "add", ""), /home/);
    const homeless = await home.claw(["complete", "--", "ev"], { env: { HOME: "" } });
    assert.match(homeless.stdout, /^event\t/m);
  });
});
