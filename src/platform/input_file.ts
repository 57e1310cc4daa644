/**
 * Reads a text of the user's from a file: any file they may read, a pipe included, whose writer may be slow. Apart
 * from `files.ts` because the rules for claw's own files do not apply.
 */
import * as fs from "node:fs";
import { ClawError } from "../errors.ts";
import { osCodeOf } from "./files.ts";

/** The whole file as text. @throws ClawError `input/invalid` when it cannot be read or is not UTF-8 */
export async function readInputFile(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await fs.promises.readFile(path);
  } catch (cause) {
    throw new ClawError("input/invalid", `cannot read ${path}: ${osCodeOf(cause)}`, { hint: "check the path", cause });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ClawError("input/invalid", `${path} is not UTF-8 text`, { hint: "convert it to UTF-8 first", cause });
  }
}
