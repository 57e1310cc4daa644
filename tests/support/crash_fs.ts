/**
 * `node:fs` with the points of `crash_points.ts`. An import map puts it in that module's place, in a process of Deno
 * that is to die: `crash.ts`.
 */
import * as real from "node:fs";
import { makeMortal } from "./crash_points.ts";

export * from "node:fs";
export const { fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } = makeMortal(
  real,
);
