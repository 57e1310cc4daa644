import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ClawError } from "../../../src/errors.ts";
import { type DeviceStage, losingAnswer, lying, openDeviceStage } from "../../support/device_stage.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";

for (const protocol of [3, 4] as const) {
  describe(`claw device rotate, protocol ${protocol}`, () => {
    it("stores this device's new token at once, and keeps the one before", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.home.claw(["event", "x"]);
      await stage.run(["list"]);
      const before = stored(stage, ".json");
      const { exit, stdout, stderr } = await stage.run(["rotate"]);
      assert.equal(exit, 0, stderr);
      assert.equal(stdout, "rotated the token of this device as operator (pairing, write), and stored the new one\n");
      const after = stored(stage, ".json");
      assert.notEqual(after.token, before.token);
      assert.deepEqual(after.scopes, ["operator.pairing", "operator.write"]);
      assert.equal(after.token, stage.pairings.find(await stage.ownId())?.tokens["operator"]?.token);
      assert.equal(stored(stage, ".prev").token, before.token);
      // The new one alone lets it in.
      assert.equal((await stage.home.claw(["event", "x"], { env: { CLAW_TOKEN: "" } })).exit, 0);
    });

    it("rotates without the gateway's secret, by this device's token alone", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.run(["list"]);
      for (const _round of [1, 2]) {
        const { exit, stderr } = await stage.run(["rotate"], { env: { CLAW_TOKEN: "" } });
        assert.equal(exit, 0, stderr);
      }
    });

    it("narrows the token by --scopes, and refuses what was never approved", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.home.claw(["event", "x"]);
      await stage.run(["list"]);
      const { stdout } = await stage.run(["rotate", "--scopes", "read"]);
      assert.match(stdout, /\(read\), and stored the new one\n$/);
      assert.deepEqual(stored(stage, ".json").scopes, ["operator.read"]);
      const beyond = await stage.run(["rotate", "--scopes", "operator.pairing,admin"]);
      assert.equal(beyond.exit, 65);
      assert.match(beyond.stderr, /was never approved for operator\.admin\nclaw: hint: it was for operator\./);
      const unknown = await stage.run(["rotate", "--scopes", "rwx"]);
      assert.equal(unknown.exit, 65);
      assert.match(
        unknown.stderr,
        /there is no scope 'rwx'\nclaw: hint: there are admin, read, write, approvals, pairing\n$/,
      );
    });

    it("never shows another device's token, and says how it gets it", async () => {
      await using stage = await openDeviceStage(protocol);
      const { deviceId } = await stage.pair();
      const before = stage.pairings.find(deviceId)?.tokens["operator"]?.token;
      const trace = join(stage.home.path, "trace");
      const { exit, stdout, stderr } = await stage.run(["rotate", deviceId, "--yes", "--json", "--trace", trace]);
      assert.equal(exit, 0, stderr);
      const { data } = JSON.parse(stdout);
      assert.deepEqual([data.status, data.stored, data.scopes], ["rotated", false, ["operator.read"]]);
      const token = stage.pairings.find(deviceId)?.tokens["operator"]?.token ?? "none";
      assert.notEqual(token, before);
      assert.ok(!(stdout + stderr + readFileSync(trace, "utf8")).includes(token));
      const words = (await stage.run(["rotate", deviceId], { isTty: true, stdin: "y\n" })).stdout;
      assert.match(
        words,
        /that device gets the new one at its next login with the gateway's secret, and is refused until/,
      );
      assert.equal((await stage.run(["rotate", deviceId], { isTty: true, stdin: "n\n" })).exit, 1);
    });

    it("earns the new token by a login when the answer that brought it is lost", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.run(["list"]);
      const before = stored(stage, ".json");
      await using proxy = await startTcpProxy(losingAnswer(stage.gateway.port, "device.token.rotate"));
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      await stage.run(["list"], { env });
      const { exit, stdout, stderr } = await stage.run(["rotate"], { env });
      assert.equal(exit, 0, stderr);
      assert.match(stdout, /, and earned the new one with the gateway's secret\n$/);
      const now = stage.pairings.find(await stage.ownId())?.tokens["operator"]?.token;
      assert.notEqual(now, before.token);
      assert.equal(stored(stage, ".json", `${proxy.port}`).token, now);
    });

    it("says that nobody knows when the answer is lost and there is no secret to log in with", async () => {
      await using stage = await openDeviceStage(protocol);
      await using proxy = await startTcpProxy(losingAnswer(stage.gateway.port, "device.token.rotate"));
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      await stage.run(["list"], { env });
      const { exit, stderr } = await stage.run(["rotate"], { env: { ...env, CLAW_TOKEN: "" } });
      assert.equal(exit, 79);
      assert.match(
        stderr,
        /no answer came: the stored token may no longer work\nclaw: hint: connect once with the gate/,
      );
    });

    it("says how to get the token in force when it is interrupted before the answer", async () => {
      await using stage = await openDeviceStage(protocol);
      const controller = new AbortController();
      await using proxy = await startTcpProxy({
        targetPort: stage.gateway.port,
        decide({ from, frame }) {
          if (from !== "client" || frame.method !== "device.token.rotate") return "pass";
          controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }));
          return "drop";
        },
      });
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      await stage.run(["list"], { env });
      const { exit, stderr } = await stage.run(["rotate"], { env, interrupted: controller.signal });
      assert.equal(exit, 130);
      assert.match(
        stderr,
        /interrupted after device\.token\.rotate was sent: [^]*\nclaw: hint: connect once with the gateway's/,
      );
    });

    it("sends nothing where a new token could not be stored", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.run(["list"]);
      const before = stored(stage, ".json").token;
      mkdirSync(spareFile(stage));
      const { exit, stderr } = await stage.run(["rotate"]);
      assert.equal(exit, 74, stderr);
      assert.match(stderr, /^claw: error: cannot replace \S+\.prev: /);
      assert.equal(stage.pairings.find(await stage.ownId())?.tokens["operator"]?.token, before);
    });

    it("does not say that it stored the token that a login brought when it could not", async () => {
      await using stage = await openDeviceStage(protocol);
      const lost = losingAnswer(stage.gateway.port, "device.token.rotate");
      await using proxy = await startTcpProxy({
        ...lost,
        decide(passing) {
          if (passing.from === "client" && passing.frame.method === "device.token.rotate") {
            rmSync(spareFile(stage));
            mkdirSync(spareFile(stage));
          }
          return lost.decide(passing);
        },
      });
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      await stage.run(["list"], { env });
      const { exit, stdout, stderr } = await stage.run(["rotate"], { env });
      assert.deepEqual([exit, stdout], [79, ""]);
      assert.match(stderr, /warning: the device token could not be stored: [^]*the stored token may no longer work\n/);
    });

    it("stores no token that was issued to another device or for another role", async () => {
      for (const other of [{ deviceId: "ab".repeat(32) }, { role: "node" }]) {
        await using stage = await openDeviceStage(protocol);
        const lie = lying(stage.gateway.port, "device.token.rotate", (payload) => ({ ...payload, ...other }));
        await using proxy = await startTcpProxy(lie);
        const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
        await stage.run(["list"], { env });
        const before = stored(stage, ".json");
        const { exit, stderr } = await stage.run(["rotate"], { env });
        assert.equal(exit, 76, stderr);
        assert.match(
          stderr,
          /answered for another device or role\nclaw: hint: connect once with the gateway's token, /,
        );
        assert.deepEqual(stored(stage, ".json"), before);
      }
    });

    it("finds out that another's is rotated when the answer is lost", async () => {
      await using stage = await openDeviceStage(protocol);
      const { deviceId } = await stage.pair();
      await using proxy = await startTcpProxy(losingAnswer(stage.gateway.port, "device.token.rotate"));
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      const { exit, stderr } = await stage.run(["rotate", deviceId, "--yes"], { env });
      assert.equal(exit, 0, stderr);
      assert.match(stderr, /the gateway shows that it is done\n$/);
    });
  });
}

/** The stored token; of the gateway at a port, where there are several. */
function stored({ home }: DeviceStage, ending: string, port = ""): { token: string; scopes: string[] } {
  const folder = join(home.path, ".local/state/claw/tokens");
  const name = readdirSync(folder).find((file) => file.endsWith(ending) && file.includes(port)) ?? "none";
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

/** Where the token before the stored one is kept. */
function spareFile({ home }: DeviceStage): string {
  const folder = join(home.path, ".local/state/claw/tokens");
  const name = readdirSync(folder).find((file) => file.endsWith(".json")) ?? "none";
  return join(folder, name.replace(/\.json$/, ".prev"));
}
