/**
 * Acts on a store as its own process: `store_script.ts USER-ID DIRECTORY ACTION`. It says `ready`, waits for the end of
 * its input, becomes that user, acts, and writes the outcome as one line of JSON. The actions `…-for-ever` go on until
 * the process is killed and write a line for each step.
 */
import * as fs from "node:fs";
import process from "node:process";
import { ClawError } from "../../src/errors.ts";
import { createFingerprinter } from "../../src/identity/fingerprint.ts";
import { loadIdentity, loadOrCreateIdentity } from "../../src/identity/key_file.ts";
import { loadToken, saveToken } from "../../src/identity/token_file.ts";
import { keepUser, type Outcome, storeIn, testToken } from "./store.ts";

const [userId = "", path = "", action = ""] = process.argv.slice(2);

async function act(): Promise<{ value: string; isNew: boolean }> {
  const store = storeIn(path);
  const done = (value = "", isNew = false) => ({ value, isNew });
  if (action === "identity") {
    const { identity, wasCreated } = await loadOrCreateIdentity(store);
    return done(identity.deviceId, wasCreated);
  }
  if (action === "whoami") return done((await loadIdentity(store))?.identity.deviceId);
  if (action === "save-token") {
    saveToken(store, testToken);
    return done();
  }
  if (action === "load-token") return done(loadToken(store, testToken.origin, "operator", "d")?.token);
  if (action === "fingerprint") return done(await (await createFingerprinter(store))("secret"));
  if (action === "identities-for-ever") {
    for (let n = 0;; n++) {
      await loadOrCreateIdentity(storeIn(`${path}/${n}`));
      say(String(n));
    }
  }
  if (action === "tokens-for-ever") {
    // Of very different lengths, so that a half-written or mixed one would show.
    for (let n = 0;; n++) {
      saveToken(store, { ...testToken, token: `${n}:`.padEnd(n % 2 === 0 ? 10 : 20_000, "x"), storedAtMs: n });
      say(String(n));
    }
  }
  throw new Error(`unknown action ${action}`);
}

function say(line: string): void {
  fs.writeSync(1, `${line}\n`);
}

async function attempt(): Promise<Outcome> {
  try {
    return { ok: true, ...await act() };
  } catch (thrown) {
    if (!(thrown instanceof ClawError)) throw thrown;
    return { ok: false, code: thrown.code, message: thrown.message, hint: thrown.hint ?? "" };
  }
}

say("ready");
for await (const _ of process.stdin);
if (process.getuid?.() === 0 && userId !== keepUser) {
  // By now all modules are loaded, so this user need not be able to reach the sources or the runtime.
  process.setgroups?.([]);
  process.setgid?.(Number(userId));
  process.setuid?.(Number(userId));
}
say(JSON.stringify(await attempt()));
process.exit(0);
