import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import { requestRun } from "../../src/cron/request_run.ts";
import { type CronJob, HelloOk } from "../../src/protocol/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { createPeer, helloOk } from "../support/wire.ts";

const never = new AbortController().signal;
const gatewayMs = 1_795_000_000_000;

/** A job whose time has come, on a connection whose other end the test plays. */
function open(protocol: 3 | 4) {
  const clock = createManualClock();
  const peer = createPeer();
  const hello = HelloOk.parse(helloOk("connect", { protocol, scopes: ["operator.admin"] }).payload);
  const challengedAt = { gatewayMs, localMs: 0, elapsedMs: 0 };
  const connection = new Connection(peer.transport, { hello, protocol, challengedAt, challengeMs: 0, helloMs: 0 }, 0);
  const job: CronJob = {
    id: "j",
    name: "job",
    enabled: true,
    createdAtMs: 1,
    schedule: { kind: "every" },
    sessionTarget: "main",
    wakeMode: "now",
    payload: { kind: "systemEvent" },
    state: { nextRunAtMs: gatewayMs - 1 },
  };
  const answer = async (method: string, payload: unknown) => {
    const request = await peer.hear();
    assert.equal(request.method, method);
    peer.say({ type: "res", id: request.id, ok: true, payload });
    return request.params;
  };
  return {
    connection,
    job,
    answer,
    peer,
    ask: (mode: "force" | "due") => requestRun(connection, job, mode, { clock, signal: never, withinMs: 60_000 }),
  };
}

describe("requestRun()", () => {
  for (const [enabled, firesAtMs] of [[true, gatewayMs - 1], [false, undefined]] as const) {
    it(`asks whether the scheduler is ${enabled ? "on" : "off"} when the job is overdue`, async () => {
      const { answer, ask } = open(3);
      const asking = ask("force");
      await answer("cron.status", { enabled, jobs: 1 });
      await answer("cron.run", { ok: true, enqueued: true, runId: `manual:j:${gatewayMs + 7}:1` });
      const requested = await asking;
      assert.ok(requested.kind === "enqueued");
      assert.equal(requested.target.firesAtMs, firesAtMs);
      assert.equal(requested.target.notBeforeMs, gatewayMs + 7);
    });
  }

  it("takes a run that is due for the one that was asked for, whoever begins it", async () => {
    const { answer, ask } = open(3);
    const asking = ask("due");
    assert.deepEqual(await answer("cron.run", { ok: true, enqueued: true, runId: "r" }), { id: "j", mode: "due" });
    const requested = await asking;
    assert.ok(requested.kind === "enqueued");
    // An id that tells no time leaves the estimate, which is never late.
    assert.deepEqual([requested.target.firesAtMs, requested.target.notBeforeMs], [undefined, gatewayMs - 1]);
  });

  it("is unanswered, not failed, when no answer comes or none that makes sense", async () => {
    const lost = open(4);
    const losing = lost.ask("due");
    await lost.peer.hear();
    lost.peer.close(1006);
    assert.equal((await losing).kind, "unanswered");
    const odd = open(4);
    const asking = odd.ask("due");
    await odd.answer("cron.run", "fine");
    assert.equal((await asking).kind, "unanswered");
  });

  it("takes no answer for a run that says not", async () => {
    for (const [answer, reason] of [[{ ok: false }, "no reason given"], [{ ok: true, ran: false, reason: "x" }, "x"]]) {
      const odd = open(4);
      const asking = odd.ask("due");
      await odd.answer("cron.run", answer);
      assert.deepEqual(await asking, { kind: "refused", reason });
    }
  });

  it("throws what the gateway refuses, and sends nothing more", async () => {
    const { ask, peer } = open(4);
    const asking = assert.rejects(ask("due"), { code: "gateway/not-found" });
    const details = { code: "CRON_JOB_NOT_FOUND", jobId: "j" };
    const { id } = await peer.hear();
    peer.say({ type: "res", id, ok: false, error: { code: "INVALID_REQUEST", message: "no such job", details } });
    await asking;
  });
});
