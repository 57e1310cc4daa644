import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyFingerprintOf } from "../../../src/identity/keypair.ts";
import { createDevice } from "../../support/dev_client.ts";
import { losingAnswer, openDeviceStage, plain } from "../../support/device_stage.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";

const widened = (words: string) =>
  `claw: warning: for that, this device's own token was given ${words}, too, and keeps it: ` +
  "narrow it by `claw device rotate` with --scopes";
const admin = ["operator.admin", "operator.read"];

for (const protocol of [3, 4] as const) {
  describe(`claw device approve, protocol ${protocol}`, () => {
    it("shows what is proven and what is claimed, asks, and approves on a yes", async () => {
      await using stage = await openDeviceStage(protocol);
      const { requestId, deviceId, device } = await stage.ask({ displayName: "Probe Laptop" });
      const { exit, stdout, stderr } = await stage.run(["approve", requestId.slice(0, 8)], {
        isTty: true,
        stdin: "y\n",
      });
      assert.equal(exit, 0, stderr);
      assert.equal(
        plain(stderr),
        `request       ${requestId}\n` +
          `device        ${deviceId}\n` +
          `key           ${await keyFingerprintOf(device.publicKey)}\n` +
          `address       203.0.113.9\n` +
          `asks for      read (NEW)\n` +
          `approved      nothing: it is not paired\n` +
          `roles         operator (NEW)\n` +
          `platform      linux, cli/cli\n` +
          `calls itself  "Probe Laptop" (anybody may)\n` +
          `claw: approve it? [y/N] ` +
          (protocol === 3 ? "" : `${widened("read")}\n`),
      );
      assert.equal(
        stdout,
        `approved device ${deviceId.slice(0, 8)} (request ${requestId}) as operator: it may use read\n`,
      );
      assert.deepEqual(stage.pairings.find(deviceId)?.scopes, ["operator.read"]);
    });

    it("approves nothing unless the answer is yes", async () => {
      await using stage = await openDeviceStage(protocol);
      const { requestId, deviceId } = await stage.ask();
      const { exit, stdout } = await stage.run(["approve", requestId], { isTty: true, stdin: "\n" });
      assert.deepEqual([exit, stdout], [1, "nothing was approved\n"]);
      assert.equal(stage.pairings.find(deviceId), undefined);
    });

    it("marks what is new beside what was approved before", async () => {
      await using stage = await openDeviceStage(protocol);
      const device = await stage.pair();
      await stage.ask({ device, scopes: ["operator.read", "operator.write"] });
      const { stdout } = await stage.run(["approve", device.deviceId, "--dry-run"]);
      assert.match(stdout, /^asks for +read, write \(NEW\)$/m);
      assert.match(stdout, /^approved +read$/m);
      assert.match(stdout, /^roles +operator$/m);
    });

    it("takes --yes for the whole id of the request alone", async () => {
      await using stage = await openDeviceStage(protocol);
      const { requestId, deviceId } = await stage.ask();
      for (const reference of [requestId.slice(0, 8), deviceId]) {
        const { exit, stderr } = await stage.run(["approve", reference, "--yes"]);
        assert.equal(exit, 64);
        assert.equal(
          stderr,
          "claw: error: --yes takes the whole id of the request that you looked at\n" +
            "claw: hint: look at it with --dry-run, which shows the id\n",
        );
        assert.equal(stage.pairings.find(deviceId), undefined);
      }
      assert.equal((await stage.run(["approve", requestId, "--yes", "--scopes", "admin,pairing,approvals"])).exit, 0);
      assert.ok(stage.pairings.find(deviceId));
    });

    it("says how to decide where nobody can be asked", async () => {
      await using stage = await openDeviceStage(protocol);
      const { requestId } = await stage.ask();
      const { exit, stderr } = await stage.run(["approve", requestId]);
      assert.equal(exit, 64);
      assert.equal(
        stderr,
        `claw: error: whether to approve request ${requestId}: nobody can be asked here\n` +
          "claw: hint: look at it with --dry-run, then give its whole id and --yes\n",
      );
    });

    it("does not approve a request that was replaced while the person looked", async () => {
      await using stage = await openDeviceStage(protocol);
      const { requestId, deviceId, device } = await stage.ask();
      let looks = 0;
      await using proxy = await startTcpProxy({
        targetPort: stage.gateway.port,
        decide({ from, frame }) {
          const isSecondLook = from === "client" && frame.method === "device.pair.list" && ++looks === 2;
          if (isSecondLook) void stage.ask({ device, scopes: admin });
          return "pass";
        },
      });
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      const { exit, stderr } = await stage.run(["approve", requestId], { env, isTty: true, stdin: "y\n" });
      assert.equal(exit, 65, stderr);
      assert.match(
        plain(stderr),
        protocol === 3
          ? /error: request \S+ is not what was shown any more \(requestedScopes, newScopes\): not approved\n/
          : /error: request \S+ was replaced by another of the same device: not approved\nclaw: hint: look at the new one: /,
      );
      assert.equal(stage.pairings.find(deviceId), undefined);
    });

    it("never chooses by the name that a device gave itself", async () => {
      await using stage = await openDeviceStage(protocol);
      const { requestId } = await stage.ask({ displayName: "laptop" });
      const { exit, stderr } = await stage.run(["approve", "laptop"], { isTty: true, stdin: "y\n" });
      assert.equal(exit, 65);
      assert.match(
        plain(stderr),
        /'laptop' is what a device calls itself, and any device may: that names no request\n/,
      );
      assert.ok(stderr.includes(requestId));
      assert.equal(stage.pairings.pending().length, 1);
    });

    it("lets no name pose as another's id, or write to the terminal", async () => {
      await using stage = await openDeviceStage(protocol);
      const honest = await stage.ask();
      const hostile = await stage.ask({ displayName: honest.deviceId, scopes: admin });
      const shown = await stage.run(["approve", honest.deviceId, "--dry-run"]);
      assert.match(shown.stdout, new RegExp(`^request +${honest.requestId}$`, "m"));
      await stage.ask({ device: hostile.device, displayName: "x\u001b[2K\u202egnp\nrequest 1", scopes: admin });
      const escaped = await stage.run(["approve", hostile.deviceId, "--dry-run"]);
      assert.ok(escaped.stdout.includes('"x\\u{1b}[2K\\u{202e}gnp\\nrequest 1" (anybody may)'), escaped.stdout);
      assert.ok(!escaped.stdout.includes("\u001b"));
    });

    it("lists the candidates when several fit, and suggests where none does", async () => {
      await using stage = await openDeviceStage(protocol);
      const [one, two] = [await stage.ask(), await stage.ask()];
      const device = { ...two.device, deviceId: `${one.deviceId.slice(0, 8)}${two.deviceId.slice(8)}` };
      await stage.ask({ device });
      const { exit, stderr } = await stage.run(["approve", one.deviceId.slice(0, 8)]);
      assert.equal(exit, 65);
      assert.match(
        stderr,
        /^claw: error: '[0-9a-f]{8}' fits 2 requests: request \S+ of device \S+, request \S+ of device /,
      );
      assert.match(stderr, /hint: name one by its whole id\n$/);
      const short = await stage.run(["approve", one.requestId.slice(0, 4)]);
      assert.match(short.stderr, /hint: give at least 6 characters of an id\n$/);
      const unknown = await stage.run(["approve", "ffffffffffff"]);
      assert.match(
        unknown.stderr,
        /^claw: error: there is no request 'f+'\nclaw: hint: one that is asked anew has another id: see what/,
      );
    });

    it("refuses a request whose id its key does not have", async () => {
      await using stage = await openDeviceStage(protocol);
      const device = { ...await createDevice(), deviceId: "ab".repeat(32) };
      const { requestId } = await stage.ask({ device });
      const { exit, stderr } = await stage.run(["approve", requestId, "--yes", "--scopes", "admin,pairing,approvals"]);
      assert.equal(exit, 65);
      assert.match(stderr, /names a device id that its key \(SHA256:\S+\) does not have: not approved\n/);
    });

    it("finds out that it approved when the answer is lost", async () => {
      await using stage = await openDeviceStage(protocol);
      const { requestId, deviceId } = await stage.ask();
      await using proxy = await startTcpProxy(losingAnswer(stage.gateway.port, "device.pair.approve"));
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      const { exit, stdout, stderr } = await stage.run([
        "approve",
        requestId,
        "--yes",
        "--scopes",
        "admin,pairing,approvals",
      ], { env });
      assert.equal(exit, 0, stderr);
      assert.match(stdout, /^approved device /);
      assert.match(stderr, /device\.pair\.approve was sent, but .*; the gateway shows that it is done\n$/);
      assert.ok(stage.pairings.find(deviceId));
    });

    it("asks for the scopes that it takes, and names who has them when it is refused", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.run(["list"]);
      const able = await stage.pair({ scopes: [...admin, "operator.pairing"] });
      if (protocol === 4) stage.pairings.rename(able.deviceId, "the desk");
      const { requestId, deviceId } = await stage.ask({ scopes: admin });
      // Without the gateway's secret nothing wider is granted.
      const { exit, stderr } = await stage.run(["approve", requestId, "--yes", "--scopes", "admin,pairing,approvals"], {
        env: { CLAW_TOKEN: "" },
      });
      if (protocol === 3) return assert.equal(exit, 0, stderr);
      assert.equal(exit, 77);
      assert.match(
        stderr,
        /error: there is no request '.*'; the gateway shows a device that logs in with its own token no/,
      );
      assert.match(
        stderr,
        /hint: give the gateway's token with --token-file FILE, or on the gateway host: openclaw devices/,
      );
      assert.equal(stage.pairings.find(deviceId), undefined);
      assert.equal((await stage.run(["approve", requestId, "--yes", "--scopes", "admin,pairing,approvals"])).exit, 0);
      assert.deepEqual(stage.pairings.find(deviceId)?.scopes, admin);
    });
  });
}

