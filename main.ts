/**
 * The process: the real world in, an exit number out. Nothing else runs at import anywhere. Next: `src/app.ts`.
 */
import process from "node:process";
import { run } from "./src/app.ts";
import { createRealWorld } from "./src/platform/real_world.ts";

process.exit(await run(createRealWorld()));
