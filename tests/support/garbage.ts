/**
 * Collects garbage at once, so that what is measured is what is held. Deno offers it with `--v8-flags=--expose-gc`, as
 * the tasks have it.
 */
export function collectGarbage(): void {
  const { Bun, gc } = globalThis as { Bun?: { gc(isNow: boolean): void }; gc?: () => void };
  if (gc !== undefined) gc();
  else Bun?.gc(true);
}
