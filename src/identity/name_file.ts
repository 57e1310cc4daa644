/**
 * What this device calls itself, in a file below the state directory. Gateways forget a name as soon as a connection
 * comes without it (both generations), so it is said at each. It is no secret, and nothing rests on it.
 */
import { join } from "../platform/directories.ts";
import { readText } from "../platform/files.ts";
import { ensurePrivateDirectory, replacePrivate } from "../platform/private_file.ts";
import type { TokenStore } from "./token_file.ts";

/** In UTF-16 units. */
export const longestName = 64;

/** Whether a device may be called so: something on one line. */
export function isName(text: string): boolean {
  // deno-lint-ignore no-control-regex -- those are what a name must not have
  const isPlain = !/[\u0000-\u001f\u007f-\u009f]/.test(text);
  return isPlain && text.trim() === text && text !== "" && text.length <= longestName;
}

/** The name, or undefined where there is none that could be said. */
export function loadName(store: TokenStore): string | undefined {
  try {
    const name = readText(pathOf(store))?.trim();
    return name !== undefined && isName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a name for all connections from now on. @throws ClawError `store/io` */
export function saveName(store: TokenStore, name: string): void {
  if (loadName(store) === name) return;
  ensurePrivateDirectory(store.stateDirectory);
  replacePrivate(store.os, pathOf(store), `${name}\n`, store.ids.uuid());
}

function pathOf({ os, stateDirectory }: TokenStore): string {
  return join(os, stateDirectory, "device-name");
}
