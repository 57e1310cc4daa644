import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fc } from "../support/property.ts";
import { type ErrorCode, exitOf, faults } from "../../src/errors.ts";
import { classify, detailCodeOf, failureOf, isRetryable, type WireError } from "../../src/protocol/mod.ts";

function refusal(change: Partial<WireError> = {}): WireError {
  return { code: "INVALID_REQUEST", message: "no", ...change };
}

function hintOf(error: WireError): string {
  return failureOf(error, "connect").hint ?? "";
}

describe("classify()", () => {
  it("reads details.code before the code, and the code before the prose", () => {
    const cases: readonly [Partial<WireError>, ErrorCode][] = [
      [{ details: { code: "AUTH_TOKEN_MISMATCH" }, code: "NOT_PAIRED", message: "missing scope: x" }, "auth/rejected"],
      [{ code: "NOT_PAIRED", message: "missing scope: x" }, "auth/pairing-required"],
      [{ code: "FORBIDDEN" }, "auth/scope"],
      [{ details: { expectedProtocol: 3 } }, "protocol/mismatch"],
      [{ code: "UNAVAILABLE", message: "unknown cron job id: x" }, "gateway/not-found"],
      [{ details: { code: "A_CODE_OF_NEXT_YEAR" } }, "gateway/rejected"],
      [{ details: { code: "A_CODE_OF_NEXT_YEAR" }, code: "NOT_PAIRED" }, "auth/pairing-required"],
      [{ code: "A_CODE_OF_NEXT_YEAR" }, "gateway/rejected"],
    ];
    for (const [change, code] of cases) assert.equal(classify(refusal(change)), code, JSON.stringify(change));
  });

  it("reads prose only as 2026.3.13 was recorded to write it", () => {
    const cases: readonly [string, ErrorCode][] = [
      ["missing scope: operator.write", "auth/scope"],
      ["unknown cron job id: nope", "gateway/not-found"],
      ["Error: unknown cron job id: nope", "gateway/not-found"],
      ["a missing scope: operator.write", "gateway/rejected"],
      ["Missing scope: operator.write", "gateway/rejected"],
      ["job failed: unknown cron job id: nope", "gateway/rejected"],
      ["protocol mismatch", "gateway/rejected"],
      ["pairing required", "gateway/rejected"],
      ["unauthorized: gateway token mismatch", "gateway/rejected"],
      ["", "gateway/rejected"],
    ];
    for (const [message, code] of cases) assert.equal(classify(refusal({ message })), code, message);
  });

  it("takes UNAVAILABLE for a reason to try again only when the gateway says so", () => {
    const unavailable = { code: "UNAVAILABLE", message: "TypeError: CronPattern: invalid configuration format" };
    assert.equal(classify(refusal(unavailable)), "gateway/rejected");
    assert.equal(classify(refusal({ ...unavailable, retryable: false })), "gateway/rejected");
    assert.equal(classify(refusal({ ...unavailable, retryable: true })), "gateway/unavailable");
    assert.equal(classify(refusal({ ...unavailable, retryAfterMs: 500 })), "gateway/unavailable");
    assert.equal(exitOf(failureOf(refusal(unavailable), "cron.add")), 65);
    assert.equal(exitOf(failureOf(refusal({ ...unavailable, retryAfterMs: 500 }), "cron.add")), 75);
  });

  it("bears any code, message and details", () => {
    const odd = fc.constantFrom("constructor", "__proto__", "toString", "hasOwnProperty", "");
    const member = fc.oneof(odd, fc.string(), fc.jsonValue());
    const details = fc.oneof(
      fc.jsonValue(),
      fc.record({ code: member, reason: member, requestId: member, expectedProtocol: member, missingScope: member }),
    );
    const wireError = fc.record({ code: fc.oneof(odd, fc.string()), message: fc.string(), details }, {
      requiredKeys: ["code", "message"],
    });
    fc.assert(fc.property(wireError, (error) => {
      const failure = failureOf(error, "wake");
      assert.ok(Object.hasOwn(faults, failure.code));
      assert.equal(failure.code, classify(error));
    }));
  });
});

