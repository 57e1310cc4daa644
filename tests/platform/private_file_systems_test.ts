/**
 * Who may see a private file, on each system: the rules as tables, the system as an argument. Modes and owners are
 * POSIX's; what Windows knows instead, its access lists, claw leaves to the folder.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import {
  createPrivate,
  movePrivate,
  readPrivate,
  removePrivate,
  replacePrivate,
} from "../../src/platform/private_file.ts";
import type { Os } from "../../src/platform/world.ts";
import { createStoreHome } from "../support/store.ts";

const everywhere: readonly Os[] = ["linux", "darwin", "windows"];
const exposed = "config/key-exposed";
const damaged = "config/key-damaged";

type Verdict = "read" | "nothing" | typeof exposed | typeof damaged;

const chmod = (mode: number) => (path: string) => {
  fs.writeFileSync(path, "text");
  fs.chmodSync(path, mode);
};
const link = (path: string) => {
  fs.writeFileSync(`${path}.target`, "text", { mode: 0o600 });
  fs.symlinkSync(`${path}.target`, path);
};

/** What stands there, and what becomes of it on POSIX systems and on Windows. */
const rows: readonly (readonly [title: string, make: (path: string) => void, posix: Verdict, windows: Verdict])[] = [
  ["nothing", () => {}, "nothing", "nothing"],
  ["a file of its owner alone", chmod(0o600), "read", "read"],
  ["a file that its owner may only read", chmod(0o400), "read", "read"],
  ["a file that its group may read", chmod(0o640), exposed, "read"],
  ["a file that all may read", chmod(0o644), exposed, "read"],
  ["a file that all may write", chmod(0o602), exposed, "read"],
  ["a link to a good file", link, exposed, exposed],
  ["a link to nothing", (path) => fs.symlinkSync("/nowhere", path), exposed, exposed],
  ["a directory", (path) => fs.mkdirSync(path, { mode: 0o700 }), damaged, damaged],
];

function verdictOn(os: Os, path: string, userId: number | undefined): Verdict {
  try {
    return readPrivate({ os, userId }, path, "it") === undefined ? "nothing" : "read";
  } catch (thrown) {
    return (thrown as { code: Verdict }).code;
  }
}

describe("readPrivate()", () => {
  for (const os of everywhere) {
    const userId = os === "windows" ? undefined : process.getuid?.();
    for (const [title, make, posix, windows] of rows) {
      it(`judges on ${os}: ${title}`, () => {
        using home = createStoreHome();
        make(`${home.path}/file`);
        assert.equal(verdictOn(os, `${home.path}/file`, userId), os === "windows" ? windows : posix);
      });
    }

    it(`judges on ${os}: a file of somebody else`, () => {
      using home = createStoreHome();
      chmod(0o600)(`${home.path}/file`);
      const somebody = (process.getuid?.() ?? 0) + 1;
      assert.equal(verdictOn(os, `${home.path}/file`, somebody), os === "windows" ? "read" : exposed);
    });
  }
});

describe("private files", () => {
  for (const os of everywhere) {
    it(`are created, replaced, moved and removed on ${os}, for their owner alone`, () => {
      using home = createStoreHome();
      const [path, other] = [`${home.path}/file`, `${home.path}/other`];
      const userId = os === "windows" ? undefined : process.getuid?.();
      assert.equal(createPrivate(os, path, "first", "x"), true);
      assert.equal(createPrivate(os, path, "second", "y"), false);
      assert.equal(readPrivate({ os, userId }, path, "it"), "first");
      replacePrivate(os, path, "third", "z");
      assert.equal(fs.statSync(path).mode & 0o777, 0o600);
      assert.equal(movePrivate(os, path, other), true);
      assert.equal(movePrivate(os, path, other), false);
      assert.equal(readPrivate({ os, userId }, other, "it"), "third");
      removePrivate(other);
      assert.deepEqual(fs.readdirSync(home.path), []);
    });
  }
});
