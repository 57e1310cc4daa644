/**
 * What a check finds on each system, the system as an argument.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { checkDevice } from "../../src/identity/device_check.ts";
import { keyFilePath, loadIdentity, loadOrCreateIdentity } from "../../src/identity/key_file.ts";
import { loadToken, saveToken, tokenDirectory, tokenFiles } from "../../src/identity/token_file.ts";
import type { Os } from "../../src/platform/world.ts";
import { createStoreHome, testToken } from "../support/store.ts";

/** A store of that system with a key and a token; on Windows its paths have backslashes, which name files here. */
async function createStore(path: string, os: Os) {
  using plain = createStoreHome();
  const base = { ...plain.store, directory: `${path}/config`, stateDirectory: `${path}/state`, os };
  const store = os === "windows" ? { ...base, userId: undefined } : base;
  const { identity } = await loadOrCreateIdentity(store);
  saveToken(store, { ...testToken, deviceId: identity.deviceId });
  return { store, deviceId: identity.deviceId };
}

/** The tokens' files: those of Windows's store stand here beside what would be their folder. */
function tokenPaths(store: Parameters<typeof tokenFiles>[0]): readonly string[] {
  if (store.os !== "windows") return tokenFiles(store);
  const folder = dirname(tokenDirectory(store));
  const paths = fs.readdirSync(folder).map((name) => join(folder, name));
  return paths.filter((path) => path.startsWith(`${tokenDirectory(store)}\\`));
}

const wrong = (found: Awaited<ReturnType<typeof checkDevice>>) => found.filter(({ isOk }) => !isOk);

for (const os of ["linux", "darwin", "windows"] as const) {
  const isWindows = os === "windows";

  describe(`a device's files on ${os}`, () => {
    it("are found again where they were put", async () => {
      using home = createStoreHome();
      const { store, deviceId } = await createStore(home.path, os);
      const slash = isWindows ? "\\" : "/";
      assert.equal(keyFilePath(store), `${home.path}/config${slash}device.json`);
      assert.equal(tokenDirectory(store), `${home.path}/state${slash}tokens`);
      assert.equal((await loadIdentity(store))?.identity.deviceId, deviceId);
      assert.equal(loadToken(store, testToken.origin, testToken.role, deviceId)?.token, testToken.token);
      assert.deepEqual(wrong(await checkDevice(store)), []);
    });

    it("are exposed by their modes on POSIX systems alone", async () => {
      using home = createStoreHome();
      const { store, deviceId } = await createStore(home.path, os);
      const [token = ""] = tokenPaths(store);
      for (const path of [keyFilePath(store), token]) fs.chmodSync(path, 0o644);
      if (isWindows) return assert.deepEqual(wrong(await checkDevice(store)), []);
      const [finding, ...others] = wrong(await checkDevice(store));
      assert.deepEqual([finding?.name, others], ["key file", []], "what rests on the key is not looked at");
      assert.match(finding?.mend ?? "", /^chmod 600 /);
      await assert.rejects(loadIdentity(store), { code: "config/key-exposed" });
      fs.chmodSync(keyFilePath(store), 0o600);
      assert.deepEqual(wrong(await checkDevice(store)).map(({ name }) => name), ["token"]);
      assert.throws(() => loadToken(store, testToken.origin, testToken.role, deviceId), { code: "config/key-exposed" });
    });

    it("are exposed by a directory where others may write on POSIX systems alone", async () => {
      using home = createStoreHome();
      const { store } = await createStore(home.path, os);
      for (const path of [store.directory, store.stateDirectory]) fs.mkdirSync(path, { recursive: true });
      for (const mode of [0o777, 0o770, 0o702]) {
        fs.chmodSync(store.directory, mode);
        const found = wrong(await checkDevice(store));
        assert.deepEqual(found.map(({ mend }) => mend), isWindows ? [] : [`chmod 700 ${store.directory}`]);
      }
      fs.chmodSync(store.directory, 0o755);
      assert.deepEqual(wrong(await checkDevice(store)), []);
    });

    it("have names that this system takes", async () => {
      using home = createStoreHome();
      const { store, deviceId } = await createStore(home.path, os);
      for (const origin of ["wss://[::1]:443", "ssh:me@host:22/18789", 'a*b?c<d>e|f"g', "CON", "a."]) {
        saveToken(store, { ...testToken, origin, deviceId });
      }
      const names = tokenPaths(store).map((path) => path.slice(tokenDirectory(store).length + 1));
      assert.equal(names.length, 6);
      for (const name of names) {
        assert.doesNotMatch(name, /[<>:"/\\|?*\s]|[.]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
      }
    });
  });
}
