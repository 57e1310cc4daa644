import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { writeConfig } from "../support/contexts.ts";
import { createTestHome } from "../support/world.ts";

const job = ["cron", "add", "--name", "tea", "--every", "1h", "--message", "tea"];

describe("the settings' agent", () => {
  it("is whom events and new jobs are for when nobody else is named", async () => {
    await using gateway = await openSocketGateway({ protocol: 4 });
    using home = createTestHome({ CLAW_CONTEXT: "home" });
    writeConfig(home, {
      "contexts/home.json5": `{ url: "${gateway.url}", token: "${gateway.secret}", agent: "ops" }`,
    });
    const agentOfWake = async (...args: string[]) => {
      const { exit, stderr } = await home.claw(["event", "x", ...args]);
      assert.equal(exit, 0, stderr);
      return (gateway.gateway.memory.wakes.at(-1) as { agentId?: string } | undefined)?.agentId;
    };
    assert.equal(await agentOfWake(), "ops");
    assert.equal(await agentOfWake("--agent", "main"), "main");
    assert.equal(await agentOfWake("--session-key", "agent:main:main"), undefined, "the key names its agent");
    const agentOfJob = async (args: readonly string[], env: Readonly<Record<string, string>> = {}, stdin = "") => {
      const { stdout, stderr } = await home.claw([...job, ...args, "--dry-run", "--json"], { env, stdin });
      assert.equal(stderr, "");
      return JSON.parse(stdout).data.params.agentId;
    };
    assert.equal(await agentOfJob([]), "ops");
    assert.equal(await agentOfJob([], { CLAW_AGENT: "main" }), "main");
    assert.equal(await agentOfJob(["--agent", "other"]), "other");
    assert.equal(await agentOfJob(["--json-file", "-"], {}, '{"agentId": "from-file"}'), "from-file");
  });

  it("is named with its place where a gateway does not know agents", async () => {
    await using gateway = await openSocketGateway({ protocol: 3 });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret, CLAW_AGENT: "ops" });
    const { exit, stderr } = await home.claw(["event", "x"]);
    assert.equal(exit, 65);
    assert.match(stderr, /^claw: error: gateway \S+ \(protocol 3\) does not know agentId in wake$/m);
    assert.match(
      stderr,
      /^claw: hint: agent ops comes from CLAW_AGENT: take it out there, or name another one with --agent$/m,
    );
    assert.equal(gateway.gateway.memory.wakes.length, 0);
    const told = await home.claw(["event", "x", "--agent", "main"]);
    assert.match(told.stderr, /^claw: hint: upgrade the gateway, or leave that option out$/m);
  });

  it("asks for no settings before the command line is whole", async () => {
    using home = createTestHome();
    writeConfig(home, { "config.json5": "{ broken" });
    assert.equal((await home.claw(["cron", "add", "--name", "x"])).exit, 64);
  });
});
