import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { isLitter, namesOf, narrow, takeAway } from "../../src/platform/mend.ts";

function withFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "claw-mend-"));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const me = process.getuid?.();

describe("narrow()", () => {
  it("takes from others what they have, and no more from the owner than needs be", () => {
    withFolder((folder) => {
      const path = join(folder, "key");
      writeFileSync(path, "x");
      chmodSync(path, 0o644);
      assert.equal(narrow(path, "file", me), "mode 0644 is now 0600");
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.equal(narrow(path, "file", me), undefined);
      chmodSync(path, 0o440);
      assert.equal(narrow(path, "file", me), "mode 0440 is now 0400");
    });
  });

  it("leaves links, what is another's, and what is not there", () => {
    withFolder((folder) => {
      const path = join(folder, "mine");
      writeFileSync(path, "x");
      chmodSync(path, 0o644);
      symlinkSync(path, join(folder, "link"));
      assert.equal(narrow(join(folder, "link"), "file", me), undefined);
      assert.equal(narrow(path, "file", 424_242), undefined);
      assert.equal(narrow(join(folder, "absent"), "file", me), undefined);
      assert.equal(statSync(path).mode & 0o777, 0o644);
    });
  });
});

describe("narrow() and what only looks like a file of claw's", () => {
  it("leaves directories in a file's place and files in a directory's, and what has a second name", () => {
    withFolder((folder) => {
      const [inner, path] = [join(folder, "inner"), join(folder, "path")];
      mkdirSync(inner);
      writeFileSync(path, "x");
      linkSync(path, join(folder, "elsewhere"));
      for (const name of [inner, path]) chmodSync(name, 0o755);
      assert.equal(narrow(inner, "file", me), undefined);
      assert.equal(narrow(path, "file", me), undefined);
      assert.equal(narrow(path, "folder", me), undefined);
      assert.equal(narrow(inner, "folder", me), "mode 0755 is now 0700");
      assert.equal(narrow(join(path, "below"), "file", me), undefined);
    });
  });
});

describe("isLitter()", () => {
  it("is what a crash left an hour ago, and nothing else", () => {
    withFolder((folder) => {
      const name = "device.json.352e8c2f-167e-412c-bb65-05e6915dc592.tmp";
      const [old, young, other] = [join(folder, name), join(folder, `b.${name}`), join(folder, "mine.tmp")];
      for (const path of [old, young, other]) writeFileSync(path, "x");
      for (const path of [old, other]) utimesSync(path, 0, 0);
      assert.deepEqual([old, young, other].map((path) => isLitter(path, me)), [true, false, false]);
      assert.equal(isLitter(join(folder, `absent.${name}`), me), false);
      assert.equal(isLitter(old, 424_242), false);
      takeAway(old);
      assert.equal(existsSync(old), false);
    });
  });
});

describe("namesOf()", () => {
  it("is empty where there is no directory", () => {
    withFolder((folder) => {
      writeFileSync(join(folder, "a"), "x");
      assert.deepEqual(namesOf(folder), ["a"]);
      assert.deepEqual(namesOf(join(folder, "absent")), []);
    });
  });
});
