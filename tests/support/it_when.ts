/**
 * A test that this machine may be unable to run. The reason stands in its name, since not every runner prints the one
 * that `skip` takes.
 */
import { it } from "node:test";

/** @param obstacle what is missing here; undefined where the test can run */
export function itWhen(obstacle: string | undefined, name: string, body: () => Promise<void>): void {
  it(obstacle === undefined ? name : `${name} (not here: ${obstacle})`, { skip: obstacle !== undefined }, body);
}
