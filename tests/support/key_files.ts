/** What stands on disk of a test home's device: for tests of verbs that change its key. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadOrCreateIdentity } from "../../src/identity/key_file.ts";
import { toBase64url } from "../../src/identity/keypair.ts";
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

/** A key file with another private half, and a checksum that fits. */
export async function forgeKeyFile(text: string, privateKey: string): Promise<string> {
  const file = { ...JSON.parse(text), privateKey };
  const parts = ["claw device key", file.version, file.deviceId, file.publicKey, privateKey, file.createdAtMs];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(parts.join("\n")));
  return `${JSON.stringify({ ...file, checksum: toBase64url(new Uint8Array(digest, 0, 8)) })}\n`;
}
