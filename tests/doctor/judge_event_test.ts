import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hello, Report, Way } from "../../src/doctor/evidence.ts";
import { type EventQuestion, judgeEvent } from "../../src/doctor/judge_event.ts";
import { soundWay } from "../support/doctor_evidence.ts";

const nothingAsked: EventQuestion = { sessionKey: undefined, knownKeys: undefined };

function found(report: Partial<Report>, question = nothingAsked, hello: Partial<Hello> = {}): readonly string[] {
  const way: Way = {
    ...soundWay,
    report: { ...soundWay.report as Report, ...report },
    hello: { ...soundWay.hello as Hello, ...hello },
  };
  return judgeEvent(way, question).map(({ id, severity }) => `${id} ${severity}`);
}

const agent = { agent: "main", isEnabled: true, everyMs: 1_800_000 };
const last = (status: string, reason?: string, ageMs = 1_000) => ({ lastHeartbeat: { status, reason, ageMs } });

describe("judgeEvent()", () => {
  const rows: readonly (readonly [what: string, Partial<Report>, readonly string[]])[] = [
    ["a heartbeat of a minute ago", {}, []],
    ["heartbeats that are disabled", { heartbeats: [{ ...agent, isEnabled: false }] }, ["EV-1 error"]],
    ["heartbeats of 0m", { heartbeats: [{ ...agent, everyMs: 0 }] }, ["EV-1 error"]],
    ["one agent of two with heartbeats", { heartbeats: [{ ...agent, everyMs: 0 }, agent] }, []],
    ["a heartbeat just within two intervals", last("sent", undefined, 3_600_000), []],
    ["a heartbeat older than two intervals", last("sent", undefined, 3_600_001), ["EV-1 error"]],
    ["none, soon after the start", { lastHeartbeat: null }, []],
    ["what may not be read", { lastHeartbeat: undefined }, ["EV-1 info"]],
    ["a failed heartbeat", last("failed", "no model"), ["EV-2 error"]],
    ["an empty HEARTBEAT.md", last("skipped", "empty-heartbeat-file"), ["EV-2 warning"]],
    ["a skip for another reason", last("skipped", "quiet-hours"), ["EV-2 warning"]],
    ["a skip that is made up for", last("skipped", "requests-in-flight"), []],
    ["a gateway that tells of no agents", { heartbeats: [] }, []],
  ];
  for (const [what, report, ids] of rows) {
    it(`finds ${ids.join(", ") || "nothing"} in ${what}`, () => assert.deepEqual(found(report), ids));
  }

  it("finds none since a start that is long ago", () => {
    assert.deepEqual(found({ lastHeartbeat: null }, nothingAsked, { uptimeMs: 4_000_000 }), ["EV-1 error"]);
  });

  it("knows a session, misses one, or cannot tell", () => {
    const ask = (knownKeys: readonly string[] | undefined) => found({}, { sessionKey: "agent:main:x", knownKeys });
    assert.deepEqual(ask(["agent:main:x"]), []);
    assert.deepEqual(ask(["agent:main:main"]), ["EV-3 error"]);
    assert.deepEqual(ask(undefined), ["EV-3 info"]);
  });

  it("says that a gateway has just started", () => {
    assert.deepEqual(found({}, nothingAsked, { uptimeMs: 599_000 }), ["EV-4 info"]);
    assert.deepEqual(found({}, nothingAsked, { uptimeMs: 600_000 }), []);
    assert.deepEqual(found({}, nothingAsked, { uptimeMs: undefined }), []);
  });
});
