import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { ClawError } from "../../src/errors.ts";
import { gatherText, readInputFile } from "../../src/platform/input_file.ts";

/** Gives the same piece so often, and counts how often it was taken. */
function pieces(piece: Uint8Array, count: number) {
  const taken = { count: 0 };
  const stream = (async function* () {
    while (taken.count < count) {
      taken.count += 1;
      yield await Promise.resolve(piece);
    }
  })();
  return { taken, stream };
}

describe("gatherText()", () => {
  it("puts pieces together before it reads them as UTF-8", async () => {
    const { stream } = pieces(new Uint8Array([0xe2]), 1);
    const rest = (async function* () {
      yield* stream;
      yield new Uint8Array([0x82, 0xac]);
    })();
    assert.equal(await gatherText(rest, "it"), "€");
  });

  it("gives up on input that never ends", async () => {
    const { taken, stream } = pieces(new Uint8Array(1_048_576), Infinity);
    await assert.rejects(gatherText(stream, "standard input"), (error: ClawError) => {
      assert.deepEqual([error.code, error.message], ["input/invalid", "standard input is longer than 67108864 bytes"]);
      return true;
    });
    assert.equal(taken.count, 65);
  });
});

describe("readInputFile()", () => {
  it("names the file that is missing, or is no text", async () => {
    const folder = mkdtempSync(join(tmpdir(), "claw-input-"));
    try {
      const path = join(folder, "a");
      await assert.rejects(readInputFile(path), { message: `cannot read ${path}: ENOENT`, hint: "check the path" });
      writeFileSync(path, new Uint8Array([0xff]));
      await assert.rejects(readInputFile(path), { message: `${path} is not UTF-8 text` });
      writeFileSync(path, "ü");
      assert.equal(await readInputFile(path), "ü");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
