import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import { createPrivate, ensurePrivateDirectory, readPrivate, replacePrivate } from "../../src/platform/private_file.ts";
import { actAsPlainUser, createStoreHome, give, isRoot, type Outcome, slow, type StoreHome } from "../support/store.ts";

const me = { os: "linux", userId: process.getuid?.() } as const;

/** Runs a program of the system, which must succeed. */
function runProgram(name: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(name, args, { encoding: "utf8" });
  assert.equal(status, 0, `${name} ${args.join(" ")}: ${stderr}`);
}

/** A plain user's store with an identity, in a directory whose name a shell would take apart. */
async function createPlainIdentity(home: StoreHome) {
  const path = `${home.path}/it's $HOME`;
  ensurePrivateDirectory(path);
  give(path);
  const first = await actAsPlainUser(path, "identity");
  assert.ok(first.ok);
  return {
    file: `${path}/config/device.json`,
    known: { ...first, isNew: false },
    load: () => actAsPlainUser(path, "identity"),
  };
}

function codeOf(outcome: Outcome): string {
  return outcome.ok ? "ok" : outcome.code;
}

/** Mounts a small file system; without the right to do so it says so and runs nothing. */
async function withMount(size: string, options: string, test: (path: string) => Promise<void>): Promise<void> {
  using home = createStoreHome();
  const path = `${home.path}/mount`;
  fs.mkdirSync(path);
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=1777`, "tmpfs", path], {
    encoding: "utf8",
  });
  if (status !== 0) return console.log(`not tested: no file system can be mounted here (${(stderr ?? "").trim()})`);
  try {
    if (options !== "") runProgram("mount", "-o", `remount,${options}`, path);
    await test(path);
  } finally {
    runProgram("umount", path);
  }
}

describe("readPrivate()", () => {
  it("refuses what other users may read, write or enter, with the command that mends it", slow, async () => {
    using home = createStoreHome();
    const { file, known, load } = await createPlainIdentity(home);
    for (const mode of [0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o666]) {
      fs.chmodSync(file, mode);
      const outcome = await load();
      assert.ok(!outcome.ok);
      assert.equal(outcome.code, "config/key-exposed");
      const octal = `0${mode.toString(8)}`;
      assert.equal(outcome.message, `the device key ${file} is open to other users (mode ${octal})`);
      assert.match(outcome.hint, /^chmod 600 '/);
      runProgram("sh", "-c", outcome.hint);
      assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    }
    assert.deepEqual(await load(), known);
  });

  it("accepts what its owner alone may use", slow, async () => {
    using home = createStoreHome();
    const { file, known, load } = await createPlainIdentity(home);
    for (const mode of [0o600, 0o400, 0o700]) {
      fs.chmodSync(file, mode);
      assert.deepEqual(await load(), known);
    }
  });

  it("refuses the file of another user, whether it can be read or not", slow, async () => {
    if (!isRoot) return console.log("not tested: only root can make a file of another user");
    using home = createStoreHome();
    const { file, load } = await createPlainIdentity(home);
    fs.chownSync(file, 0, 0);
    for (const mode of [0o600, 0o644]) {
      fs.chmodSync(file, mode);
      const outcome = await load();
      assert.ok(!outcome.ok);
      assert.equal(outcome.code, "config/key-exposed");
      assert.equal(outcome.message, `the device key ${file} belongs to another user (id 0)`);
    }
  });

  it("refuses a link, even to a good file or to nothing", slow, async () => {
    using home = createStoreHome();
    const { file, load } = await createPlainIdentity(home);
    fs.renameSync(file, file.replace("device", "elsewhere"));
    for (const target of ["elsewhere.json", "nowhere.json"]) {
      fs.rmSync(file, { force: true });
      fs.symlinkSync(target, file);
      give(file);
      const outcome = await load();
      assert.ok(!outcome.ok);
      assert.equal(outcome.code, "config/key-exposed");
      assert.equal(outcome.message, `the device key ${file} is a symbolic link`);
      assert.equal(fs.readlinkSync(file), target);
    }
  });

  it("refuses a link where the system has no flag against following one", () => {
    using home = createStoreHome();
    fs.writeFileSync(`${home.path}/target`, "text");
    fs.symlinkSync("target", `${home.path}/link`);
    const windows = { os: "windows", userId: undefined } as const;
    assert.throws(() => readPrivate(windows, `${home.path}/link`, "it"), { code: "config/key-exposed" });
    // Modes and owners do not apply there.
    fs.chmodSync(`${home.path}/target`, 0o644);
    assert.equal(readPrivate(windows, `${home.path}/target`, "it"), "text");
    assert.equal(readPrivate(windows, `${home.path}/none`, "it"), undefined);
  });

  it("refuses what is no file, and does not wait for a pipe", slow, async () => {
    using home = createStoreHome();
    const { file, load } = await createPlainIdentity(home);
    const inPlace = [() => fs.mkdirSync(file), () => runProgram("mkfifo", "-m", "600", file)];
    for (const make of inPlace) {
      fs.rmSync(file, { recursive: true });
      make();
      give(file);
      const outcome = await load();
      assert.ok(!outcome.ok);
      assert.deepEqual([outcome.code, outcome.message], ["config/key-damaged", `the device key ${file} is not a file`]);
    }
  });

  it("names a file that its owner may not read either", slow, async () => {
    using home = createStoreHome();
    const { file, load } = await createPlainIdentity(home);
    fs.chmodSync(file, 0);
    const outcome = await load();
    assert.ok(!outcome.ok);
    assert.deepEqual([outcome.code, outcome.message], ["store/io", `cannot read ${file}: EACCES`]);
    assert.equal(outcome.hint, "check who owns that path and who may read it");
  });

  it("holds for tokens and for the key of fingerprints too", slow, async () => {
    for (const action of ["load-token", "fingerprint"] as const) {
      using home = createStoreHome();
      give(home.path);
      await actAsPlainUser(home.path, "save-token");
      await actAsPlainUser(home.path, "fingerprint");
      assert.equal(codeOf(await actAsPlainUser(home.path, action)), "ok");
      const tokens = `${home.path}/state/tokens`;
      const token = `${tokens}/${fs.readdirSync(tokens)[0]}`;
      for (const file of [token, `${home.path}/config/fingerprint.key`]) fs.chmodSync(file, 0o640);
      const outcome = await actAsPlainUser(home.path, action);
      assert.equal(codeOf(outcome), "config/key-exposed");
      assert.match(outcome.ok ? "" : outcome.hint, /^chmod 600 \//);
    }
  });
});

describe("createPrivate()", () => {
  it("creates for the owner alone under any umask, and never over something", () => {
    using home = createStoreHome();
    const umask = process.umask(0);
    try {
      ensurePrivateDirectory(`${home.path}/a/b`);
      assert.equal(createPrivate("linux", `${home.path}/a/b/c`, "first", "x"), true);
      replacePrivate("linux", `${home.path}/a/b/d`, "first", "x");
    } finally {
      process.umask(umask);
    }
    const modeOf = (path: string) => fs.statSync(`${home.path}/${path}`).mode & 0o777;
    assert.deepEqual(["a", "a/b", "a/b/c", "a/b/d"].map(modeOf), [0o700, 0o700, 0o600, 0o600]);
    assert.equal(createPrivate("linux", `${home.path}/a/b/c`, "second", "y"), false);
    assert.equal(readPrivate(me, `${home.path}/a/b/c`, "it"), "first");
    assert.deepEqual(fs.readdirSync(`${home.path}/a/b`), ["c", "d"]);
  });

  it("names the path of a directory that may not be written, and leaves nothing", slow, async () => {
    using home = createStoreHome();
    fs.mkdirSync(`${home.path}/config`, { mode: 0o500 });
    fs.mkdirSync(`${home.path}/state`, { mode: 0o500 });
    give(home.path);
    const identity = await actAsPlainUser(home.path, "identity");
    const token = await actAsPlainUser(home.path, "save-token");
    assert.ok(!identity.ok && !token.ok);
    assert.deepEqual([identity.code, identity.message], [
      "store/io",
      `cannot write ${home.path}/config/device.json: EACCES`,
    ]);
    assert.deepEqual([token.code, token.message], ["store/io", `cannot create ${home.path}/state/tokens: EACCES`]);
    assert.match(identity.hint, /^choose a writable place with --config-dir DIR, or CLAW_CONFIG_DIR/);
    assert.deepEqual(fs.readdirSync(`${home.path}/config`), []);
  });

  it("creates in a directory that may be written but not read", slow, async () => {
    using home = createStoreHome();
    fs.mkdirSync(`${home.path}/config`, { mode: 0o300 });
    give(home.path);
    assert.equal(codeOf(await actAsPlainUser(home.path, "identity")), "ok");
    fs.chmodSync(`${home.path}/config`, 0o700);
  });

  it("needs no writing where an identity and a token stand already", slow, async () => {
    using home = createStoreHome();
    give(home.path);
    await actAsPlainUser(home.path, "identity");
    await actAsPlainUser(home.path, "save-token");
    for (const path of ["config", "state/tokens", "state"]) fs.chmodSync(`${home.path}/${path}`, 0o500);
    for (const action of ["identity", "whoami", "save-token", "load-token"] as const) {
      assert.equal(codeOf(await actAsPlainUser(home.path, action)), "ok", action);
    }
    for (const path of ["config", "state", "state/tokens"]) fs.chmodSync(`${home.path}/${path}`, 0o700);
  });

  it("names the path on a file system that is read-only", slow, async () => {
    await withMount("64k", "ro", async (path) => {
      for (const action of ["identity", "save-token"] as const) {
        const outcome = await actAsPlainUser(path, action);
        assert.ok(!outcome.ok);
        assert.equal(outcome.code, "store/io");
        assert.ok(outcome.message.startsWith(`cannot create ${path}/`), outcome.message);
        assert.match(outcome.message, /: EROFS$/);
      }
    });
  });

  it("leaves nothing half-written on a full disk, and loses nothing that was there", slow, async () => {
    await withMount("64k", "", async (path) => {
      await actAsPlainUser(path, "save-token");
      fs.mkdirSync(`${path}/config`, { mode: 0o700 });
      give(path);
      assert.throws(() => fs.writeFileSync(`${path}/filler`, "x".repeat(100_000)), { code: "ENOSPC" });
      const outcome = await actAsPlainUser(path, "identity");
      assert.ok(!outcome.ok);
      assert.deepEqual([outcome.code, outcome.message], [
        "store/io",
        `cannot write ${path}/config/device.json: ENOSPC`,
      ]);
      assert.equal(outcome.hint, "free some disk space, then run it again");
      assert.deepEqual(fs.readdirSync(`${path}/config`), []);
      const token = await actAsPlainUser(path, "load-token");
      assert.equal(token.ok ? token.value : token.message, "token-0");
      fs.rmSync(`${path}/filler`);
      assert.equal(codeOf(await actAsPlainUser(path, "identity")), "ok");
    });
  });
});

describe("replacePrivate()", () => {
  it("replaces the whole file, and what stood there open to others", () => {
    using home = createStoreHome();
    const path = `${home.path}/file`;
    fs.writeFileSync(path, "a long text that was there before", { mode: 0o644 });
    replacePrivate("linux", path, "short", "x");
    assert.equal(readPrivate(me, path, "it"), "short");
    assert.deepEqual(fs.readdirSync(home.path), ["file"]);
  });

  it("replaces a link, and leaves alone what it points to", () => {
    using home = createStoreHome();
    fs.writeFileSync(`${home.path}/target`, "theirs");
    fs.symlinkSync("target", `${home.path}/link`);
    replacePrivate("linux", `${home.path}/link`, "mine", "x");
    assert.equal(fs.readFileSync(`${home.path}/target`, "utf8"), "theirs");
    assert.equal(readPrivate(me, `${home.path}/link`, "it"), "mine");
  });

  it("names the path when it cannot, and takes its own leavings away", () => {
    using home = createStoreHome();
    fs.mkdirSync(`${home.path}/directory`);
    assert.throws(() => replacePrivate("linux", `${home.path}/directory`, "text", "x"), (error: Error) => {
      assert.match(error.message, new RegExp(`^cannot replace ${home.path}/directory: E`));
      return true;
    });
    assert.deepEqual(fs.readdirSync(home.path), ["directory"]);
    assert.throws(() => replacePrivate("linux", `${home.path}/none/file`, "text", "x"), {
      message: `cannot write ${home.path}/none/file: ENOENT`,
    });
  });

  it("takes away what crashes left behind of that very file long ago, and nothing else", () => {
    using home = createStoreHome();
    const hourAgo = Date.now() / 1000 - 3_700;
    const id = "3ed0a0c3-28a5-4b02-9d42-6f1f6c3d6a11";
    const old = [`a.${id}.tmp`, `a.json.${id}.tmp`, `a.b.tmp`, `a.${id}`, `${id}.tmp`];
    for (const name of [...old, `a.${id.replace("3", "4")}.tmp`]) fs.writeFileSync(`${home.path}/${name}`, "");
    for (const name of old) fs.utimesSync(`${home.path}/${name}`, hourAgo, hourAgo);
    const before = fs.readdirSync(home.path).sort();
    const left = [...before.filter((name) => name !== `a.${id}.tmp`), "a"].sort();
    replacePrivate("linux", `${home.path}/a`, "text", crypto.randomUUID());
    assert.deepEqual(fs.readdirSync(home.path).sort(), left);
    fs.writeFileSync(`${home.path}/c.${id}.tmp`, "");
    fs.utimesSync(`${home.path}/c.${id}.tmp`, hourAgo, hourAgo);
    createPrivate("linux", `${home.path}/c`, "text", crypto.randomUUID());
    assert.deepEqual(fs.readdirSync(home.path).sort(), [...left, "c"].sort());
  });
});
