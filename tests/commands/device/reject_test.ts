import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { losingAnswer, openDeviceStage } from "../../support/device_stage.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";

for (const protocol of [3, 4] as const) {
  describe(`claw device reject, protocol ${protocol}`, () => {
    it("rejects by the beginning of the request's or the device's id", async () => {
      await using stage = await openDeviceStage(protocol);
      const [one, two] = [await stage.ask(), await stage.ask()];
      const { exit, stdout } = await stage.run(["reject", one.requestId.slice(0, 8)]);
      assert.equal(exit, 0);
      assert.equal(stdout, `rejected request ${one.requestId} of device ${one.deviceId.slice(0, 8)}\n`);
      assert.equal((await stage.run(["reject", two.deviceId.slice(0, 10)])).exit, 0);
      assert.deepEqual(stage.pairings.pending(), []);
      assert.equal(stage.pairings.find(one.deviceId), undefined);
    });

    it("sends nothing with --dry-run", async () => {
      await using stage = await openDeviceStage(protocol);
      const { requestId } = await stage.ask();
      const { stdout } = await stage.run(["reject", requestId, "--dry-run"]);
      assert.match(stdout, new RegExp(`^request +${requestId}\n`));
      assert.equal(stage.pairings.pending().length, 1);
    });

    it("never chooses by the name that a device gave itself, and says what it found", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.ask({ displayName: "laptop" });
      const { exit, stderr } = await stage.run(["reject", "laptop"]);
      assert.equal(exit, 65);
      assert.match(
        stderr,
        /names no request\nclaw: hint: look whether you mean request \S+ of device \S+, and name it by/,
      );
      const paired = await stage.pair();
      const none = await stage.run(["reject", paired.deviceId]);
      assert.match(none.stderr, /^claw: error: \w+ is paired, and asks for nothing now\n/);
    });

    it("finds out that it rejected when the answer is lost", async () => {
      await using stage = await openDeviceStage(protocol);
      const { requestId } = await stage.ask();
      await using proxy = await startTcpProxy(losingAnswer(stage.gateway.port, "device.pair.reject"));
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      const { exit, stderr } = await stage.run(["reject", requestId], { env });
      assert.equal(exit, 0, stderr);
      assert.match(stderr, /the gateway shows that it is done\n$/);
      assert.deepEqual(stage.pairings.pending(), []);
    });

    it("does not say that it rejected what was replaced instead", async () => {
      await using stage = await openDeviceStage(protocol);
      const { requestId, device } = await stage.ask();
      await using proxy = await startTcpProxy({
        targetPort: stage.gateway.port,
        decide({ from, frame }) {
          if (from === "gateway" || frame.method !== "device.pair.reject") return "pass";
          stage.pairings.reject(requestId);
          void stage.ask({ device });
          return "cut";
        },
      });
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      const { exit, stderr } = await stage.run(["reject", requestId], { env });
      assert.equal(exit, 79, stderr);
      assert.match(stderr, /hint: look whether it still waits with `claw device list`\n$/);
    });
  });
}
