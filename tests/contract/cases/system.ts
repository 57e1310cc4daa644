/**
 * `claw health`, `presence` and `heartbeat`: what they say is what real gateways do.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../../support/binary.ts";
import { mark } from "../mark.ts";
import { systemLabs } from "./system_labs.ts";

for (const lab of systemLabs) {
  describe(`the system family at gateway ${lab.version}`, () => {
    it("health is the gateway's own report, and ends as that says", async () => {
      using home = lab.home();
      const run = await home.claw(["health", "--json", "--probe"]);
      const { data } = envelopeOf(run);
      assertExit(run, data.isWell ? 0 : 1);
      assert.deepEqual([data.report.ok, data.gateway.version], [true, lab.version]);
      assert.equal(data.report.agents[0].agentId, "main");
      assert.ok(data.ageMs < 60_000, `${data.ageMs} ms`);
      const people = await home.claw(["health"]);
      assert.match(
        people.stdout,
        /^gateway .*\nhealth +(ok|NOT OK)\n(trouble .*\n)*channels +none\nagents +main \(heartbeat/,
      );
    });

    it("presence lists what the official command line lists", async () => {
      using home = lab.home();
      const run = await home.claw(["presence", "--json"]);
      assertExit(run, 0);
      const { presence } = envelopeOf(run).data;
      const official = JSON.parse(await lab.gateway.cli("system", "presence", "--json"));
      const modes = (entries: readonly { readonly mode?: string }[]) =>
        entries.map(({ mode }) => mode).filter(isShared);
      assert.deepEqual(modes(presence), modes(official));
      assert.ok(modes(presence).includes("gateway"));
    });

    it("heartbeat disable keeps heartbeats from running until they are enabled again", async () => {
      using home = lab.home();
      lab.provider.answer("HEARTBEAT_OK");
      assertExit(await home.claw(["heartbeat", "disable"]), 64);
      assertExit(await home.claw(["heartbeat", "disable", "--yes"]), 0);
      const off = await home.claw(["event", mark(), "--now", "--verify", "--verify-timeout", "3s"]);
      assertExit(off, 1);
      assertExit(await home.claw(["heartbeat", "enable"]), 0);
      assertExit(await home.claw(["event", mark(), "--now", "--verify"]), 0);
      const last = await home.claw(["heartbeat", "last", "--json"]);
      assertExit(last, 0);
      assert.match(envelopeOf(last).data.heartbeat.status, /^ok-/);
    });
  });
}

/** The official command line may be listed itself while it asks. */
function isShared(mode: string | undefined): boolean {
  return mode !== "backend";
}
