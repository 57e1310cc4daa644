/**
 * A place for claw's own files that is removed when the test is over, and a process of another user to look at it:
 * root passes every permission check.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { IdentityStore } from "../../src/identity/key_file.ts";
import type { StoredToken, TokenStore } from "../../src/identity/token_file.ts";
import { createManualClock } from "./clock.ts";
import { startScript } from "./script.ts";

/** Whether this process may act for other users. */
export const isRoot = process.getuid?.() === 0;

/** Who runs what must not run as root: nobody when that can be, else whoever runs the tests. */
export const plainUserId = isRoot ? 65_534 : process.getuid?.() ?? -1;

/** For tests that start processes: on a busy machine each may take a second. */
export const slow = { timeout: 60_000 };

/** For a script that stays with the user who starts it. */
export const keepUser = "-";

export interface StoreHome {
  readonly path: string;
  readonly store: IdentityStore & TokenStore;
  [Symbol.dispose](): void;
}

/** A store in a new directory: the config directory is `config`, the state directory `state`; neither exists. */
export function createStoreHome(): StoreHome {
  const path = fs.mkdtempSync(join(tmpdir(), "claw-store-"));
  // Another user must be able to enter it.
  fs.chmodSync(path, 0o711);
  return {
    path,
    store: storeIn(path),
    [Symbol.dispose]: () => fs.rmSync(path, { recursive: true, force: true }),
  };
}

/** The store of this process's user below a directory. */
export function storeIn(path: string): IdentityStore & TokenStore {
  return {
    os: "linux",
    directory: join(path, "config"),
    stateDirectory: join(path, "state"),
    userId: process.getuid?.(),
    clock: createManualClock(),
    ids: {
      uuid: () => crypto.randomUUID(),
      random: () => 0.5,
      bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    },
  };
}

/** A token as a gateway might have issued it, to the device `d`. */
export const testToken = {
  origin: "ws://127.0.0.1:18789",
  role: "operator",
  deviceId: "d",
  token: "token-0",
  scopes: ["operator.write"],
  storedAtMs: 1,
} satisfies StoredToken;

/** What a store action of another process came to. */
export type Outcome =
  | { readonly ok: true; readonly value: string; readonly isNew: boolean }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint: string };

/** What `store_script.ts` can do with a store. */
export type StoreAction = "identity" | "whoami" | "save-token" | "load-token" | "fingerprint";

/** Gives a directory and all below it to the plain user. */
export function give(path: string): void {
  if (!isRoot) return;
  fs.lchownSync(path, plainUserId, plainUserId);
  if (!fs.lstatSync(path).isDirectory()) return;
  for (const name of fs.readdirSync(path)) give(join(path, name));
}

/** Lets the plain user act on the store below `path`, in a process of its own. */
export async function actAsPlainUser(path: string, action: StoreAction): Promise<Outcome> {
  const script = startScript("store_script.ts", [String(plainUserId), path, action]);
  script.begin();
  const { stdout, stderr, exitCode } = await script.ended;
  if (exitCode !== 0) throw new Error(`the script ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Outcome;
}
