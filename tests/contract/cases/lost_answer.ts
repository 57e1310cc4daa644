/**
 * An event whose answer does not come: cut off, held back, or given up by a signal. The gateway has it, so claw never
 * sends it again and says that it cannot know. A proxy stands between the two and counts.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertExit, type BinaryRun, envelopeOf } from "../../support/binary.ts";
import { eventually } from "../../support/eventually.ts";
import { type Passing, startTcpProxy, type TcpProxy } from "../../support/tcp_proxy.ts";
import { peacefulLabs } from "./peaceful_labs.ts";

const isWakeAnswer = ({ from, frame }: Passing) => from === "gateway" && frame?.type === "res" && frame.id === "1";
const isChallenge = ({ frame }: Passing) => frame?.event === "connect.challenge";
const unknown = /the gateway may or may not have acted on it/;

for (const lab of peacefulLabs) {
  describe(`an answer lost on its way from gateway ${lab.version}`, () => {
    /** A home that reaches the gateway through a proxy which does `verdict` to messages that fit. */
    async function openDetour(fits: (passing: Passing) => boolean, verdict: "drop" | "cut") {
      const decide = (passing: Passing) => fits(passing) ? verdict : "pass";
      const proxy = await startTcpProxy({ targetPort: lab.gateway.port, decide });
      const url = `ws://127.0.0.1:${proxy.port}`;
      return { proxy, home: lab.home({ OPENCLAW_CONFIG_PATH: "", CLAW_URL: url, CLAW_TOKEN: lab.gateway.secret }) };
    }

    it("event exits 79 when the connection breaks after it was sent, and --retry changes nothing", async () => {
      const detour = await openDetour(isWakeAnswer, "cut");
      await using proxy = detour.proxy;
      using home = detour.home;
      const run = await home.claw(["event", "x", "--retry", "60s", "--json"]);
      assertExit(run, 79);
      const { code, message } = envelopeOf(run).error ?? {};
      assert.equal(code, "net/unanswered");
      assert.match(message ?? "", unknown);
      assertArrivedOnce(proxy);
    });

    it("event exits 79 when no answer comes in time", async () => {
      const detour = await openDetour(isWakeAnswer, "drop");
      await using proxy = detour.proxy;
      using home = detour.home;
      const run = await home.claw(["event", "x", "--timeout", "2s"]);
      assertExit(run, 79);
      assert.match(run.stderr, unknown);
      assert.ok(run.wallMs > 1_900 && run.wallMs < 3_000, `${run.wallMs} ms`);
      assertArrivedOnce(proxy);
    });

    for (const [signal, exit] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
      it(`${signal} after an event was sent exits ${exit}, and says that its outcome is unknown`, async () => {
        const detour = await openDetour(isWakeAnswer, "drop");
        await using proxy = detour.proxy;
        using home = detour.home;
        const run = home.start(["event", "x"]);
        await eventually(() => proxy.seen.find(isWakeAnswer), "the answer");
        assertInterrupted(await kill(run, signal), exit, unknown);
        assertArrivedOnce(proxy);
      });

      it(`${signal} before an event was sent exits ${exit}, and says nothing of the kind`, async () => {
        const detour = await openDetour(isChallenge, "drop");
        await using proxy = detour.proxy;
        using home = detour.home;
        const run = home.start(["event", "x"]);
        await eventually(() => proxy.seen.find(isChallenge), "the challenge");
        const { stderr } = await kill(run, signal).then((ended) => assertInterrupted(ended, exit, /^claw: error: /));
        assert.doesNotMatch(stderr, unknown);
        assert.equal(proxy.seen.filter(({ from }) => from === "client").length, 0);
      });
    }
  });
}

async function kill(run: { kill(signal: NodeJS.Signals): void; ended: Promise<BinaryRun> }, signal: NodeJS.Signals) {
  run.kill(signal);
  const startedMs = performance.now();
  const ended = await run.ended;
  return { ...ended, wallMs: performance.now() - startedMs };
}

function assertInterrupted(run: BinaryRun, exit: number, words: RegExp): BinaryRun {
  assertExit(run, exit);
  assert.match(run.stderr, words);
  assert.ok(run.wallMs < 1_000, `${run.wallMs} ms from the signal to the end`);
  return run;
}

/** One connection, one event, and the gateway took it. */
function assertArrivedOnce({ clients, seen }: TcpProxy): void {
  assert.equal(clients, 1);
  assert.equal(seen.filter(({ from, frame }) => from === "client" && frame.method === "wake").length, 1);
  assert.deepEqual(seen.filter(isWakeAnswer).map(({ frame }) => frame.ok), [true]);
}
