import assert from "node:assert/strict";
import * as fs from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import {
  listTokens,
  loadToken,
  saveToken,
  sortTokens,
  spareToken,
  type StoredToken,
  tokenFiles,
  type TokenStore,
} from "../../src/identity/token_file.ts";
import { startScript } from "../support/script.ts";
import { createStoreHome, keepUser, slow, testToken } from "../support/store.ts";

const { origin, role, deviceId } = testToken;

function directoryOf(store: TokenStore): string {
  return join(store.stateDirectory, "tokens");
}

/** The one file of a store that holds one token. */
function fileOf(store: TokenStore): string {
  const names = fs.readdirSync(directoryOf(store)).filter((name) => name.endsWith(".json"));
  assert.equal(names.length, 1);
  return join(directoryOf(store), names[0] ?? "");
}

describe("loadToken()", () => {
  it("finds nothing in an empty store, and creates nothing", () => {
    using home = createStoreHome();
    assert.equal(loadToken(home.store, origin, role, deviceId), undefined);
    assert.deepEqual(fs.readdirSync(home.path), []);
  });

  it("finds a token for its own gateway, role and device only", () => {
    using home = createStoreHome();
    saveToken(home.store, testToken);
    const { version: _, ...found } = { version: 1, ...loadToken(home.store, origin, role, deviceId) };
    assert.deepEqual(found, testToken);
    assert.equal(loadToken(home.store, "ws://127.0.0.1:18790", role, deviceId), undefined);
    assert.equal(loadToken(home.store, "wss://127.0.0.1:18789", role, deviceId), undefined);
    assert.equal(loadToken(home.store, origin, "node", deviceId), undefined);
    assert.equal(loadToken(home.store, origin, role, "another device"), undefined);
  });

  it("takes no file that stands under another gateway's name", () => {
    using home = createStoreHome();
    saveToken(home.store, testToken);
    const other = "ws://192.0.2.1:18789";
    saveToken(home.store, { ...testToken, origin: other });
    const [mine, theirs] = fs.readdirSync(directoryOf(home.store)).sort().map((name) =>
      join(directoryOf(home.store), name)
    );
    fs.copyFileSync(mine ?? "", theirs ?? "");
    assert.equal(loadToken(home.store, origin, role, deviceId)?.token, "token-0");
    assert.equal(loadToken(home.store, other, role, deviceId), undefined);
  });

  it("refuses a damaged file with its path and a remedy, and never with its content", () => {
    using home = createStoreHome();
    saveToken(home.store, { ...testToken, token: "secret-token" });
    const path = fileOf(home.store);
    const whole = JSON.parse(fs.readFileSync(path, "utf8")) as Record<string, unknown>;
    const contents = ["", "{", "null", "[]", `"secret-token"`].concat(
      [{ version: 2 }, { more: 1 }, { token: "" }, { token: 1 }, { scopes: "operator.read" }, { storedAtMs: "now" }]
        .map((change) => JSON.stringify({ ...whole, ...change })),
    );
    for (const content of contents) {
      fs.writeFileSync(path, content);
      const actions = [
        () => loadToken(home.store, origin, role, deviceId),
        () => saveToken(home.store, testToken),
        () => listTokens(home.store),
      ];
      for (const act of actions) {
        assert.throws(act, (error: unknown) => {
          assert.ok(error instanceof ClawError);
          assert.deepEqual([error.code, error.message], [
            "config/key-damaged",
            `the device token ${path} is damaged`,
          ]);
          assert.match(error.hint ?? "", /^remove that file: /);
          assert.doesNotMatch(`${error.stack}${JSON.stringify(error.details)}${error.cause}`, /secret-token/);
          return true;
        });
      }
      assert.equal(fs.readFileSync(path, "utf8"), content);
    }
  });
});

