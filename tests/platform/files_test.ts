import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import {
  factsOf,
  namesIn,
  openAppender,
  osCodeOf,
  parseJson,
  readPatiently,
  readText,
  storeError,
} from "../../src/platform/files.ts";
import { createStoreHome } from "../support/store.ts";

describe("factsOf()", () => {
  it("looks at the path itself, not at what a link points to", () => {
    using home = createStoreHome();
    fs.writeFileSync(`${home.path}/file`, "", { mode: 0o640 });
    fs.chmodSync(`${home.path}/file`, 0o640);
    fs.symlinkSync("file", `${home.path}/link`);
    const { isFile, isLink, mode, ownerId } = factsOf(`${home.path}/file`) ?? assert.fail("no facts");
    assert.deepEqual([isFile, isLink, mode, ownerId], [true, false, 0o640, home.store.userId]);
    const link = factsOf(`${home.path}/link`);
    assert.deepEqual([link?.isFile, link?.isLink], [false, true]);
    assert.equal(factsOf(`${home.path}/none`), undefined);
  });
});

describe("readText()", () => {
  it("tells nothing there from what cannot be read", () => {
    using home = createStoreHome();
    fs.writeFileSync(`${home.path}/file`, "ä\n");
    assert.equal(readText(`${home.path}/file`), "ä\n");
    assert.equal(readText(`${home.path}/none`), undefined);
    assert.throws(() => readText(home.path), { code: "store/io", message: `cannot read ${home.path}: EISDIR` });
    assert.throws(() => readText(`${home.path}/file/x`), {
      code: "store/io",
      message: `cannot read ${home.path}/file/x: ENOTDIR`,
      hint: "check that path, then run it again",
    });
  });
});

describe("namesIn()", () => {
  it("finds none where there is no directory", () => {
    using home = createStoreHome();
    fs.writeFileSync(`${home.path}/file`, "");
    assert.deepEqual(namesIn(home.path), ["file"]);
    assert.deepEqual(namesIn(`${home.path}/none`), []);
    assert.throws(() => namesIn(`${home.path}/file`), { message: `cannot list ${home.path}/file: ENOTDIR` });
  });
});

describe("parseJson()", () => {
  it("tells null from what is not JSON", () => {
    assert.deepEqual(parseJson("null"), { value: null });
    assert.deepEqual(parseJson(' {"a":[1]} '), { value: { a: [1] } });
    for (const text of ["", "{", "undefined", "{a:1}", "\u0000"]) assert.equal(parseJson(text), undefined);
  });
});

describe("openAppender()", () => {
  it("appends to what is there, and creates for the owner alone", () => {
    using home = createStoreHome();
    const path = `${home.path}/trace`;
    for (const line of ["one\n", "two\n"]) {
      using appender = openAppender(path);
      appender.append(line);
    }
    assert.equal(readText(path), "one\ntwo\n");
    assert.equal(fs.statSync(path).mode & 0o777, 0o600);
    assert.throws(() => openAppender(home.path), { code: "store/io", message: `cannot open ${home.path}: EISDIR` });
  });

  it("does not wait for somebody who reads a pipe", () => {
    if (process.platform === "win32") return console.log("not tested: this system has no named pipes in directories");
    using home = createStoreHome();
    execFileSync("mkfifo", [`${home.path}/pipe`]);
    assert.throws(() => openAppender(`${home.path}/pipe`), { code: "store/io", message: /ENXIO$/ });
  });

  it("names the path when the disk is full", () => {
    if (!fs.existsSync("/dev/full")) return console.log("not tested: this system has no /dev/full");
    using appender = openAppender("/dev/full");
    assert.throws(() => appender.append("text"), {
      code: "store/io",
      message: "cannot write /dev/full: ENOSPC",
      hint: "free some disk space, then run it again",
    });
  });
});

describe("storeError()", () => {
  it("names path, reason and the next step", () => {
    const hintOf = (verb: string, code: string) => storeError("/p", verb, Object.assign(new Error(), { code })).hint;
    assert.match(hintOf("write", "ENOSPC") ?? "", /disk space/);
    assert.match(hintOf("write", "EDQUOT") ?? "", /disk space/);
    for (const code of ["EROFS", "EACCES", "EPERM"]) assert.match(hintOf("create", code) ?? "", /--config-dir/);
    assert.match(hintOf("read", "EACCES") ?? "", /who owns that path/);
    assert.match(hintOf("read", "EIO") ?? "", /check that path/);
    const error = storeError("/p", "read", Object.assign(new Error(), { code: "EIO" }));
    assert.deepEqual([error.code, error.message, error.details], [
      "store/io",
      "cannot read /p: EIO",
      { path: "/p", osCode: "EIO" },
    ]);
  });
});

describe("osCodeOf()", () => {
  it("finds the system's name for a failure, if it has one", () => {
    assert.equal(osCodeOf(Object.assign(new Error(), { code: "ENOENT" })), "ENOENT");
    for (const thrown of [undefined, null, "ENOENT", new Error(), { code: 2 }]) assert.equal(osCodeOf(thrown), "");
  });
});

describe("readPatiently()", () => {
  it("reads a file like any other reader, and knows when there is none", async () => {
    using home = createStoreHome();
    fs.writeFileSync(`${home.path}/text`, "abc");
    assert.equal(await readPatiently(`${home.path}/text`), "abc");
    assert.equal(await readPatiently(`${home.path}/none`), undefined);
    await assert.rejects(readPatiently(home.path), { code: "store/io", message: `cannot read ${home.path}: EISDIR` });
  });

  it("lets others go on while the writer of a pipe is slow", async () => {
    if (process.platform === "win32") return console.log("not tested: this system has no named pipes in directories");
    using home = createStoreHome();
    const path = `${home.path}/pipe`;
    execFileSync("mkfifo", [path]);
    const reading = readPatiently(path);
    // This thread itself is the writer: it would never come here if reading had blocked it.
    const handle = await fs.promises.open(path, "w");
    await handle.write("late");
    await handle.close();
    assert.equal(await reading, "late");
  });
});
