/** What stands on disk of a test home's device: for tests of verbs that change its key. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadOrCreateIdentity } from "../../src/identity/key_file.ts";
import { createStoreHome } from "./store.ts";
import type { TestHome } from "./world.ts";

/** The id in a key file, or undefined. */
export function keyIdIn({ path }: TestHome, name: "device.json" | "device.prev"): string | undefined {
  const file = join(path, ".config/claw", name);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).deviceId : undefined;
}

/** Files and folders of the token store. */
export function tokenNames({ path }: TestHome): readonly string[] {
  const folder = join(path, ".local/state/claw/tokens");
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** A key file of some other device. */
export async function keyFileText(): Promise<string> {
  using home = createStoreHome();
  return readFileSync((await loadOrCreateIdentity(home.store)).path, "utf8");
}
