import assert from "node:assert/strict";
import { userInfo } from "node:os";
import process from "node:process";
import { test } from "node:test";
import { hostReader } from "../../src/platform/host.ts";

test("hostReader() is this user on this system", () => {
  const { os, userId } = hostReader();
  assert.equal(os === "windows", process.platform === "win32");
  assert.equal(os === "darwin", process.platform === "darwin");
  assert.equal(userId, os === "windows" ? undefined : userInfo().uid);
});
