import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import { readRuns, type RunRange } from "../../src/cron/run_history.ts";
import { type CronRun, HelloOk } from "../../src/protocol/mod.ts";
import { createPeer, helloOk } from "../support/wire.ts";

const never = new AbortController().signal;
const row = (ts: number): CronRun => ({ ts, jobId: "j", action: "finished", runAtMs: ts });

interface Page {
  readonly entries: readonly CronRun[];
  readonly nextOffset: number | null;
}

/** What is read of a gateway that hands out these pages, and at which offsets it was asked. */
async function read(range: RunRange, pageAt: (offset: number) => Page) {
  const peer = createPeer();
  const hello = HelloOk.parse(helloOk("connect", { scopes: ["operator.read"] }).payload);
  const challengedAt = { gatewayMs: 0, localMs: 0, elapsedMs: 0 };
  const connection = new Connection(
    peer.transport,
    { hello, protocol: 4, challengedAt, challengeMs: 0, helloMs: 0 },
    0,
  );
  const asked: number[] = [];
  const serve = async () => {
    for (;;) {
      const { id, params } = await peer.hear();
      const { offset } = params as { offset: number };
      asked.push(offset);
      const page = pageAt(offset);
      const payload = { ...page, total: 1e308, offset, limit: -1, hasMore: page.nextOffset !== null };
      peer.say({ type: "res", id, ok: true, payload });
    }
  };
  void serve().catch(() => {});
  try {
    return { runs: await readRuns(connection, {}, range, never), asked };
  } finally {
    await connection.close(() => Promise.resolve());
    assert.ok(asked.length < 20, `asked ${asked.length} times`);
  }
}

describe("readRuns(), whatever a gateway hands out", () => {
  it("stops at the limit and at the time, whatever the totals say", async () => {
    const pageAt = (offset: number) => ({
      entries: [row(1_000 - offset), row(999 - offset)],
      nextOffset: offset + 2,
    });
    const few = await read({ limit: 3 }, pageAt);
    assert.deepEqual([few.runs.map(({ ts }) => ts), few.asked], [[1_000, 999, 998], [0, 2]]);
    const recent = await read({ limit: 100, sinceMs: 998 }, pageAt);
    assert.deepEqual(recent.runs.map(({ ts }) => ts), [1_000, 999, 998]);
  });

  const endless: readonly (readonly [what: string, pageAt: (offset: number) => Page])[] = [
    ["the same run on every page", (offset) => ({ entries: [row(1_000)], nextOffset: offset + 1 })],
    ["nothing on every page", (offset) => ({ entries: [], nextOffset: offset + 1 })],
    ["a page that follows itself", () => ({ entries: [row(1_000)], nextOffset: 0 })],
    ["a next page in between", (offset) => ({ entries: [row(1_000 - offset)], nextOffset: offset + 0.5 })],
    ["a next page beyond all numbers", (offset) => ({ entries: [row(1_000 - offset)], nextOffset: 1e308 })],
  ];
  for (const [what, pageAt] of endless) {
    it(`gives up on ${what}`, async () => {
      await assert.rejects(read({ limit: 20 }, pageAt), { code: "protocol/bad-frame" });
    });
  }
});
