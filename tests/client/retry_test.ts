import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { retryDelay, type RetryState } from "../../src/client/retry.ts";
import { ClawError, type ErrorCode, type ErrorDetails, faults } from "../../src/errors.ts";

const fresh = (): RetryState => ({ drops: 0, refusals: 0, absences: 0 });
const half = () => 0.5;

function retries(code: ErrorCode, details: ErrorDetails, waitsForGateway = false): boolean {
  return retryDelay(new ClawError(code, "x", { details }), fresh(), half, waitsForGateway) !== undefined;
}

describe("retryDelay()", () => {
  const cases: readonly (readonly [expected: boolean, code: ErrorCode, details: ErrorDetails, waits?: boolean])[] = [
    [true, "net/closed", { phase: "challenge", closeCode: 1000 }],
    [true, "net/closed", { phase: "connect", closeCode: 1000 }],
    [true, "net/closed", { phase: "connect", closeCode: 1006 }],
    [true, "net/closed", { phase: "connect", closeCode: 1012 }],
    [true, "net/closed", { phase: "connect", closeCode: 1013 }],
    [false, "net/closed", { phase: "connect", closeCode: 1008 }],
    [false, "net/closed", { phase: "connect", closeCode: 1002 }],
    [false, "net/closed", { closeCode: 1000 }],
    [true, "net/upgrade", { httpStatus: 503 }],
    [false, "net/upgrade", { httpStatus: 404 }],
    [false, "net/upgrade", { httpStatus: 404 }, true],
    [false, "net/upgrade", { httpStatus: 502 }],
    [true, "net/upgrade", { httpStatus: 502 }, true],
    [true, "net/upgrade", { httpStatus: 504 }, true],
    [true, "gateway/unavailable", { retryAfterMs: 500 }],
    [false, "gateway/unavailable", {}],
    [false, "gateway/unavailable", { retryAfterMs: 300_000, detailCode: "AUTH_RATE_LIMITED" }],
    [false, "net/unreachable", { cause: "refused" }],
    [true, "net/unreachable", { cause: "refused" }, true],
    [true, "net/unreachable", { cause: "reset" }, true],
    [false, "net/unreachable", { cause: "dns" }, true],
    [false, "auth/pairing-required", { retryAfterMs: 1 }, true],
    [false, "net/unanswered", { closeCode: 1006 }, true],
  ];
  for (const [expected, code, details, waits] of cases) {
    it(`${expected ? "retries" : "leaves alone"} ${code} ${JSON.stringify(details)}${waits ? " with --retry" : ""}`, () =>
      assert.equal(retries(code, details, waits), expected));
  }

  it("tries a dropped handshake five times in all, an admission refusal without end", () => {
    const count = (code: ErrorCode, details: ErrorDetails) => {
      const state = fresh();
      let tries = 1;
      while (tries < 100 && retryDelay(new ClawError(code, "x", { details }), state, half, false) !== undefined) {
        tries++;
      }
      return tries;
    };
    assert.equal(count("net/closed", { phase: "connect", closeCode: 1000 }), 5);
    assert.equal(count("net/upgrade", { httpStatus: 503 }), 100);
  });

  it("takes no time that has passed already for a wait", () => {
    const error = new ClawError("gateway/unavailable", "x", { details: { retryAfterMs: -1e9 } });
    assert.ok((retryDelay(error, fresh(), () => 0, false) ?? 0) >= 50);
  });

  it("waits longer each time, with full jitter, and never less than the gateway asks", () => {
    const state = fresh();
    const error = new ClawError("gateway/unavailable", "x", { details: { retryAfterMs: 500 } });
    for (let attempt = 0; attempt < 20; attempt++) {
      const [least, most] = [0, 0.999].map((random) => retryDelay(error, { ...state }, () => random, false) ?? 0);
      retryDelay(error, state, half, false);
      assert.ok(least !== undefined && most !== undefined && least >= 500 && most > least && most <= 500 + 2_050);
    }
  });

  it("never retries what the fault table calls final, whatever else it says", () => {
    for (const [code, fault] of Object.entries(faults)) {
      if (fault.retry === "reconnect") continue;
      const details = { phase: "connect", closeCode: 1000, httpStatus: 503, retryAfterMs: 1, cause: "refused" };
      assert.equal(retries(code as ErrorCode, details, true), false, code);
    }
  });
});
