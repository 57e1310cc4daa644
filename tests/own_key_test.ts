import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { describe, it } from "node:test";
import { createOwnKey } from "../src/own_key.ts";
import type { Os } from "../src/platform/world.ts";
import { createStoreHome } from "./support/store.ts";

type Row = readonly [path: string, linux: boolean, darwin: boolean, windows: boolean];

const rows: readonly Row[] = [
  ["/home/ann/.openclaw/identity/device.json", true, true, true],
  ["/home/ann/.openclaw-dev/identity/device.json", true, true, true],
  [".openclaw/identity", true, true, true],
  ["C:\\Users\\ann\\.openclaw\\identity\\device.json", true, true, true],
  // File systems that take upper and lower case for the same.
  ["/Users/ann/.OpenClaw/Identity/device.json", false, true, true],
  ["/home/ann/.openclaw/openclaw.json", false, false, false],
  ["/home/ann/openclaw/identity/device.json", false, false, false],
  ["/home/ann/.openclaw/identity.bak", false, false, false],
  ["key.pem", false, false, false],
];

describe("createOwnKey()", () => {
  for (const [column, os] of (["linux", "darwin", "windows"] as const satisfies readonly Os[]).entries()) {
    it(`knows on ${os} which paths are OpenClaw's own`, () => {
      using home = createStoreHome();
      const key = createOwnKey({ ...home.store, os }, undefined);
      for (const row of rows) assert.equal(key.isOpenclaws(row[0]), row[column + 1], row[0]);
    });
  }

  it("knows the folder that OpenClaw's variable names", () => {
    using home = createStoreHome();
    mkdirSync(`${home.path}/Named/identity`, { recursive: true });
    const isOpenclaws = (os: Os, path: string) =>
      createOwnKey({ ...home.store, os }, `${home.path}/Named`).isOpenclaws(path);
    assert.equal(isOpenclaws("linux", `${home.path}/Named/identity/x`), true);
    assert.equal(isOpenclaws("linux", `${home.path}/Named/other/x`), false);
    assert.equal(isOpenclaws("linux", `${home.path}/named/identity/x`), false);
    assert.equal(isOpenclaws("darwin", `${home.path}/named/identity/x`), true);
  });
});
