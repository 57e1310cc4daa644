/**
 * Contexts by the compiled program: a person adds a gateway of each generation, looks which is there, and goes there.
 */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { describe, it } from "node:test";
import { assertExit, createBinaryHome, envelopeOf } from "../../support/binary.ts";
import { fakeSecretTool } from "../../support/secret_tool.ts";
import { deviceLabs } from "./device_labs.ts";

describe("claw context", () => {
  it("adds both generations, finds them, and logs in to each with its own secret, from file and keychain", async () => {
    using home = createBinaryHome();
    const env = fakeSecretTool(home.path);
    const claw = (args: readonly string[], stdin = "") => home.claw(args, { env, stdin });
    for (const { gateway, protocol } of deviceLabs) {
      const store = protocol === 3 ? "file" : "keychain";
      const args = ["context", "add", `gateway-${protocol}`, "--url", gateway.url, "--token", "-", "--store", store];
      assertExit(await claw(args, `${gateway.secret}\n`), 0);
      const path = `${home.path}/.config/claw/contexts/gateway-${protocol}.json5`;
      assert.equal(readFileSync(path, "utf8").includes(gateway.secret), store === "file");
      assert.equal((statSync(path).mode & 0o777).toString(8), "600");
    }
    assertExit(await claw(["context", "add", "gone", "--port", "9"]), 0);
    const { contexts } = envelopeOf(await claw(["context", "list", "--json"])).data;
    const reachable = contexts.filter(({ isReachable }: { isReachable?: boolean }) => isReachable);
    assert.deepEqual(reachable.map(({ context }: { context: string }) => context), ["gateway-3", "gateway-4"]);
    for (const { version, protocol } of deviceLabs) {
      assertExit(await claw(["context", "use", `gateway-${protocol}`]), 0);
      const run = await claw(["context", "validate", "--json"]);
      assertExit(run, 0);
      const { context, gateway } = envelopeOf(run).data;
      assert.deepEqual([context, gateway.version, gateway.protocol], [`gateway-${protocol}`, version, protocol]);
      assertExit(await claw(["event", "by context"]), 0);
    }
    assertExit(await claw(["context", "validate", "gone"]), 69);
  });

  it("tells a secret that is wrong from none", async () => {
    using home = createBinaryHome();
    for (const { gateway, protocol } of deviceLabs) {
      const add = ["context", "add", `gateway-${protocol}`, "--url", gateway.url, "--token", "-", "--store", "file"];
      assertExit(await home.claw(add, { stdin: "not-the-token\n" }), 0);
      const run = await home.claw(["context", "validate", `gateway-${protocol}`, "--json"]);
      assertExit(run, 77);
      assert.equal(envelopeOf(run).error?.code, "auth/rejected");
    }
  });
});
