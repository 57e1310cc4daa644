/**
 * Puts claw's own files right: nobody else may read keys, tokens and what else it keeps, and what a crash left behind
 * goes. It touches nothing outside claw's two directories, follows no links, and leaves what is another user's.
 */
import type { Mended } from "./cli/doctor.ts";
import type { Store } from "./doctor_login.ts";
import { keyFilePath } from "./identity/key_file.ts";
import { join } from "./platform/directories.ts";
import { isLitter, namesOf, narrow, takeAway } from "./platform/mend.ts";

/** @throws ClawError `store/io` */
export function mendFiles(store: Store): readonly Mended[] {
  if (store.os === "windows") return [];
  const { directory, stateDirectory } = store;
  const folders = ["tokens", "lockouts"].map((name) => join(store.os, stateDirectory, name));
  const mended: Mended[] = [];
  const note = (path: string, did: string | undefined) => {
    if (did !== undefined) mended.push({ path, did });
  };
  for (const folder of [directory, stateDirectory, ...folders]) note(folder, narrow(folder, 0o700, store.userId));
  const own = [keyFilePath(store), join(store.os, directory, "fingerprint.key")];
  const stored = folders.flatMap((folder) => namesOf(folder).map((name) => join(store.os, folder, name)));
  const litter = [...namesOf(directory).map((name) => join(store.os, directory, name)), ...stored].filter(isLitter);
  for (const path of litter) note(path, takeAway(path));
  for (const path of [...own, ...stored].filter((path) => !litter.includes(path))) {
    note(path, narrow(path, 0o600, store.userId));
  }
  return mended;
}
