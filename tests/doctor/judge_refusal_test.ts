import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { refusals } from "../../src/doctor/judge_refusal.ts";
import { failureOf } from "../../src/protocol/mod.ts";
import { endingAt, judged } from "../support/doctor_evidence.ts";

/** The finding for a refusal as it comes over the wire. */
function refused(error: { code: string; message?: string; details?: unknown; retryAfterMs?: number }) {
  const { code, message, details } = failureOf({ message: "no", ...error }, "connect");
  const [found] = judged(endingAt("hello", { code, message, details }));
  assert.ok(found !== undefined);
  return found;
}

describe("judgeRefusal()", () => {
  for (const code of Object.keys(refusals)) {
    it(`knows ${code}, whatever the gateway's prose`, () => {
      const found = refused({ code: "INVALID_REQUEST", message: "anything", details: { code } });
      assert.equal(found.id, code);
      assert.ok(found.cause.startsWith(refusals[code]?.cause ?? "?"), found.cause);
      assert.equal(found.severity, "error");
    });
  }

  it("tells the reasons for an approval apart", () => {
    for (const reason of ["not-paired", "scope-upgrade", "role-upgrade", "metadata-upgrade"]) {
      const found = refused({ code: "NOT_PAIRED", details: { code: "PAIRING_REQUIRED", reason } });
      assert.equal(found.id, `PAIRING_REQUIRED ${reason}`);
      assert.equal(found.command, reason === "metadata-upgrade" ? "claw device reset" : "claw device pair --wait");
    }
    assert.equal(
      refused({ code: "NOT_PAIRED", details: { reason: "constructor" } }).command,
      "claw device pair --wait",
    );
  });

  it("names both ranges of protocols, and which side is the older", () => {
    const newer = refused({ code: "INVALID_REQUEST", details: { code: "PROTOCOL_MISMATCH", expectedProtocol: 9 } });
    assert.match(newer.cause, /claw speaks protocol 3 to 4, the gateway 9/);
    assert.equal(newer.where, "here");
    // 2026.3.13 sends no code with it.
    const older = refused({ code: "INVALID_REQUEST", details: { expectedProtocol: 2 } });
    assert.deepEqual([older.id, older.where], ["PROTOCOL_MISMATCH", "gateway host"]);
  });

  it("takes a gateway that says when to come back for one that starts", () => {
    const found = refused({ code: "UNAVAILABLE", retryAfterMs: 500, details: { reason: "startup-sidecars" } });
    assert.deepEqual([found.id, found.command], ["UNAVAILABLE", "claw doctor --watch"]);
  });

  it("repeats what nobody knows", () => {
    const found = refused({ code: "INVALID_REQUEST", message: "a new reason", details: { code: "toString" } });
    assert.equal(found.id, "REFUSED");
    assert.match(found.cause, /a new reason/);
  });

  it("says how long a lockout lasts, where the gateway does", () => {
    const locked = (retryAfterMs?: number) =>
      refused({
        code: "INVALID_REQUEST",
        details: { code: "AUTH_RATE_LIMITED" },
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    assert.match(locked(299_500)?.cause ?? "", /and wait 300 s$/);
    assert.match(locked()?.cause ?? "", /and wait$/);
  });
});
