import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { certificateFor } from "../../support/certificate.ts";
import { writeConfig } from "../../support/contexts.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome } from "../../support/world.ts";

describe("claw context validate", () => {
  it("logs in with the context's own credential, whatever else names a gateway", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_TOKEN: "not-this-one", CLAW_URL: "ws://127.0.0.1:9" });
      writeConfig(home, { "contexts/home.json5": `{ url: "${gateway.url}", token: "${gateway.secret}" }` });
      const { exit, stdout, stderr } = await home.claw(["context", "validate", "home"]);
      assert.deepEqual([exit, stderr], [0, ""]);
      assert.match(stdout, /^context +home\n/);
      assert.match(stdout, new RegExp(`^gateway +${gateway.url}/ \\(version \\S+, protocol ${protocol}\\)$`, "m"));
      assert.match(stdout, /^login +token from \S+home\.json5: token$/m);
      assert.match(stdout, /^scopes +operator\.read$/m);
    }
  });

  it("takes the context in force without a name", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome();
    writeConfig(home, {
      "config.json5": '{ context: "home" }',
      "contexts/home.json5": `{ url: "${gateway.url}", token: "${gateway.secret}" }`,
    });
    const { exit, stdout } = await home.claw(["context", "validate", "--json"]);
    assert.deepEqual([exit, JSON.parse(stdout).data.context], [0, "home"]);
  });

  it("ends with the number of what is wrong", async () => {
    await using gateway = await openSocketGateway({ protocol: 4 });
    await using secure = await openSocketGateway({ tls: await certificateFor() });
    using home = createTestHome();
    writeConfig(home, {
      "contexts/off.json5": "{ port: 9 }",
      "contexts/stranger.json5": `{ url: "${gateway.url}" }`,
      "contexts/stale.json5": `{ url: "${gateway.url}", token: "wrong-token-entirely" }`,
      "contexts/self.json5": `{ url: "${secure.url}", token: "${secure.secret}" }`,
      "contexts/tool.json5": `{ url: "${gateway.url}", tokenCmd: "exit 3" }`,
      "contexts/bad.json5": "{ port: }",
    });
    const expected: Readonly<Record<string, readonly [number, string]>> = {
      off: [69, "net/unreachable"],
      stranger: [77, "auth/required"],
      stale: [77, "auth/rejected"],
      self: [69, "net/tls"],
      tool: [78, "config/invalid"],
      bad: [78, "config/invalid"],
      nobody: [65, "input/invalid"],
    };
    for (const [name, [number, code]] of Object.entries(expected)) {
      const { exit, stdout } = await home.claw(["context", "validate", name, "--json"]);
      assert.deepEqual([exit, JSON.parse(stdout).error.code], [number, code], name);
    }
  });
});
