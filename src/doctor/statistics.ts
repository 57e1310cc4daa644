/**
 * Round trips in three numbers: what `claw ping` shows of all its rounds. Pure.
 */

export interface Spread {
  readonly minMs: number;
  readonly medianMs: number;
  /** 95 of 100 are at most this: the nearest rank. */
  readonly p95Ms: number;
}

/** Undefined when there is nothing to tell of. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((left, right) => left - right);
  const [min] = sorted;
  if (min === undefined) return undefined;
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? min;
  const high = sorted[Math.floor(middle)] ?? min;
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? min;
  return { minMs: min, medianMs: (low + high) / 2, p95Ms: p95 };
}
