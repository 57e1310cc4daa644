/**
 * A machine whose clock is wrong by an hour: the proof is signed for the challenge's time, so nothing depends on ours.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { describe } from "node:test";
import { assertExit, envelopeOf } from "../../support/binary.ts";
import { itWhen } from "../../support/it_when.ts";
import { peacefulLabs } from "./peaceful_labs.ts";

const hasFaketime = spawnSync("faketime", ["--version"]).status === 0;
const obstacle = hasFaketime ? undefined : "faketime is not installed, and nothing else shifts one process's clock";
const hourMs = 3_600_000;

for (const lab of peacefulLabs) {
  describe(`a wrong clock at gateway ${lab.version}`, () => {
    for (const [shift, skewMs] of [["+1h", hourMs], ["-1h", -hourMs]] as const) {
      itWhen(obstacle, `event is delivered by a client ${shift} off, and status says how far off it is`, async () => {
        using home = lab.home({ PATH: process.env["PATH"] ?? "" });
        const shell = `exec faketime -f ${shift} "$@"`;
        const status = await home.claw(["status", "--json"], { shell });
        assertExit(status, 0);
        const measuredMs: number = envelopeOf(status).data.gateway.clockSkewMs;
        assert.ok(Math.abs(measuredMs - skewMs) < 5_000, `the clock was not shifted: ${measuredMs} ms`);
        assertExit(await home.claw(["event", "x"], { shell }), 0);
      });
    }
  });
}
