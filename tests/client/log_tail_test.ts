import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type LogItem, mostBytes, mostLines, tailLog } from "../../src/client/log_tail.ts";
import { LogFile } from "../../src/devgateway/log_file.ts";
import { createManualClock, type ManualClock } from "../support/clock.ts";

interface Setup {
  readonly clock: ManualClock;
  readonly file: LogFile;
  readonly seen: string[];
  /** The params of each look. */
  readonly looks: object[];
  /** How long the next looks take. */
  takesMs: number;
  stop(): Promise<void>;
}

/** Follows a log in memory; items are noted as they come. */
function follow(protocol: 3 | 4, fill: (file: LogFile) => void): Setup {
  const clock = createManualClock();
  const file = new LogFile(protocol, clock.now());
  fill(file);
  const controller = new AbortController();
  const setup = { clock, file, seen: [] as string[], looks: [] as object[], takesMs: 0 };
  const items = tailLog({
    read: async (params) => {
      setup.looks.push(params ?? {});
      if (setup.takesMs > 0) await clock.sleep(setup.takesMs);
      return { ...file.tail(params ?? {}), lines: [...file.tail(params ?? {}).lines] };
    },
    clock,
    signal: controller.signal,
    limit: 2,
    maxBytes: 1_000,
    isFollowed: true,
  });
  const over = collect(items, setup.seen);
  const stop = async () => {
    controller.abort(new Error("stopped"));
    await assert.rejects(over, /stopped/);
  };
  return Object.assign(setup, { stop });
}

async function collect(items: AsyncIterable<LogItem>, into: string[]): Promise<void> {
  for await (const item of items) {
    into.push("line" in item ? item.line : `${item.gap.kind} ${item.gap.file} ${item.gap.skippedBytes ?? "-"}`);
  }
}

const name = "/tmp/openclaw/openclaw-2026-11-21.log";

describe("tailLog()", () => {
  for (const protocol of [3, 4] as const) {
    it(`begins with the last lines and goes on with each new one, once (protocol ${protocol})`, async () => {
      const { clock, file, seen, looks, stop } = follow(
        protocol,
        (log) => ["a", "b", "c"].forEach((l) => log.append(l)),
      );
      await clock.advance(0);
      assert.deepEqual([seen, looks], [["b", "c"], [{ limit: 2, maxBytes: 1_000 }]]);
      file.append("d");
      await clock.advance(1_000);
      await clock.advance(1_000);
      file.append("e");
      file.append("f");
      await clock.advance(1_000);
      assert.deepEqual(seen, ["b", "c", "d", "e", "f"]);
      assert.deepEqual(looks.at(-1), { cursor: 8, limit: mostLines, maxBytes: mostBytes });
      await stop();
    });

    it(`tells of a file that begins anew, and shows all of it (protocol ${protocol})`, async () => {
      const { clock, file, seen, stop } = follow(protocol, (log) => log.append("a long line of the old file"));
      await clock.advance(0);
      file.rotate();
      file.append("b");
      await clock.advance(1_000);
      assert.deepEqual(seen.slice(1), [`rotated ${name} -`, "b"]);
      await stop();
    });

    it(`tells of what is missing at the head of a file that begins anew, too (protocol ${protocol})`, async () => {
      const { clock, file, seen, stop } = follow(protocol, (log) => log.append("x".repeat(20_000)));
      await clock.advance(0);
      file.rotate();
      for (let n = 0; n < mostLines; n++) file.append("");
      await clock.advance(1_000);
      assert.deepEqual(seen.slice(0, 2), [`rotated ${name} -`, `skipped ${name} -`]);
      await stop();
    });

    it(`shows all of a file of another name, whatever its length (protocol ${protocol})`, async () => {
      const { clock, file, seen, stop } = follow(protocol, (log) => log.append("a"));
      await clock.advance(0);
      file.rotate("/tmp/next.log");
      ["much", "longer", "than", "before"].forEach((line) => file.append(line));
      await clock.advance(1_000);
      assert.deepEqual(seen, ["a", "rotated /tmp/next.log -", "much", "longer", "than", "before"]);
      await stop();
    });

    it(`tells of lines that came too fast, by their number or their bytes (protocol ${protocol})`, async () => {
      const { clock, file, seen, stop } = follow(protocol, () => {});
      await clock.advance(0);
      for (let n = 0; n < mostLines + 10; n++) file.append("x");
      await clock.advance(1_000);
      assert.match(seen[0] ?? "", new RegExp(`^skipped ${name}`));
      seen.length = 0;
      for (let n = 0; n < 3; n++) file.append("y".repeat(mostBytes / 2 - 1));
      await clock.advance(1_000);
      assert.equal(seen[0], `skipped ${name} ${protocol === 4 ? mostBytes / 2 : "-"}`);
      assert.equal(seen.length, 3);
      await stop();
    });
  }

  it("rests twice as long as a look took, and at most ten seconds", async () => {
    const setup = follow(4, () => {});
    await setup.clock.advance(0);
    setup.takesMs = 3_000;
    await setup.clock.advance(1_000 + 3_000);
    assert.equal(setup.looks.length, 2);
    await setup.clock.advance(5_999);
    assert.equal(setup.looks.length, 2);
    setup.takesMs = 60_000;
    await setup.clock.advance(1);
    assert.equal(setup.looks.length, 3);
    await setup.clock.advance(60_000 + 10_000);
    assert.equal(setup.looks.length, 4);
    await setup.clock.advance(60_000);
    await setup.stop();
  });

  it("ends after the first look unless it is to follow", async () => {
    const seen: string[] = [];
    const clock = createManualClock();
    const file = new LogFile(4, clock.now());
    file.append("a");
    const read = () => Promise.resolve({ ...file.tail({}), lines: ["a"] });
    const { signal } = new AbortController();
    await collect(tailLog({ read, clock, signal, limit: 9, maxBytes: 9, isFollowed: false }), seen);
    assert.deepEqual(seen, ["a"]);
  });
});
