/**
 * Diagnosis against one gateway of each generation: well, asked from afar, with a wrong token, stalled, and stopped. The
 * last case stops it.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, type BinaryRun, envelopeOf } from "../support/binary.ts";
import { setUpLabs } from "./lab.ts";
import { openRemoteWay, remoteHome } from "./remote_way.ts";

const labs = [
  ...setUpLabs({ only: "2026.3.13", blockMs: 4_000 }),
  ...setUpLabs({ only: "2026.9.6", blockMs: 4_000, trustsProxy: true }),
];

/** Ids of what was found; how fast a shared machine is does not count. */
function idsIn(run: BinaryRun): readonly string[] {
  const { findings } = envelopeOf(run).data;
  return findings.map(({ id }: { id: string }) => id).filter((id: string) => id !== "LAT-1");
}

for (const lab of labs) {
  describe(`diagnosis of gateway ${lab.version}`, () => {
    it("doctor finds nothing wrong, makes no key and pairs nothing", async () => {
      using home = lab.home();
      const run = await home.claw(["doctor", "--json"]);
      assertExit(run, 0);
      assert.deepEqual(idsIn(run), []);
      assert.equal(envelopeOf(run).data.gatewayVersion, lab.version);
      assert.ok(!run.stdout.includes(lab.gateway.secret));
      assert.equal(existsSync(join(home.path, ".config")), false);
      const connect = envelopeOf(run).data.phases.find(({ name }: { name: string }) => name === "connect");
      assert.match(connect.found, /without a device/);
    });

    it("doctor goes by the device's token once there is one, as far as the heartbeat", async () => {
      using home = lab.home();
      assertExit(await home.claw(["event", "brings a device token home"]), 0);
      const run = await home.claw(["doctor", "--json"]);
      assertExit(run, 0);
      assert.deepEqual(idsIn(run), []);
      const states = envelopeOf(run).data.phases.map(({ state }: { state: string }) => state);
      assert.ok(states.every((state: string) => state === "ok" || state === "skipped"), states.join(", "));
      assert.equal(states.at(-1), "ok");
    });

    it("doctor from afar leaves no request, where any other verb does", async () => {
      await using way = await openRemoteWay(lab);
      using remote = remoteHome(lab, way);
      using home = lab.home();
      const pending = async () => envelopeOf(await home.claw(["device", "list", "--json"])).data.pending.length;
      const before = await pending();
      assertExit(await remote.claw(["doctor"]), 0);
      assertExit(await remote.claw(["check"]), 0);
      assert.equal(await pending(), before);
      assertExit(await remote.claw(["event", "x"]), 77);
      assert.equal(await pending(), before + 1);
    });

    it("doctor names a wrong token by fingerprint and origin", async () => {
      using home = lab.home();
      const run = await home.claw(["doctor", "--json"], { env: { CLAW_TOKEN: "not-the-token-of-this-gateway" } });
      assertExit(run, 1);
      assert.equal(idsIn(run)[0], "AUTH_TOKEN_MISMATCH");
      assert.match(envelopeOf(run).data.findings[0].cause, /claw presented [0-9a-f]{6} of CLAW_TOKEN$/);
      assert.ok(!run.stdout.includes("not-the-token"));
    });

    it("ping and check measure each part of the way", async () => {
      using home = lab.home();
      const ping = await home.claw(["ping", "-c", "3", "-i", "50ms"]);
      assertExit(ping, 0);
      assert.match(ping.stdout, /: 3 of 3 rounds answered$/m);
      const check = await home.claw(["check"]);
      assertExit(check, 0);
      assert.match(
        check.stdout,
        new RegExp(`^CLAW OK - gateway ${lab.version.replaceAll(".", "\\.")} at .* \\| time=`),
      );
    });

    it("the doctors of events, jobs and devices end with findings that fit", async () => {
      using home = lab.home();
      for (const verb of [["device", "list"], ["event", "x"]]) assertExit(await home.claw(verb), 0);
      const [event, pairing, cron] = [
        await home.claw(["doctor", "event", "--session-key", "agent:main:nowhere", "--json"]),
        await home.claw(["doctor", "pairing", "--json"]),
        await home.claw(["doctor", "cron", "--json"]),
      ];
      assertExit(event, 1);
      assert.ok(idsIn(event).includes("EV-3"), event.stdout);
      assert.ok(idsIn(event).includes("EV-4"), event.stdout);
      assertExit(pairing, 0);
      assert.ok(idsIn(pairing).every((id) => id.startsWith("PR-")), pairing.stdout);
      assert.ok(!idsIn(pairing).includes("PR-0"), pairing.stdout);
      assertExit(cron, 0);
    });

    it("bugreport holds neither the token, nor the device's, nor its key", async () => {
      using home = lab.home();
      assertExit(await home.claw(["event", "brings a device token home"]), 0);
      const run = await home.claw(["bugreport", "-"]);
      assertExit(run, 0);
      const stored = [".config/claw/device.json"].map((name) => readFileSync(join(home.path, name), "utf8"));
      const keys = stored.flatMap((text) => [...text.matchAll(/"privateKey":\s*"([^"]+)"/g)]).map(([, key = ""]) =>
        key
      );
      assert.equal(keys.length, 1);
      for (const secret of [lab.gateway.secret, ...keys]) assert.ok(!run.stdout.includes(secret), "a secret is in it");
      assert.ok(!run.stdout.includes(home.path), "the home directory is in it");
    });

    it("doctor tells a stalled gateway by the age of its bare 1000, or by how late it answers", async () => {
      using home = lab.home();
      lab.gateway.block();
      const run = await home.claw(["doctor", "--json"]);
      const { findings } = envelopeOf(run).data;
      if (lab.protocol === 3) {
        assertExit(run, 1);
        assert.deepEqual(idsIn(run), ["HS-TIMEOUT"]);
        assert.match(findings[0].cause, /gives up after 3 s/);
      } else {
        assertExit(run, 0);
        assert.ok(findings.some(({ id }: { id: string }) => id === "LAT-1"), run.stdout);
      }
    });

    it("doctor says that a stopped gateway is not there, and accuses nothing else", async () => {
      using home = lab.home();
      await lab.gateway.stop();
      const run = await home.claw(["doctor", "--json"]);
      assertExit(run, 1);
      assert.equal(idsIn(run)[0], "NET-REFUSED");
      assertExit(await home.claw(["check"]), 2);
    });
  });
}