describe("claw device approve at 2026.3.13, which adds to a request under the same id", () => {
  it("warns when the gateway approved more than was shown", async () => {
    await using stage = await openDeviceStage(3);
    const { requestId, device } = await stage.ask();
    await using proxy = await startTcpProxy({
      targetPort: stage.gateway.port,
      decide({ from, frame }) {
        if (from === "client" && frame.method === "device.pair.approve") void stage.ask({ device, scopes: admin });
        return "pass";
      },
    });
    const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
    const { exit, stderr } = await stage.run(["approve", requestId, "--yes", "--scopes", "admin,pairing,approvals"], {
      env,
    });
    assert.equal(exit, 0);
    assert.equal(
      stderr,
      "claw: warning: the gateway approved more than was shown: operator.admin; take it back with `claw device remove`\n",
    );
  });
});

describe("claw device approve where this device may not widen its grant", () => {
  it("names what it takes, who has it, and the command on the gateway host", async () => {
    await using stage = await openDeviceStage(4);
    await stage.run(["list"]);
    const able = await stage.pair({ scopes: [...admin, "operator.pairing"] });
    stage.pairings.rename(able.deviceId, "the desk");
    const { requestId } = await stage.ask({ scopes: admin });
    await using proxy = await startTcpProxy({
      targetPort: stage.gateway.port,
      headers: { origin: "http://127.0.0.1" },
    });
    const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
    const { exit, stderr } = await stage.run(["approve", requestId, "--yes", "--scopes", "admin,pairing,approvals"], {
      env,
    });
    assert.equal(exit, 77, stderr);
    assert.match(
      stderr,
      new RegExp(
        "claw: hint: it takes operator\\.admin, which 'the desk' " +
          `\\(${able.deviceId.slice(0, 8)}\\) has; else on the gateway host: openclaw devices approve ${requestId}`,
      ),
    );
  });
});