describe("saveToken()", () => {
  it("creates a private file in private directories", () => {
    using home = createStoreHome();
    saveToken(home.store, testToken);
    assert.equal(fs.statSync(fileOf(home.store)).mode & 0o777, 0o600);
    assert.equal(fs.statSync(directoryOf(home.store)).mode & 0o777, 0o700);
    assert.equal(fs.statSync(home.store.stateDirectory).mode & 0o777, 0o700);
  });

  it("keeps the one before beside the new one", () => {
    using home = createStoreHome();
    for (const token of ["first", "second", "third"]) saveToken(home.store, { ...testToken, token });
    assert.equal(loadToken(home.store, origin, role, deviceId)?.token, "third");
    const path = fileOf(home.store);
    const previous = JSON.parse(fs.readFileSync(path.replace(/json$/, "prev"), "utf8")) as StoredToken;
    assert.equal(previous.token, "second");
    assert.equal(fs.readdirSync(directoryOf(home.store)).length, 2);
    assert.equal(fs.statSync(path.replace(/json$/, "prev")).mode & 0o777, 0o600);
  });

  it("adds the scopes that a token it has turns out to grant", () => {
    using home = createStoreHome();
    saveToken(home.store, { ...testToken, scopes: ["operator.read"] });
    saveToken(home.store, { ...testToken, scopes: ["operator.write"] });
    assert.deepEqual(loadToken(home.store, origin, role, deviceId)?.scopes, ["operator.read", "operator.write"]);
    assert.equal(fs.readdirSync(directoryOf(home.store)).length, 1);
  });

  it("writes nothing for a token that it has when it comes with fewer scopes", () => {
    using home = createStoreHome();
    saveToken(home.store, { ...testToken, scopes: ["operator.read", "operator.write"] });
    const before = fs.statSync(fileOf(home.store));
    saveToken(home.store, { ...testToken, scopes: ["operator.read"], storedAtMs: 2 });
    const after = fs.statSync(fileOf(home.store));
    assert.equal(after.ino, before.ino);
    assert.deepEqual(loadToken(home.store, origin, role, deviceId)?.scopes, ["operator.read", "operator.write"]);
    assert.equal(fs.readdirSync(directoryOf(home.store)).length, 1);
  });

  it("replaces the token of another device, even an equal one", () => {
    using home = createStoreHome();
    saveToken(home.store, { ...testToken, deviceId: "another device" });
    saveToken(home.store, testToken);
    assert.equal(loadToken(home.store, origin, role, deviceId)?.deviceId, deviceId);
  });

  it("puts the token of another device into that device's folder, where its key finds it again", () => {
    using home = createStoreHome();
    const [one, two] = ["1".repeat(64), "2".repeat(64)];
    saveToken(home.store, { ...testToken, deviceId: one, token: "a" });
    saveToken(home.store, { ...testToken, deviceId: two, token: "b" });
    saveToken(home.store, { ...testToken, deviceId: two, token: "c" });
    sortTokens(home.store, one);
    assert.equal(loadToken(home.store, origin, role, one)?.token, "a");
    sortTokens(home.store, two);
    assert.equal(loadToken(home.store, origin, role, two)?.token, "c");
  });

  it("keeps gateways and roles apart, and their names inside its own directory", () => {
    using home = createStoreHome();
    const origins = [
      "ws://127.0.0.1:18789",
      "wss://127.0.0.1:18789",
      "ws://[::1]:18789",
      "wss://gateway.example:443",
      "ssh:me@host:22/18789",
      "../../escape",
      "a*b",
      "a%2Ab",
      "a@b",
      "a%40b",
    ];
    const tokens = origins.flatMap((origin) =>
      ["operator", "a@operator"].map((role) => ({ ...testToken, origin, role, token: `${role} at ${origin}` }))
    );
    for (const token of tokens) saveToken(home.store, token);
    for (const { origin, role, token } of tokens) {
      assert.equal(loadToken(home.store, origin, role, deviceId)?.token, token);
    }
    assert.equal(fs.readdirSync(directoryOf(home.store)).length, tokens.length);
    assert.deepEqual(fs.readdirSync(home.path), ["state"]);
    for (const name of fs.readdirSync(directoryOf(home.store))) assert.match(name, /^[\w%@.!~'()-]+$/);
  });

  it("never lets a reader see half a token, and leaves a whole one when it dies at any moment", slow, async () => {
    using home = createStoreHome();
    let reads = 0;
    for (let round = 0; round < 5; round++) {
      const script = startScript("store_script.ts", [keepUser, home.path, "tokens-for-ever"]);
      script.begin();
      await script.lines(2);
      const written = script.lines(10 + round * 3);
      let isWritten = false;
      void written.then(() => (isWritten = true));
      while (!isWritten) {
        const { token, storedAtMs } = loadToken(home.store, origin, role, deviceId) ?? assert.fail("no token");
        assert.match(token, new RegExp(`^${storedAtMs}:x+$`));
        reads++;
        await new Promise((resolve) => setImmediate(resolve));
      }
      script.kill();
      assert.equal((await script.ended).signal, "SIGKILL");
      assert.equal(listTokens(home.store).length, 1);
      saveToken(home.store, { ...testToken, token: `${round}`, storedAtMs: round });
      assert.equal(loadToken(home.store, origin, role, deviceId)?.token, `${round}`);
    }
    assert.ok(reads > 20, `${reads} reads`);
  });
});

describe("listTokens()", () => {
  it("lists all tokens by role and gateway, and neither old ones nor what a crash left behind", () => {
    using home = createStoreHome();
    assert.deepEqual(listTokens(home.store), []);
    saveToken(home.store, { ...testToken, origin: "wss://b.example:443" });
    saveToken(home.store, { ...testToken, origin: "ws://127.0.0.1:18789" });
    saveToken(home.store, { ...testToken, origin: "ws://127.0.0.1:18789", token: "token-1" });
    fs.writeFileSync(join(directoryOf(home.store), "x.json.3ed0a0c3.tmp"), "{");
    assert.deepEqual(listTokens(home.store).map(({ origin, token }) => [origin, token]), [
      ["ws://127.0.0.1:18789", "token-1"],
      ["wss://b.example:443", "token-0"],
    ]);
  });
});

describe("spareToken()", () => {
  it("copies the stored token to .prev, and nothing where there is none", () => {
    using home = createStoreHome();
    spareToken(home.store, origin, role);
    assert.deepEqual(fs.readdirSync(home.path), []);
    saveToken(home.store, testToken);
    spareToken(home.store, origin, role);
    const spare = fileOf(home.store).replace(/\.json$/, ".prev");
    assert.equal(fs.readFileSync(spare, "utf8"), fs.readFileSync(fileOf(home.store), "utf8"));
    if (process.platform !== "win32") assert.equal(fs.statSync(spare).mode & 0o777, 0o600);
  });
});

describe("sortTokens()", () => {
  it("puts tokens of other devices aside, and brings those of the key's own device back", () => {
    using home = createStoreHome();
    const { store } = home;
    const tokenFor = (deviceId: string, token: string, origin = "wss://a.example:443") => ({
      origin,
      role: "operator",
      deviceId,
      token,
      scopes: ["operator.read"],
      storedAtMs: 1,
    });
    const [one, two] = ["1".repeat(64), "2".repeat(64)];
    saveToken(store, tokenFor(one, "a"));
    saveToken(store, tokenFor(one, "b", "wss://b.example:443"));
    assert.deepEqual(sortTokens(store, two), ["wss://a.example:443", "wss://b.example:443"]);
    assert.deepEqual(listTokens(store), []);
    saveToken(store, tokenFor(two, "c"));
    assert.deepEqual(sortTokens(store, one), ["wss://a.example:443"]);
    assert.deepEqual(listTokens(store).map(({ token }) => token), ["a", "b"]);
    assert.deepEqual(sortTokens(store, one), []);
    sortTokens(store, two);
    assert.deepEqual(listTokens(store).map(({ token }) => token), ["c"]);
  });

  it("takes no device id for a path, and leaves alone what is damaged", () => {
    using home = createStoreHome();
    const { store } = home;
    const token = { origin: "wss://a.example:443", role: "operator", token: "t", scopes: [], storedAtMs: 1 };
    saveToken(store, { ...token, deviceId: "../../../x" });
    const [path = ""] = tokenFiles(store);
    const damaged = path.replace("a.example", "b.example");
    fs.writeFileSync(damaged, "{}", { mode: 0o600 });
    assert.deepEqual(sortTokens(store, "1"), ["wss://a.example:443"]);
    assert.deepEqual(tokenFiles(store), [damaged]);
    assert.deepEqual(fs.readdirSync(home.path), ["state"]);
  });
});
