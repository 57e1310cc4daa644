/**
 * Puts the points of `crash_points.ts` into `node:fs` itself, in a process of Bun that is to die: `crash.ts`. The module
 * must not have been imported by then: Bun copies its functions at that moment.
 */
import { createRequire } from "node:module";
import { makeMortal } from "./crash_points.ts";

const fs = createRequire(import.meta.url)("node:fs");
Object.assign(fs, makeMortal({ ...fs }));
