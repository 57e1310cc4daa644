/**
 * The recordings as frames, each with the request and the challenge that it belongs to, and the search for the row of a
 * table that speaks of a recording.
 */
import assert from "node:assert/strict";
import { ClawError } from "../../src/errors.ts";
import { Challenge, decodeFrame, type Frame, maxHandshakeBytes, type RequestFrame } from "../../src/protocol/mod.ts";
import { type Moment, readRecordings, type Recording } from "../support/recordings.ts";
import type { Mistake } from "./deliberate_mistakes.ts";
import type { Generation } from "./refusals.ts";

export const recordings = readRecordings();

/** A frame of a recording, with what it belongs to. */
export interface Spoken {
  readonly frame: Frame;
  /** As it stands in the recording. */
  readonly recorded: unknown;
  /** The request that a response answers. */
  readonly request: RequestFrame | undefined;
  readonly challenge: Challenge | undefined;
}

/** The reason for which a message is no frame, or undefined. */
export function whyNoFrame(moment: Moment): unknown {
  if (moment.kind !== "out") return undefined;
  const text = typeof moment.frame === "string" ? moment.frame : JSON.stringify(moment.frame);
  try {
    decodeFrame(moment.isBinary ? new TextEncoder().encode(text) : text, maxHandshakeBytes);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ClawError);
    assert.equal(error.code, "protocol/bad-frame");
    return error.details["reason"];
  }
}

/** Every frame of a recording that is one, joined with the request and the challenge of its connection. */
function framesOf(recording: Recording): Spoken[] {
  const requests = new Map<string, RequestFrame>();
  const challenges = new Map<number, Challenge>();
  return recording.moments.flatMap((moment): Spoken[] => {
    if (moment.kind !== "in" && (moment.kind !== "out" || whyNoFrame(moment) !== undefined)) return [];
    const frame = decodeFrame(JSON.stringify(moment.frame));
    const key = `${moment.conn} ${"id" in frame ? frame.id : ""}`;
    if (frame.type === "event" && frame.event === "connect.challenge") {
      challenges.set(moment.conn, Challenge.parse(frame.payload));
    }
    if (frame.type === "req") requests.set(key, frame);
    return [{ frame, recorded: moment.frame, request: requests.get(key), challenge: challenges.get(moment.conn) }];
  });
}

/** All of them. */
export const spoken = new Map(recordings.map((recording) => [recording, framesOf(recording)]));

/** The name without the generation: `2026.9.6-auth-none/03a-x` is `auth-none/03a-x`. */
function scenarioOf({ name }: Recording): string {
  return name.replace(/^2026\.[\d.]+\d-?/, "").replace(/^\//, "");
}

/** The one row of a table for a recording. */
export function rowFor<R extends { readonly scenario: string; readonly generation: Generation }>(
  rows: readonly R[],
  recording: Recording,
): R | undefined {
  const found = rows.filter(({ scenario, generation }) =>
    scenario === scenarioOf(recording) && (generation === "both" || generation === recording.protocol)
  );
  assert.ok(found.length <= 1, `several rows for ${recording.name}`);
  return found[0];
}

/** Checks that a table names, for every recording, exactly what is found there. */
export async function assertMistakes(rows: readonly Mistake[], find: (r: Recording) => string[] | Promise<string[]>) {
  for (const recording of recordings) {
    assert.deepEqual(await find(recording), rowFor(rows, recording)?.wrong ?? [], recording.name);
  }
  assertAllUsed(rows);
}

/** Checks that no row of a table speaks of a recording that is not there. */
export function assertAllUsed(rows: readonly { scenario: string; generation: Generation }[]): void {
  for (const { scenario, generation } of rows) {
    for (const protocol of generation === "both" ? [3, 4] : [generation]) {
      const isThere = recordings.some((recording) =>
        scenarioOf(recording) === scenario && recording.protocol === protocol
      );
      assert.ok(isThere, `no recording ${scenario} of protocol ${protocol}`);
    }
  }
}
