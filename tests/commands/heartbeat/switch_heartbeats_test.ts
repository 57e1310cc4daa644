import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";
import { createTestHome } from "../../support/world.ts";

describe("claw heartbeat disable", () => {
  it("asks first, and leaves heartbeats as they are after a no", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const no = await home.claw(["heartbeat", "disable"], { isTty: true, stdin: "n\n" });
    assert.equal(no.exit, 1);
    assert.match(no.stderr, /switch off the heartbeats of every agent\? \[y\/N\]/);
    assert.match(no.stdout, /^left them as they are$/m);
    assert.equal(gateway.gateway.memory.heartbeatsEnabled, true);
    const yes = await home.claw(["heartbeat", "disable"], { isTty: true, stdin: "y\n" });
    assert.equal(yes.exit, 0);
    assert.equal(gateway.gateway.memory.heartbeatsEnabled, false);
  });

  it("does nothing where nobody can be asked, unless told --yes", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const asked = await home.claw(["heartbeat", "disable"]);
    assert.equal(asked.exit, 64);
    assert.match(asked.stderr, /nobody can be asked here\nclaw: hint: say so beforehand with --yes\n$/);
    assert.equal(gateway.log.length, 0, "nothing was dialled");
    const { exit, stdout } = await home.claw(["heartbeat", "disable", "--yes"]);
    assert.equal(exit, 0);
    assert.match(
      stdout,
      /^heartbeats are off for every agent, until `claw heartbeat enable` or the gateway's next start$/m,
    );
    assert.equal(gateway.gateway.memory.heartbeatsEnabled, false);
  });
});

describe("claw heartbeat enable", () => {
  it("switches them on again, without a question, with either generation", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      gateway.gateway.memory.heartbeatsEnabled = false;
      const { exit, stdout } = await home.claw(["heartbeat", "enable", "--json"]);
      assert.deepEqual([exit, JSON.parse(stdout).data], [0, { enabled: true }]);
      assert.equal(gateway.gateway.memory.heartbeatsEnabled, true);
    }
  });

  it("says that it may be done again when the answer is lost", async () => {
    await using gateway = await openSocketGateway();
    let lost: unknown;
    await using proxy = await startTcpProxy({
      targetPort: gateway.port,
      decide: ({ from, frame }) => {
        if (frame.method === "set-heartbeats") lost = frame.id;
        return from === "gateway" && lost !== undefined && frame.id === lost ? "cut" : "pass";
      },
    });
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${proxy.port}`, CLAW_TOKEN: gateway.secret });
    const { exit, stderr } = await home.claw(["heartbeat", "enable"]);
    assert.equal(exit, 79);
    assert.match(stderr, /hint: doing it twice does no harm: `claw heartbeat enable`\n$/);
  });
});
