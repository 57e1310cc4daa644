import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { endingAt, failure, judged } from "../support/doctor_evidence.ts";

type Step = "challenge" | "hello";

/** The id for a close in a step, so many ms after TCP stood. */
function closed(step: Step, code: number, reason = "", sinceOpenMs = 100) {
  const error = failure("net/closed", { closeCode: code, closeReason: reason, phase: "connect" });
  return judged(endingAt(step, error, { closed: { code, reason }, sinceOpenMs }))[0];
}

describe("judgeHandshake() and a bare 1000", () => {
  const ages: readonly (readonly [ms: number, id: string, words: RegExp])[] = [
    [30, "HS-BARE-CLOSE", /shutting down, or a proxy/],
    [1_500, "HS-BARE-CLOSE", /after 1500 ms/],
    [3_004, "HS-TIMEOUT", /3 s, as 2026\.3\.12 and 2026\.3\.13/],
    [4_600, "HS-TIMEOUT", /3 s/],
    [10_010, "HS-TIMEOUT", /10 s, as releases from 2026\.4\.22/],
    [15_003, "HS-TIMEOUT", /15 s, as 2026\.9/],
    [7_000, "HS-BARE-CLOSE", /after 7000 ms/],
  ];
  for (const [ms, id, words] of ages) {
    it(`${ms} ms after TCP stood is ${id}`, () => {
      const found = closed("hello", 1000, "", ms);
      assert.equal(found?.id, id);
      assert.match(found.cause, words);
      assert.equal(found.where, "gateway host");
    });
  }

  it("says to update a gateway of 3 s, and to look at a later one", () => {
    assert.equal(closed("hello", 1000, "", 3_000)?.command, "openclaw update");
    assert.equal(closed("hello", 1000, "", 15_000)?.command, "openclaw gateway stability");
  });
});

describe("judgeHandshake() and other closes", () => {
  const rows: readonly (readonly [Step, number, reason: string, id: string])[] = [
    ["challenge", 1001, "server stopping", "HS-RESTART"],
    ["hello", 1002, "protocol mismatch", "HS-PROTOCOL"],
    ["challenge", 1002, "", "HS-GARBLED"],
    ["hello", 1002, "", "HS-GARBLED"],
    ["challenge", 1006, "", "HS-CUT"],
    ["hello", 1006, "", "HS-CUT"],
    ["hello", 1008, "connect challenge timeout", "HS-NONCE"],
    ["hello", 1008, "missing nonce", "HS-NONCE"],
    ["hello", 1008, "invalid-handshake", "HS-SCHEMA"],
    ["hello", 1008, "invalid handshake: first request must be connect", "HS-SCHEMA"],
    ["hello", 1008, "invalid connect params: at /auth", "HS-SCHEMA"],
    ["hello", 1008, "too many pending handshake frames", "HS-EARLY-FRAMES"],
    ["hello", 1008, "client version mismatch", "HS-VERSION"],
    ["hello", 1008, "who knows", "HS-POLICY"],
    ["hello", 1009, "", "HS-TOO-LARGE"],
    ["hello", 1011, "message handler unavailable", "HS-STALE-INSTALL"],
    ["hello", 1012, "service restart", "HS-RESTART"],
    ["hello", 1013, "gateway starting", "HS-STARTING"],
    ["hello", 4008, "connect failed", "HS-BROWSER-CODE"],
    ["hello", 4999, "", "HS-CLOSED"],
  ];
  for (const [step, code, reason, id] of rows) {
    it(`${code} ${reason} while waiting for ${step} is ${id}`, () => assert.equal(closed(step, code, reason)?.id, id));
  }

  it("says of a 1011 no more than it knows", () => {
    assert.match(closed("challenge", 1011)?.cause ?? "", /\(no reason\): its files may have been replaced/);
  });

  it("does not take a 1000 with a reason for a timer", () => {
    assert.equal(closed("hello", 1000, "bye", 3_000)?.id, "HS-CLOSED");
  });
});

describe("judgeHandshake() and what is no gateway", () => {
  const cases: readonly (readonly [code: Parameters<typeof failure>[0], reason: string | undefined, id: string])[] = [
    ["protocol/bad-challenge", "challenge-malformed", "HS-NONCE"],
    ["protocol/bad-challenge", "challenge-twice", "HS-NONCE"],
    ["protocol/unexpected-frame", "frame-before-challenge", "HS-NOT-A-GATEWAY"],
    ["protocol/bad-frame", "not-a-hello", "HS-NOT-A-GATEWAY"],
    ["protocol/bad-frame", undefined, "HS-NOT-A-GATEWAY"],
  ];
  for (const [code, reason, id] of cases) {
    it(`${code} ${reason ?? ""} is ${id}`, () => {
      const error = failure(code, reason === undefined ? {} : { reason });
      assert.equal(judged(endingAt("challenge", error))[0]?.id, id);
    });
  }
});

describe("judgeHandshake() behind a sound challenge", () => {
  it("does not doubt that it is a gateway", () => {
    const idOf = (error: ReturnType<typeof failure>) => judged(endingAt("hello", error))[0]?.id;
    assert.equal(idOf(failure("protocol/bad-frame", { reason: "not-a-hello" })), "HS-GARBLED");
    assert.equal(idOf(failure("protocol/bad-frame")), "HS-GARBLED");
    assert.equal(idOf(failure("protocol/mismatch", { expectedProtocol: 5 })), "PROTOCOL_MISMATCH");
  });
});

describe("judgeHandshake() and silence", () => {
  it("before the challenge may be a busy gateway, or none; its pages tell", () => {
    const way = endingAt("challenge", failure("protocol/no-challenge"), { ms: 8_000 });
    assert.match(judged(way)[0]?.cause ?? "", /no challenge came for 8 s.*busy, or this is no OpenClaw gateway$/);
    const asked = { ...way, http: { healthz: 200, readyz: 503 } };
    assert.match(judged(asked)[0]?.cause ?? "", /\/healthz says 200, \/readyz 503$/);
    const mute = { ...way, http: { healthz: undefined, readyz: undefined } };
    assert.match(judged(mute)[0]?.cause ?? "", /does not answer \/healthz either$/);
  });

  it("after the challenge is a busy gateway", () => {
    const [found] = judged(endingAt("hello", failure("net/timeout"), { ms: 9_500 }));
    assert.equal(found?.id, "HS-SILENT");
    assert.match(found.cause, /did not answer connect for 9\.5 s/);
  });
});
