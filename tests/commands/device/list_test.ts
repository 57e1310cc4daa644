import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lying, openDeviceStage, plain } from "../../support/device_stage.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";

for (const protocol of [3, 4] as const) {
  describe(`claw device list, protocol ${protocol}`, () => {
    it("shows requests and paired devices in one table, with this one marked", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.run(["list"]);
      const paired = await stage.pair({ displayName: "Old Phone", platform: "android" });
      const asks = await stage.ask({ displayName: "Probe", scopes: ["operator.read", "operator.write"] });
      const more = await stage.ask({ device: paired, scopes: ["operator.read", "operator.admin"] });
      const { exit, stdout } = await stage.run(["list"]);
      assert.equal(exit, 0);
      const cells = stdout.trimEnd().split("\n").map((line) => line.split(/ {2,}/));
      assert.deepEqual(cells[0], "NAME ID STATE PLATFORM ROLES SCOPES AGE SEEN TOKEN".split(" "));
      const rowOf = (id: string) => cells.find(([, shown]) => shown === id.slice(0, 8))?.toSpliced(6, 2);
      assert.deepEqual(rowOf(asks.requestId), [
        '"Probe"',
        short(asks.requestId),
        "asks",
        "linux",
        "operator",
        "+read +write",
        "-",
      ]);
      assert.deepEqual(rowOf(more.requestId)?.slice(2), ["asks more", "linux", "operator", "+admin read", "-"]);
      const own = short(await stage.ownId());
      assert.deepEqual(rowOf(own), ["-", own, "this device", "linux", "operator", "pairing", "valid"]);
      assert.deepEqual(rowOf(paired.deviceId)?.slice(2), ["paired", "android", "operator", "read", "valid"]);
    });

    it("takes no number for a time that is none", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.ask();
      await using proxy = await startTcpProxy(
        lying(stage.gateway.port, "device.pair.list", ({ pending, paired }) => ({
          pending: pending.map((request: object) => ({ ...request, ts: 1e308 })),
          paired: paired.map((device: object) => ({
            ...device,
            createdAtMs: -1e300,
            lastSeenAtMs: 1e308,
            connected: false,
          })),
        })),
      );
      const { exit, stdout } = await stage.run(["list"], { env: { CLAW_URL: `ws://127.0.0.1:${proxy.port}` } });
      assert.equal(exit, 0);
      assert.ok(!stdout.includes("e+"), stdout);
    });

    it("shows no token, wherever a gateway tells one", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.pair();
      await stage.ask();
      const leak = "leaked-secret-0123456789";
      // deno-lint-ignore no-explicit-any -- whatever a gateway tells
      const tell = (device: any) => ({
        ...device,
        token: leak,
        auth: { deviceToken: leak },
        // deno-lint-ignore no-explicit-any -- as above
        ...(device.tokens === undefined ? {} : { tokens: device.tokens.map((one: any) => ({ ...one, token: leak })) }),
      });
      await using proxy = await startTcpProxy(
        lying(stage.gateway.port, "device.pair.list", ({ pending, paired }) => ({
          pending: pending.map(tell),
          paired: paired.map(tell),
        })),
      );
      const env = { CLAW_URL: `ws://127.0.0.1:${proxy.port}` };
      const { exit, stdout, stderr } = await stage.run(["list", "--json"], { env });
      assert.equal(exit, 0, stderr);
      assert.equal(JSON.parse(stdout).data.paired[0].token, "***");
      assert.ok(!(stdout + stderr).includes(leak));
    });

    it("fits 80 columns, whatever devices call themselves", async () => {
      await using stage = await openDeviceStage(protocol);
      const scopes = ["admin", "read", "write", "approvals", "pairing"].map((name) => `operator.${name}`);
      await stage.ask({ displayName: "a very long name that says nothing at all ".repeat(9), scopes });
      await stage.ask({ displayName: "会议室里的平板电脑会议室里的平板电脑", platform: "x".repeat(500), scopes });
      await stage.pair({ displayName: "\u001b]0;title\u0007\u202eevil" });
      const { stdout } = await stage.run(["list"], { isTty: true });
      const lines = plain(stdout).trimEnd().split("\n");
      assert.equal(lines.length, 5);
      for (const line of lines) assert.ok(line.length <= 80, line);
      assert.ok(!plain(stdout).includes("\u001b"), stdout);
      assert.match(lines[0] ?? "", /^NAME +ID +STATE +SCOPES +AGE +SEEN +TOKEN$/);
    });

    it("tells programs everything, and no secret", async () => {
      await using stage = await openDeviceStage(protocol);
      const device = await stage.pair();
      await stage.ask({ device, scopes: ["operator.read", "operator.write"] });
      const { stdout } = await stage.run(["list", "--json"]);
      const { data } = JSON.parse(stdout);
      assert.equal(data.deviceId, await stage.ownId());
      assert.equal(data.isPartial, false);
      assert.deepEqual(data.pending[0].approvedScopes, ["operator.read"]);
      assert.deepEqual(data.pending[0].newScopes, ["operator.write"]);
      assert.deepEqual(data.paired.map((one: { isThisDevice: boolean }) => one.isThisDevice).sort(), [false, true]);
      for (const { token } of stage.pairings.paired().flatMap(({ tokens }) => Object.values(tokens))) {
        assert.ok(!stdout.includes(token));
      }
    });

    it("says so when the gateway shows this device alone", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.pair();
      await stage.run(["list"]);
      const { exit, stdout, stderr } = await stage.run(["list", "--json"], { env: { CLAW_TOKEN: "" } });
      assert.equal(exit, 0);
      const { paired, isPartial } = JSON.parse(stdout).data;
      assert.deepEqual([paired.length, isPartial], protocol === 3 ? [2, false] : [1, true]);
      const warning = "claw: warning: the gateway shows a device that logs in with its own token no other: " +
        "give the gateway's token with --token-file FILE to see all\n";
      assert.equal(stderr, protocol === 3 ? "" : warning);
    });

    it("sees all with a token of its own that has admin", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.pair();
      await stage.home.claw(["cron", "add", "--name", "x", "--every", "1h", "--message", "x"]);
      assert.equal((await stage.run(["list"])).exit, 0);
      const { stdout, stderr } = await stage.run(["list", "--json"], { env: { CLAW_TOKEN: "" } });
      assert.equal(stderr, "");
      assert.equal(JSON.parse(stdout).data.paired.length, 2);
    });

    it("names the scope and the gateway host's command when its grant does not reach", async () => {
      await using stage = await openDeviceStage(protocol);
      await stage.home.claw(["event", "x"]);
      const { exit, stderr } = await stage.run(["list"], { env: { CLAW_TOKEN: "" } });
      assert.equal(exit, 77);
      assert.equal(
        stderr,
        "claw: error: this device was granted operator.write, but not operator.pairing\n" +
          "claw: hint: it takes operator.pairing; else on the gateway host: openclaw devices list\n",
      );
    });
  });
}

const short = (id: string) => id.slice(0, 8);
