import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { startRefusingGateway } from "../../support/refusing_gateway.ts";
import { freePort } from "../../support/sockets.ts";
import { createTestHome } from "../../support/world.ts";

/** `label=value[unit];warn;crit;min`, as monitoring plugins write it. */
const performance = /^\w+=[\d.]+ms;\d*;\d*;0( \w+=[\d.]+ms;\d*;\d*;0)*$/;

describe("claw check", () => {
  it("is one line with numbers behind the bar, and exit 0", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const { exit, stdout, stderr } = await home.claw(["check"]);
      assert.deepEqual([exit, stderr], [0, ""], stdout);
      const [text = "", numbers = "", ...more] = stdout.trimEnd().split(" | ");
      assert.match(text, /^CLAW OK - gateway 2026\.\S+ at ws:\/\/127\.0\.0\.1:\d+\/ answered in [\d.]+ ms$/);
      assert.match(numbers, performance);
      assert.match(numbers, /^time=[\d.]+ms;1000;5000;0 tcp=/);
      assert.deepEqual(more, []);
      assert.deepEqual(gateway.gateway.memory.pairings.paired(), []);
    }
  });

  it("goes by its thresholds", async () => {
    await using gateway = await openSocketGateway({ faults: ["late-challenge=50"] });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const warned = await home.claw(["check", "-w", "20ms"]);
    assert.equal(warned.exit, 1);
    assert.match(warned.stdout, /^CLAW WARNING - .*;20;5000;0/);
    const critical = await home.claw(["check", "-w", "10ms", "-c", "20ms"]);
    assert.equal(critical.exit, 2);
    assert.match(critical.stdout, /^CLAW CRITICAL - /);
  });

  it("is critical when the gateway is not reached, or refuses", async () => {
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${await freePort()}`, CLAW_TOKEN: "x".repeat(20) });
    const absent = await home.claw(["check"]);
    assert.equal(absent.exit, 2);
    assert.match(absent.stdout, /^CLAW CRITICAL - nothing listens on [^|\n]*\n$/);
    await using gateway = await openSocketGateway();
    const refused = await home.claw(["check"], { env: { CLAW_URL: gateway.url } });
    assert.equal(refused.exit, 2);
    assert.match(refused.stdout, /^CLAW CRITICAL - the gateway refused the connection/);
  });

  it("is unknown when the command line or a setting is wrong, on stdout and with no other number", async () => {
    using home = createTestHome();
    const wrong = [
      ["--nope"],
      ["-w", "soon"],
      ["-w", "5s", "-c", "1s"],
      ["-w", "6s"],
      ["--timeout", "5"],
      ["surplus"],
      ["--url", "ftp://x"],
    ];
    for (const args of wrong) {
      const { exit, stdout } = await home.claw(["check", ...args]);
      assert.equal(exit, 3, args.join(" "));
      assert.match(stdout, /^CLAW UNKNOWN - [^|\n]*\n$/, args.join(" "));
    }
    const run = await home.claw(["check"], { env: { HOME: "" } });
    assert.equal(run.exit, 3, run.stdout);
  });

  it("keeps to its one line, whatever a gateway says", async () => {
    const message = `no | no\r\nOK - fine\u2028 | time=0 ${"long ".repeat(50_000)}`;
    await using gateway = await startRefusingGateway({ code: "NO\n", message, details: { code: "X\n" } });
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${gateway.port}`, CLAW_TOKEN: "x".repeat(20) });
    const { exit, stdout } = await home.claw(["check"]);
    assert.equal(exit, 2);
    assert.match(stdout, /^CLAW CRITICAL - [^|\r\n\u2028]*\n$/);
    assert.ok(stdout.length < 4_000, "monitors cut longer ones");
  });

  it("says the same to a program", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const { data } = JSON.parse((await home.claw(["check", "--json"])).stdout);
    assert.deepEqual([data.status, data.exit], ["ok", 0]);
    const failed = await home.claw(["check", "--json", "--url", "ftp://x"]);
    assert.equal(failed.exit, 3);
    assert.equal(JSON.parse(failed.stdout).data.status, "unknown");
  });

  it("speaks even when it is told to be quiet", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    assert.match((await home.claw(["check", "--quiet"])).stdout, /^CLAW OK/);
  });

  it("leaves the numbers of other verbs alone", async () => {
    using home = createTestHome();
    assert.equal((await home.claw(["event", "check", "--nope"])).exit, 64);
    assert.equal((await home.claw(["nonsense"])).exit, 64);
    const port = String(await freePort());
    assert.equal((await home.claw(["--token", "check", "event", "x", "--port", port])).exit, 69);
    assert.equal((await home.claw(["--token", "check", "event", "--nope"])).exit, 64);
    assert.equal((await home.claw(["--token-file", "status", "check", "--nope"])).exit, 3);
  });
});
