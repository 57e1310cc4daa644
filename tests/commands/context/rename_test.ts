import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readConfig, writeConfig } from "../../support/contexts.ts";
import { createTestHome } from "../../support/world.ts";

describe("claw context rename", () => {
  it("renames the file, and the choice of the config file with it", async () => {
    using home = createTestHome();
    const text = "{ port: 9 /* nine */ }";
    writeConfig(home, { "contexts/home.json5": text, "config.json5": '{ context: "home" } // mine' });
    const { exit, stdout, stderr } = await home.claw(["context", "rename", "home", "house"]);
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.match(stdout, /^context home is called house now \(\S+house\.json5\)\n$/);
    assert.deepEqual([readConfig(home, "contexts/home.json5"), readConfig(home, "contexts/house.json5")], [
      undefined,
      text,
    ]);
    assert.equal(readConfig(home, "config.json5"), '{ context: "house" } // mine');
  });

  it("can rename one that is broken, and warns when a variable still has the old name", async () => {
    using home = createTestHome();
    writeConfig(home, { "contexts/bad.json5": "{ port: }" });
    const { exit, stderr } = await home.claw(["context", "rename", "bad", "worse"], { env: { CLAW_CONTEXT: "bad" } });
    assert.equal(exit, 0);
    assert.match(stderr, /^claw: warning: CLAW_CONTEXT: there is no context bad/);
  });

  it("refuses what is not there, what has no file, and names that are taken or none", async () => {
    using home = createTestHome();
    writeConfig(home, { "contexts/a.json5": "{ port: 1 }", "contexts/b.json5": "{ port: 2 }" });
    for (
      const [from, to, complaint] of [
        ["c", "d", "there is no context c"],
        ["local", "d", "local is what claw's config file and OpenClaw's settings say"],
        ["a", "b", "there is a context b already"],
        ["a", "local", "local is there already: it needs no file"],
        ["a", "../x", "'../x' cannot name a context"],
      ] as const
    ) {
      const { exit, stderr } = await home.claw(["context", "rename", from, to]);
      assert.equal(exit, 65);
      assert.match(stderr, new RegExp(`^claw: error: ${complaint.replaceAll(".", "\\.")}$`, "m"));
    }
    assert.deepEqual([readConfig(home, "contexts/a.json5"), readConfig(home, "contexts/b.json5")], [
      "{ port: 1 }",
      "{ port: 2 }",
    ]);
  });
});
