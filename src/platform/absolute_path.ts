/**
 * Paths in full, for what is written down here and read elsewhere. Apart from `files.ts` because few runs need it.
 */
import { resolve } from "node:path";

/** A path from the working directory, in full; one that begins at the home directory (`~/…`) stays as it is. */
export function absolutePath(path: string): string {
  return /^~([\\/]|$)/.test(path) ? path : resolve(path);
}
