import assert from "node:assert/strict";
import * as fs from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import {
  chooseContext,
  chosenContext,
  type ContextStore,
  createContext,
  removeContext,
  renameContext,
  setInContext,
} from "../../src/settings/context_files.ts";
import { withHome, writeFile } from "../support/settings_home.ts";

/** A store in a home, and what stands in its files. */
async function withStore(use: (store: ContextStore, read: (name: string) => string | undefined) => Promise<void>) {
  await withHome(async (home) => {
    const ids = {
      uuid: () => crypto.randomUUID(),
      random: () => 0.5,
      bytes: (length: number) => new Uint8Array(length),
    };
    const read = (name: string) => {
      const path = `${home}/claw/${name}`;
      return fs.existsSync(path) ? fs.readFileSync(path, "utf8") : undefined;
    };
    await use({ os: "linux", ids, directory: `${home}/claw`, runTool: noTool }, read);
  });
}

const noTool = () => Promise.reject(new Error("no tool was expected"));
const modeOf = (path: string) => (fs.statSync(path).mode & 0o777).toString(8);
const url = "wss://home.example";

describe("createContext()", () => {
  it("writes a private file that a person can read, and never over another", async () => {
    await withStore((store, read) => {
      assert.equal(createContext(store, "home", { url, timeout: "3s", allowInsecurePrivate: true }), true);
      const text = '{\n  url: "wss://home.example",\n  timeout: "3s",\n  allowInsecurePrivate: true,\n}\n';
      assert.equal(read("contexts/home.json5"), text);
      assert.equal(modeOf(`${store.directory}/contexts/home.json5`), "600");
      assert.equal(modeOf(`${store.directory}/contexts`), "700");
      assert.equal(createContext(store, "home", { url: "wss://other.example" }), false);
      assert.equal(read("contexts/home.json5"), text);
      return Promise.resolve();
    });
  });
});

it("createContext() names files in full", async () => {
  await withStore((store, read) => {
    createContext(store, "home", { url, tokenFile: "a.token", passwordFile: "~/b", ca: "/c.pem" });
    const text =
      `{\n  url: "${url}",\n  tokenFile: "${process.cwd()}/a.token",\n  passwordFile: "~/b",\n  ca: "/c.pem",\n}\n`;
    assert.equal(read("contexts/home.json5"), text);
    return Promise.resolve();
  });
});

describe("chooseContext()", () => {
  it("makes the config file, and takes only its own key out of it again", async () => {
    await withStore(async (store, read) => {
      await chooseContext(store, undefined);
      assert.equal(read("config.json5"), undefined);
      await chooseContext(store, "home");
      assert.equal(read("config.json5"), '{\n  context: "home",\n}\n');
      assert.equal(await chosenContext(store), "home");
      await chooseContext(store, undefined);
      assert.equal(read("config.json5"), "{\n}\n");
      assert.equal(await chosenContext(store), undefined);
    });
  });

  it("keeps what a person wrote, and changes the file that a link leads to", async () => {
    await withStore(async (store, read) => {
      writeFile(store.directory, "real.json5", '{ // mine\n  timeout: "3s", // short\n}\n');
      fs.symlinkSync(`${store.directory}/real.json5`, `${store.directory}/config.json5`);
      await chooseContext(store, "lab");
      assert.equal(read("real.json5"), '{ // mine\n  timeout: "3s", // short\n  context: "lab",\n}\n');
      assert.ok(fs.lstatSync(`${store.directory}/config.json5`).isSymbolicLink());
    });
  });

  it("says what to write where it cannot change the text, and where that is broken", async () => {
    await withStore(async (store, read) => {
      const doubled = '{ context: "a", context: "b" }';
      writeFile(store.directory, "config.json5", doubled);
      const failure = (name: string | undefined) => chooseContext(store, name).catch((thrown: unknown) => thrown);
      const error = await failure(undefined);
      assert.ok(error instanceof ClawError);
      assert.match(error.message, /config\.json5 is written so that context alone cannot be changed$/);
      assert.equal(error.hint, "take context out of it yourself");
      assert.equal(read("config.json5"), doubled);
      writeFile(store.directory, "config.json5", "{\n url: }");
      const broken = await failure("home");
      assert.ok(broken instanceof ClawError && broken.code === "config/invalid");
      assert.match(broken.message, /config\.json5, line 2, column 7: not valid JSON5$/);
    });
  });
});

it("chooseContext() makes nothing of a link that leads nowhere, and does not try for ever", async () => {
  await withStore(async (store) => {
    fs.mkdirSync(store.directory, { recursive: true });
    fs.symlinkSync(`${store.directory}/nowhere`, `${store.directory}/config.json5`);
    await assert.rejects(chooseContext(store, "home"), /config\.json5 is a link that leads nowhere$/);
    assert.deepEqual(fs.readdirSync(store.directory), ["config.json5"]);
  });
});

describe("setInContext()", () => {
  it("sets one key of a context, and tells its file", async () => {
    await withStore(async (store, read) => {
      writeFile(store.directory, "contexts/home.json5", `{ url: "${url}" /* the house */ }`);
      const path = await setInContext(store, "home", "tlsFingerprint", "AB:CD");
      assert.equal(path, `${store.directory}/contexts/home.json5`);
      assert.equal(read("contexts/home.json5"), `{ url: "${url}", /* the house */ tlsFingerprint: "AB:CD" }`);
    });
  });
});

describe("renameContext()", () => {
  it("keeps the file's text, and the config file's choice in step", async () => {
    await withStore(async (store, read) => {
      const text = `{ url: "${url}" /* the house */ }`;
      writeFile(store.directory, "contexts/home.json5", text);
      writeFile(store.directory, "config.json5", '{ context: "home" }');
      assert.equal(await renameContext(store, "home", "house"), true);
      assert.deepEqual([read("contexts/home.json5"), read("contexts/house.json5")], [undefined, text]);
      assert.equal(await chosenContext(store), "house");
      assert.equal(await renameContext(store, "home", "x"), false);
    });
  });

  it("replaces no other, and does nothing by halves", async () => {
    await withStore(async (store, read) => {
      writeFile(store.directory, "contexts/a.json5", "{ port: 1 }");
      writeFile(store.directory, "contexts/b.json5", "{ port: 2 }");
      assert.equal(await renameContext(store, "a", "b"), false);
      writeFile(store.directory, "config.json5", "{ context: }");
      await assert.rejects(renameContext(store, "a", "c"), /not valid JSON5/);
      assert.deepEqual(fs.readdirSync(`${store.directory}/contexts`).sort(), ["a.json5", "b.json5"]);
      assert.equal(read("contexts/b.json5"), "{ port: 2 }");
    });
  });
});

describe("removeContext()", () => {
  it("keeps the file beside its place, and takes it out of the config file", async () => {
    await withStore(async (store, read) => {
      for (const port of [1, 2]) {
        writeFile(store.directory, "contexts/home.json5", `{ port: ${port} }`);
        writeFile(store.directory, "config.json5", '{ context: "home", retry: "1s" }');
        assert.equal(await removeContext(store, "home"), `${store.directory}/contexts/home.json5.prev`);
        assert.equal(read("contexts/home.json5.prev"), `{ port: ${port} }`);
        assert.equal(read("config.json5"), '{ retry: "1s" }');
      }
      assert.equal(await removeContext(store, "home"), undefined);
    });
  });
});
