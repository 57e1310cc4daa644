/**
 * What files need to know of the machine and its user, for rooms that are handed no `World`.
 */
import process from "node:process";
import type { Reader } from "./private_file.ts";

/** This process as a reader of private files. */
export function hostReader(): Reader {
  const { platform } = process;
  return {
    os: platform === "win32" ? "windows" : platform === "darwin" ? "darwin" : "linux",
    userId: process.getuid?.(),
  };
}
