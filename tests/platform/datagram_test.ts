import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe } from "node:test";
import { sendDatagram } from "../../src/platform/datagram.ts";
import { datagramObstacle, takeDatagrams } from "../support/datagrams.ts";
import { eventually } from "../support/eventually.ts";
import { itWhen } from "../support/it_when.ts";

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "claw-test-"));
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe("sendDatagram()", () => {
  itWhen(datagramObstacle, "sends whole texts by this very process, to paths and to abstract names", async () => {
    await withDirectory(async (directory) => {
      for (const path of [join(directory, "notify"), `@claw-test-${process.pid}`]) {
        using datagrams = await takeDatagrams(path);
        sendDatagram(path, "READY=1\nSTATUS=connected: ü");
        sendDatagram(path, "WATCHDOG=1");
        await eventually(() => datagrams.received.length === 2 || undefined, "both");
        assert.deepEqual(datagrams.received, [
          { text: "READY=1\nSTATUS=connected: ü", pid: process.pid },
          { text: "WATCHDOG=1", pid: process.pid },
        ]);
      }
    });
  });

  itWhen(datagramObstacle, "says why it cannot", async () => {
    await withDirectory((directory) => {
      assert.throws(() => sendDatagram(join(directory, "nobody"), "x"), /nobody takes datagrams at/);
      assert.throws(() => sendDatagram("relative", "x"), /'relative' is no address/);
      assert.throws(() => sendDatagram(`/${"x".repeat(200)}`, "x"), /is no address/);
      return Promise.resolve();
    });
  });
});
