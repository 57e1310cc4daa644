/**
 * Whether events of one connection are missing. Protocol 4 numbers the events of each connection from 1, so that a
 * hole is a loss; protocol 3 has one counter for the whole gateway, which counts what this client may not see: there, a
 * hole says nothing. Events without a whole number (the challenge, some that are meant for one client) are not counted.
 */
import type { EventFrame, ProtocolVersion } from "../protocol/mod.ts";

/** What should have come, and what came. */
export interface SequenceGap {
  readonly expected: number;
  readonly received: number;
  /** How many events are missing; 0 when one came again, or too late. */
  readonly missed: number;
}

/** Judges the events of one connection, in the order in which they come. */
export function createSequenceCheck(protocol: ProtocolVersion): (event: EventFrame) => SequenceGap | undefined {
  let last = 0;
  return ({ seq }) => {
    if (protocol === 3 || seq === undefined || !Number.isSafeInteger(seq)) return undefined;
    const expected = last + 1;
    last = Math.max(last, seq);
    return seq === expected ? undefined : { expected, received: seq, missed: Math.max(0, seq - expected) };
  };
}
