/**
 * The process: the real world in, an exit number out. Nothing else runs at import anywhere. `claw --version` is
 * answered here, before the program itself is loaded. Next: `src/app.ts`.
 */
import process from "node:process";
import { createRealWorld } from "./src/platform/real_world.ts";
import { version } from "./src/version.ts";

const world = createRealWorld();
if (world.args.length === 1 && world.args[0] === "--version") {
  try {
    world.stdout.write(`${version}\n`);
    process.exit(0);
  } catch { /* The program meets the same obstacle, and says so. */ }
}
const { run } = await import("./src/app.ts");
process.exit(await run(world));
