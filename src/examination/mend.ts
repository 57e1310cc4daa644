/**
 * Puts claw's own files right: nobody else may read keys, tokens and what else it keeps, and what a crash left behind
 * goes. It touches nothing outside claw's two directories, follows no links, and leaves what is another user's, or has a
 * second name elsewhere.
 */
import type { Mended } from "../cli/doctor.ts";
import { keyFilePath } from "../identity/key_file.ts";
import { tokenDirectory } from "../identity/token_file.ts";
import { join } from "../platform/directories.ts";
import { isLitter, namesOf, narrow, takeAway } from "../platform/mend.ts";
import { contextDirectory } from "../settings/contexts.ts";
import type { Store } from "./login.ts";

/** @throws ClawError `store/io` */
export function mendFiles(store: Store): readonly Mended[] {
  if (store.os === "windows") return [];
  const { os, directory, stateDirectory, userId } = store;
  const within = (folder: string) => namesOf(folder).map((name) => join(os, folder, name));
  const tokens = tokenDirectory(store);
  // Tokens of a device that was here before stand in folders of their own.
  const folders = [tokens, join(os, stateDirectory, "lockouts"), ...within(tokens)];
  const mended: Mended[] = [];
  const note = (path: string, did: string | undefined) => {
    if (did !== undefined) mended.push({ path, did });
  };
  for (const folder of [directory, stateDirectory, ...folders]) note(folder, narrow(folder, "folder", userId));
  const places = [directory, contextDirectory(os, directory), ...folders];
  for (const path of places.flatMap(within)) if (isLitter(path, userId)) note(path, takeAway(path));
  const own = [keyFilePath(store), join(os, directory, "fingerprint.key"), ...folders.flatMap(within)];
  for (const path of own) note(path, narrow(path, "file", userId));
  return mended;
}
