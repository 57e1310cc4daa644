/**
 * What came of running this program's client against its own gateway in memory: whether its crypto and codec work,
 * before any network is accused. The test itself: `src/examination/self_test.ts`.
 */
import type { Failure } from "./evidence.ts";

export interface SelfTest {
  readonly ms: number;
  /** Those that were spoken: `protocol 3 and 4`. */
  readonly protocols: string;
  readonly failure: Failure | undefined;
}
