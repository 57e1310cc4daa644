/**
 * Waiting for something that another process does, of which nothing tells when it is done.
 */
import { setTimeout } from "node:timers/promises";

/** Asks every 50 ms until there is an answer. @throws Error that names what was waited for */
export async function eventually<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  what: string,
  withinMs = 10_000,
): Promise<T> {
  const endsAtMs = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > endsAtMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await setTimeout(50);
  }
}
