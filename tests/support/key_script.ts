/** Says which keys are pressed, until `q`, or for as long as its argument says; for `tests/platform/keys_test.ts`. */
import process from "node:process";
import { createRealWorld } from "../../src/platform/real_world.ts";

const { stdin, stdout, clock, interrupted } = createRealWorld();
const [limitMs = "60000"] = process.argv.slice(2);
const controller = new AbortController();
interrupted.addEventListener("abort", () => controller.abort(new Error("interrupted")));
clock.after(Number(limitMs), () => controller.abort(new Error("time is over")));
try {
  for (;;) {
    stdout.write("? ");
    const key = await stdin.readKey(controller.signal);
    stdout.write(`${JSON.stringify(key)}\r\n`);
    if (key === "q") break;
  }
} catch (error) {
  stdout.write(`${error}\r\n`);
}
process.exit(0);
