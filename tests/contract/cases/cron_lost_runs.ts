/**
 * A connection that breaks around `cron run`: between the request and its answer, and while the run is waited for. The
 * request is sent once, whatever happens; what became of it is read back from the gateway.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, envelopeOf } from "../../support/binary.ts";
import { eventually } from "../../support/eventually.ts";
import { type Passing, startTcpProxy } from "../../support/tcp_proxy.ts";
import { mark } from "../mark.ts";
import { cronLabs } from "./cron_labs.ts";

type Verdict = "pass" | "drop" | "cut";

for (const lab of cronLabs) {
  describe(`a connection lost around cron run at gateway ${lab.version}`, () => {
    async function openDetour(decide: (passing: Passing) => Verdict) {
      const proxy = await startTcpProxy({ targetPort: lab.gateway.port, decide });
      const url = `ws://127.0.0.1:${proxy.port}`;
      const requests = () => proxy.seen.filter(({ frame }) => frame?.method === "cron.run").length;
      const home = lab.home({ OPENCLAW_CONFIG_PATH: "", CLAW_URL: url, CLAW_TOKEN: lab.gateway.secret });
      return { proxy, requests, home };
    }

    it("the answer to cron.run is lost: the run is found, its end is told, and it ran once", async () => {
      const detour = await openDetour(cutsFirstAnswerTo("cron.run"));
      await using _proxy = detour.proxy;
      using home = detour.home;
      const name = mark();
      const flags = ["--name", name, "--every", "1h", "--system-event", "x", "--wake", "next-heartbeat"];
      assertExit(await home.claw(["cron", "add", ...flags]), 0);
      assertExit(await home.claw(["cron", "run", name, "--wait"], { killAfterMs: 90_000 }), 0);
      assert.equal(detour.requests(), 1);
      assert.equal(envelopeOf(await home.claw(["cron", "runs", name, "--json"])).data.runs.length, 1);
    });

    it("the request itself is lost: nothing ran, and the outcome stays unknown", async () => {
      const detour = await openDetour(({ frame }) => frame?.method === "cron.run" ? "cut" : "pass");
      await using _proxy = detour.proxy;
      using home = detour.home;
      const name = mark();
      assertExit(await home.claw(["cron", "add", "--name", name, "--every", "1h", "--system-event", "x"]), 0);
      const run = await home.claw(["cron", "run", name], { killAfterMs: 90_000 });
      assertExit(run, 79);
      assert.match(run.stderr, /claw: hint: .*claw cron runs/);
      assert.equal(detour.requests(), 1);
    });

    it("the connection breaks while the run is waited for: claw comes back and tells its end", async () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      lab.provider.answer(promise);
      let isBroken = false;
      const detour = await openDetour(({ frame }) => {
        if (isBroken || frame?.event !== "cron" || frame.payload?.action !== "started") return "pass";
        isBroken = true;
        return "cut";
      });
      await using _proxy = detour.proxy;
      using home = detour.home;
      const name = mark();
      const flags = ["--name", name, "--every", "1h", "--message", mark(), "--no-deliver"];
      assertExit(await home.claw(["cron", "add", ...flags]), 0);
      const run = home.start(["cron", "run", name, "--wait"], { killAfterMs: 120_000 });
      await eventually(() => detour.proxy.clients >= 3 || undefined, "claw to come back", 60_000);
      resolve("done");
      lab.provider.answer("HEARTBEAT_OK");
      assertExit(await run.ended, 0);
      assert.equal(detour.requests(), 1);
    });
  });
}

/** Cuts when the first answer to a request of this method passes. */
function cutsFirstAnswerTo(method: string): (passing: Passing) => Verdict {
  let id: string | undefined;
  let isDone = false;
  return ({ from, frame }) => {
    if (from === "client" && frame?.method === method) id = frame.id;
    if (isDone || from !== "gateway" || frame?.type !== "res" || frame.id !== id) return "pass";
    isDone = true;
    return "cut";
  };
}
