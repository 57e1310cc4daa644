/**
 * Every recorded conversation with a real gateway is played against the dev gateway of that generation, which must
 * answer with the same frame kinds, error codes, `details.code` and close codes. What is out of its reach is listed
 * here with the reason, and printed.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { after, describe, test } from "node:test";
import { methods } from "../../src/protocol/mod.ts";
import { readRecordings } from "../support/recordings.ts";
import { replay } from "../support/replay.ts";

/** Recorded gateways whose event loop was stopped past their own handshake timer. */
const stalled = ["2026.9.6/47b-gateway-stalled-16s-during-handshake", "official-cli/2026.3.13-gateway-blocked"];

/** Events that the recorded gateway sent for reasons outside the recording. */
const strayEvents: Readonly<Record<string, string>> = {
  "2026.3.13/60-idle-ticks": "a job of an earlier recording fired",
  "2026.9.6/60-idle-ticks": "a job of an earlier recording fired",
  "2026.9.6/49-setup-code": "jobs of an earlier recording were scheduled at its start",
};

const leftOut = new Map<string, number>();

/** Methods that the table does not have: agents, nodes, sessions, models, configuration. */
function leavesOut(method: string): boolean {
  const isOut =
    /^(node|sessions|models|agents|config|exec|chat|agent|channels|usage|skills)(\.|$)|^device\.pair\.setupStatus$/
      .test(method);
  if (isOut) leftOut.set(method, (leftOut.get(method) ?? 0) + 1);
  return isOut;
}

describe("replay of recorded conversations", () => {
  for (const recording of readRecordings().filter(({ moments }) => moments.length > 0)) {
    test(`${recording.name} is answered as it was recorded`, async () => {
      const heard = await replay(recording, { leavesOut, isStalled: stalled.includes(recording.name) });
      assert.ok(heard.length > 0, "the recording opens a connection");
      for (const [conn, { recorded, answered, recordedEvents, answeredEvents }] of heard.entries()) {
        assert.deepEqual(answered, recorded, `connection ${conn}`);
        if (recording.name in strayEvents) continue;
        assert.deepEqual(answeredEvents, recordedEvents, `events of connection ${conn}`);
      }
    });
  }

  after(() => {
    const named = [...leftOut].map(([method, count]) => `${method} ${count}×`).join(", ");
    process.stdout.write(`# not replayed, the dev gateway has no agents, nodes and configuration: ${named}\n`);
    for (const { name } of readRecordings().filter(({ moments }) => moments.length === 0)) {
      process.stdout.write(`# ${name} is empty: the official CLI opened no socket\n`);
    }
    for (const [name, reason] of Object.entries(strayEvents)) {
      process.stdout.write(`# events of ${name} not compared: ${reason}\n`);
    }
  });

  test("every method that is left out is unknown to the table", () => {
    for (const method of leftOut.keys()) assert.ok(!Object.hasOwn(methods, method), method);
  });
});