describe("failureOf()", () => {
  it("says what was asked, and what the gateway said", () => {
    assert.equal(failureOf(refusal({ message: "invalid wake params" }), "wake").message, "wake: invalid wake params");
    assert.equal(failureOf(refusal(), "connect").message, "the gateway refused the connection: no");
  });

  it("reports a version mismatch with both ranges, wherever the gateway's stands", () => {
    const old = refusal({ message: "protocol mismatch", details: { expectedProtocol: 5 } });
    const newer = refusal({
      message: "protocol mismatch",
      details: { code: "PROTOCOL_MISMATCH", expectedProtocol: 5 },
    });
    for (const error of [old, newer]) {
      assert.equal(failureOf(error, "connect").message, "claw speaks protocol 3 to 4, the gateway expects 5");
      assert.equal(failureOf(error, "connect").details["expectedProtocol"], 5);
    }
    assert.equal(
      failureOf(refusal({ message: "protocol mismatch", details: { code: "PROTOCOL_MISMATCH" } }), "connect").message,
      "claw speaks protocol 3 to 4, the gateway answered: protocol mismatch",
    );
  });

  it("shows the command that approves this very request", () => {
    const requestId = "97ed00a4-1fa0-49bd-86aa-a88bc243f31e";
    const error = refusal({
      code: "NOT_PAIRED",
      details: { code: "PAIRING_REQUIRED", requestId, reason: "not-paired" },
    });
    assert.equal(hintOf(error), `approve it on the gateway host: openclaw devices approve ${requestId}`);
    assert.equal(failureOf(error, "connect").details["requestId"], requestId);
    assert.equal(failureOf(error, "connect").details["reason"], "not-paired");
  });

  it("puts no request id into a command that a shell could read as anything but a word", () => {
    const hostile: readonly unknown[] = [
      "$(touch /tmp/x)",
      "x; rm -rf ~",
      "x && y",
      "`id`",
      "--force",
      "-x",
      "a b",
      "a\nb",
      "a\u001b[2J",
      "a\u202eb",
      "ä",
      "'",
      "",
      "x".repeat(101),
      7,
      null,
      ["x"],
      { toString: "x" },
    ];
    const plain = hintOf(refusal({ code: "NOT_PAIRED", details: { code: "PAIRING_REQUIRED" } }));
    assert.equal(plain, faults["auth/pairing-required"].hint);
    for (const requestId of hostile) {
      const error = refusal({ code: "NOT_PAIRED", details: { code: "PAIRING_REQUIRED", requestId } });
      assert.equal(hintOf(error), plain, JSON.stringify(requestId));
    }
  });

  it("takes nothing else of the gateway's into a hint", () => {
    const member = fc.string({ unit: "binary", minLength: 8 });
    fc.assert(
      fc.property(
        member,
        fc.constantFrom("PAIRING_REQUIRED", "AUTH_TOKEN_MISMATCH", "MISSING_SCOPE", "X"),
        (text, code) => {
          const hostile = `<${text}>`;
          const details = {
            code,
            requestId: hostile,
            reason: hostile,
            missingScope: hostile,
            remediationHint: hostile,
          };
          assert.ok(!hintOf(refusal({ message: hostile, details })).includes(hostile));
        },
      ),
    );
  });

  it("names the missing scope in either generation's shape", () => {
    const message = "missing scope: operator.write";
    const old = refusal({ message });
    const newer = refusal({
      code: "FORBIDDEN",
      message,
      details: { code: "MISSING_SCOPE", missingScope: "operator.write" },
    });
    for (const error of [old, newer]) {
      const failure = failureOf(error, "wake");
      assert.deepEqual([failure.code, failure.details["missingScope"]], ["auth/scope", "operator.write"]);
    }
  });

  it("keeps what decides about another try", () => {
    const details = { code: "AUTH_TOKEN_MISMATCH", canRetryWithDeviceToken: true };
    assert.equal(failureOf(refusal({ details }), "connect").details["canRetryWithDeviceToken"], true);
    assert.equal(failureOf(refusal({ retryAfterMs: 250 }), "connect").details["retryAfterMs"], 250);
    assert.deepEqual(failureOf(refusal(), "wake").details, { method: "wake", wireCode: "INVALID_REQUEST" });
  });

  it("has a next step for each refusal of a connect", () => {
    for (
      const code of [
        "auth/required",
        "auth/rejected",
        "auth/pairing-required",
        "auth/scope",
        "protocol/mismatch",
      ] as const
    ) {
      assert.ok(faults[code].hint, code);
    }
  });
});

describe("isRetryable()", () => {
  it("is the gateway's own word", () => {
    assert.equal(isRetryable(refusal({ retryable: true })), true);
    assert.equal(isRetryable(refusal({ retryAfterMs: 0 })), true);
    assert.equal(isRetryable(refusal({ retryable: false })), false);
    assert.equal(isRetryable(refusal({ code: "UNAVAILABLE" })), false);
  });
});

describe("detailCodeOf()", () => {
  it("is a text or nothing", () => {
    assert.equal(detailCodeOf(refusal({ details: { code: "X" } })), "X");
    for (const details of [undefined, null, "X", ["X"], {}, { code: 1 }]) {
      assert.equal(detailCodeOf(refusal({ details })), undefined);
    }
  });
});

describe("failureOf() of a gateway that talks too much", () => {
  it("shows the beginning", () => {
    const { message } = failureOf({ code: "INVALID_REQUEST", message: "x".repeat(3_000_000) }, "wake");
    assert.ok(message.length < 1_100 && message.endsWith("…"));
  });
});
