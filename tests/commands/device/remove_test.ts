import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { losingAnswer, openDeviceStage } from "../../support/device_stage.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";

/** How each verb is called, what it does to a device, and what it asks about. */
const verbs = [
  { verb: "remove", method: "device.pair.remove", question: /^claw: remove \S+\? \[y\/N\] $/, done: "removed" },
  {
    verb: "revoke",
    method: "device.token.revoke",
    question: /^claw: revoke the token of \S+\? \[y\/N\] $/,
    done: "revoked the token of",
  },
] as const;

for (const protocol of [3, 4] as const) {
  for (const { verb, method, question, done } of verbs) {
    describe(`claw device ${verb}, protocol ${protocol}`, () => {
      const openStage = async () => {
        const stage = await openDeviceStage(protocol);
        const isGone = (deviceId: string) => {
          const device = stage.pairings.find(deviceId);
          return verb === "remove" ? device === undefined : device?.tokens["operator"]?.revokedAtMs !== undefined;
        };
        return Object.assign(stage, { isGone });
      };

      it("asks on a terminal, and takes no for no", async () => {
        await using stage = await openStage();
        const { deviceId } = await stage.pair();
        const no = await stage.run([verb, deviceId.slice(0, 8)], { isTty: true, stdin: "\n" });
        assert.equal(no.exit, 1);
        assert.match(no.stderr, question);
        assert.match(no.stdout, /^kept /);
        assert.ok(!stage.isGone(deviceId));
        const yes = await stage.run([verb, deviceId.slice(0, 8)], { isTty: true, stdin: "y\n" });
        assert.equal(yes.exit, 0);
        assert.ok(yes.stdout.startsWith(`${done} ${deviceId}`), yes.stdout);
        assert.ok(stage.isGone(deviceId));
      });

      it("sends nothing with --dry-run, and asks for --yes where nobody can be asked", async () => {
        await using stage = await openStage();
        const { deviceId } = await stage.pair();
        assert.match((await stage.run([verb, deviceId, "--dry-run"])).stdout, /^would .*, and sent nothing\n$/);
        const { exit, stderr } = await stage.run([verb, deviceId]);
        assert.equal(exit, 64);
        assert.match(stderr, /nobody can be asked here\nclaw: hint: say so beforehand with --yes\n$/);
        assert.ok(!stage.isGone(deviceId));
      });

      it("asks twice before this very device, and wants --self beside --yes", async () => {
        await using stage = await openStage();
        await stage.run(["list"]);
        const own = await stage.ownId();
        const once = await stage.run([verb, own], { isTty: true, stdin: "y\nn\n" });
        assert.equal(once.exit, 1);
        assert.match(
          once.stderr,
          /\[y\/N\] claw: it is this very device: its token stops working at once, .*\? \[y\/N\] $/,
        );
        const plain = await stage.run([verb, own, "--yes"]);
        assert.equal(plain.exit, 64);
        assert.match(
          plain.stderr,
          /^claw: error: that is this very device: .*\nclaw: hint: say that you mean it with --self/,
        );
        assert.ok(!stage.isGone(own));
        const { exit, stdout, stderr } = await stage.run([verb, own, "--yes", "--self"]);
        assert.equal(exit, 0, stderr);
        assert.match(stdout, /; its token stops working at once/);
        assert.ok(stage.isGone(own));
      });

      it("finds out what became of a lost answer", async () => {
        await using stage = await openStage();
        const { deviceId } = await stage.pair();
        await using proxy = await startTcpProxy(losingAnswer(stage.gateway.port, method));
        const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
        const { exit, stderr } = await stage.run([verb, deviceId, "--yes"], { env });
        assert.equal(exit, 0, stderr);
        assert.match(stderr, /the gateway shows that it is done\n$/);
        assert.ok(stage.isGone(deviceId));
      });

      it("does not look at what became of itself, since that would pair it again", async () => {
        await using stage = await openStage();
        await stage.run(["list"]);
        const own = await stage.ownId();
        await using proxy = await startTcpProxy(losingAnswer(stage.gateway.port, method));
        const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
        const { exit } = await stage.run([verb, own, "--yes", "--self"], { env });
        assert.equal(exit, 79);
        assert.ok(stage.isGone(own));
      });

      if (protocol === 4) {
        it("takes the end of its own connection (4001) for the answer", async () => {
          await using stage = await openStage();
          await stage.run(["list"]);
          const own = await stage.ownId();
          await using proxy = await startTcpProxy(losingAnswer(stage.gateway.port, method, "drop"));
          const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
          const { exit, stderr } = await stage.run([verb, own, "--yes", "--self"], { env });
          assert.equal(exit, 0, stderr);
          assert.ok(stage.isGone(own));
        });
      }

      it("says that a device is not there, not paired yet, or only calls itself so", async () => {
        await using stage = await openStage();
        await stage.pair({ displayName: "phone" });
        const { deviceId } = await stage.ask();
        for (
          const [reference, complaint] of [
            ["abcdefabcdef", /there is no device 'abcdefabcdef'/],
            [deviceId, /asks to be paired, and is not yet/],
            ["phone", /is what a device calls itself, and any device may: that names no device/],
          ] as const
        ) {
          const { exit, stderr } = await stage.run([verb, reference, "--yes"]);
          assert.equal(exit, 65);
          assert.match(stderr, complaint);
        }
      });
    });
  }
}

describe("claw device revoke", () => {
  it("leaves a token alone that is revoked already, and names the roles that there are", async () => {
    await using stage = await openDeviceStage(4);
    const { deviceId } = await stage.pair();
    await stage.run(["revoke", deviceId, "--yes"]);
    assert.match((await stage.run(["revoke", deviceId, "--yes"])).stdout, /is revoked already\n$/);
    const { exit, stderr } = await stage.run(["revoke", deviceId, "--role", "node", "--yes"]);
    assert.equal(exit, 65);
    assert.match(stderr, /has no token as node\nclaw: hint: it has one as operator: name it with --role\n$/);
  });
});
