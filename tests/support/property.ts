/**
 * The property testing library, set up for all tests alike: a hundred runs each at the gate, many more at night
 * (`deno task night` sets `CLAW_TEST_NIGHT`).
 */
import * as fc from "fast-check";
import process from "node:process";

const factor = process.env["CLAW_TEST_NIGHT"] ? 50 : 1;

/** How many runs a property gets that says its own number. */
export function runs(atTheGate: number): number {
  return atTheGate * factor;
}

fc.configureGlobal({ numRuns: runs(100) });

export { fc };
