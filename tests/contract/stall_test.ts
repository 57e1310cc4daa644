/**
 * A gateway whose event loop stops for 4 s right after it has sent its challenge, as a busy agent turn does to it: the
 * cause of the handshakes that 2026.3.13 drops (openclaw/openclaw#46892, #45560 and others).
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../support/binary.ts";
import { paramsSent, readTrace } from "../support/trace.ts";
import { setUpLabs } from "./lab.ts";

for (const lab of setUpLabs({ blockMs: 4_000 })) {
  describe(`a stall of gateway ${lab.version}`, () => {
    it("event is delivered once, within the default time, although the gateway drops the handshake", async () => {
      using home = lab.home();
      assertExit(await home.claw(["event", "brings a device token home"]), 0);
      lab.gateway.block();
      const run = await home.claw(["event", "x", "--trace", "trace"]);
      assertExit(run, 0);
      assert.ok(run.wallMs > 3_500 && run.wallMs < 10_000, `${run.wallMs} ms`);
      const trace = readTrace(join(home.path, "trace"));
      // What comes after the last connect is the answer to our own close, if it comes in time.
      const before = trace.slice(0, trace.findLastIndex(({ frame }) => frame?.method === "connect"));
      const drops = before.filter(({ dir, close }) => dir === "in" && close?.code === 1000 && close.reason === "");
      // 2026.3.13 gives up on a handshake after 3 s, 2026.9.6 after 15 s.
      const attempts = lab.protocol === 3 ? 2 : 1;
      assert.equal(drops.length, attempts - 1);
      assert.equal(paramsSent(trace, "connect").length, attempts);
      assert.equal(paramsSent(trace, "wake").length, 1);
    });

    it("event fails in time when the stall outlasts --timeout, and sends nothing", async () => {
      using home = lab.home();
      assertExit(await home.claw(["event", "brings a device token home"]), 0);
      lab.gateway.block();
      const run = await home.claw(["event", "x", "--timeout", "2s", "--json", "--trace", "trace"]);
      assertExit(run, 69);
      assert.ok(run.wallMs < 3_000, `${run.wallMs} ms`);
      assert.equal(envelopeOf(run).error?.code, "net/timeout");
      assert.equal(paramsSent(readTrace(join(home.path, "trace")), "wake").length, 0);
      assertExit(await home.claw(["event", "it has recovered"]), 0);
    });
  });
}
