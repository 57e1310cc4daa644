import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WayStep } from "../../src/doctor/evidence.ts";
import type { ErrorCode, ErrorDetails } from "../../src/errors.ts";
import { endingAt, failure, judged, target } from "../support/doctor_evidence.ts";

/** What the transport says, and the row that it is. */
const rows: readonly (readonly [WayStep, ErrorCode, ErrorDetails, id: string, command: RegExp])[] = [
  ["dns", "net/unreachable", { cause: "dns" }, "NET-DNS", /claw status --url/],
  ["tcp", "net/unreachable", { cause: "refused" }, "NET-REFUSED", /openclaw gateway status/],
  ["tcp", "net/timeout", {}, "NET-TIMEOUT", /openclaw gateway status/],
  ["tcp", "net/unreachable", { cause: "reset" }, "NET-RESET", /openclaw gateway status/],
  ["tcp", "net/unreachable", { cause: "proxy" }, "NET-PROXY", /--proxy none/],
  ["tls", "net/tls", { cause: "tls-untrusted", fingerprint: "AB:CD" }, "TLS-UNTRUSTED", /--tls-fingerprint AB:CD$/],
  ["tls", "net/tls", { cause: "tls-wrong-host", fingerprint: "AB:CD" }, "TLS-HOST", /--tls-fingerprint AB:CD$/],
  ["tls", "net/tls", { cause: "tls-expired" }, "TLS-EXPIRED", /restart/],
  ["tls", "net/tls", { cause: "tls-changed" }, "TLS-CHANGED", /^openssl x509 /],
  ["upgrade", "net/tls", { cause: "tls-wanted" }, "TLS-WANTED", /--url wss:/],
  ["tls", "net/tls", { cause: "tls-unwanted" }, "TLS-UNWANTED", /--url ws:/],
  ["upgrade", "net/upgrade", { cause: "not-http" }, "HTTP-NONE", /status/],
  ["upgrade", "net/upgrade", { cause: "not-websocket" }, "HTTP-NO-WEBSOCKET", /status/],
  ["upgrade", "net/upgrade", { cause: "http-status", httpStatus: 200 }, "HTTP-STATUS", /status --deep/],
  ["upgrade", "net/upgrade", { cause: "http-status", httpStatus: 404 }, "HTTP-STATUS", /status --deep/],
  ["upgrade", "net/upgrade", { cause: "http-status", httpStatus: 426 }, "HTTP-STATUS", /status --deep/],
  ["upgrade", "net/upgrade", { cause: "http-status", httpStatus: 500 }, "HTTP-FAILED", /logs/],
  ["upgrade", "net/upgrade", { cause: "http-status", httpStatus: 502 }, "HTTP-BEHIND", /status/],
  ["upgrade", "net/upgrade", { cause: "http-status", httpStatus: 504 }, "HTTP-BEHIND", /status/],
  ["upgrade", "net/upgrade", { cause: "http-status", httpStatus: 401 }, "HTTP-AUTH", /trustedProxies/],
  ["upgrade", "net/upgrade", { cause: "http-status", httpStatus: 403 }, "HTTP-AUTH", /trustedProxies/],
  ["upgrade", "net/upgrade", { cause: "http-status", httpStatus: 503 }, "HTTP-503", /--watch/],
  ["upgrade", "net/timeout", {}, "NET-STALLED", /restart/],
  ["upgrade", "net/unreachable", { cause: "unknown" }, "NET-OTHER", /status/],
  ["upgrade", "net/unreachable", { cause: "constructor" }, "NET-OTHER", /status/],
];

describe("judgeOpening()", () => {
  for (const [step, code, details, id, command] of rows) {
    it(`finds ${id} in ${JSON.stringify({ step, code, ...details })}`, () => {
      const [found, ...others] = judged(endingAt(step, failure(code, details)));
      assert.equal(found?.id, id);
      assert.equal(found.severity, "error");
      assert.match(found.command, command);
      assert.deepEqual(others, []);
    });
  }

  it("leaves to ssh what ssh met", () => {
    const around = { target: { ...target, ssh: "me@nas", isLoopback: false } };
    for (const cause of ["ssh", "dns"]) {
      const [found] = judged(endingAt("tcp", failure("net/ssh", { cause }, "ssh to me@nas failed: no")), around);
      assert.deepEqual([found?.id, found?.command], ["NET-SSH", "ssh -v me@nas true"]);
      assert.match(found?.cause ?? "", /^ssh to me@nas failed/);
    }
    const refused = failure("net/unreachable", { cause: "refused" });
    assert.equal(judged(endingAt("tcp", refused), around)[0]?.where, "gateway host");
  });

  it("sends who gave a path to the address without it", () => {
    const around = { target: { ...target, url: `${target.url.replace(/\/$/, "")}/claw` } };
    const error = failure("net/upgrade", { cause: "http-status", httpStatus: 404 });
    const [found] = judged(endingAt("upgrade", error), around);
    assert.match(found?.cause ?? "", /the path is wrong/);
    assert.match(found?.command ?? "", /^claw status --url wss?:\/\/[^/]+$/);
  });

  it("tells that the gateway is alive, where somebody asked", () => {
    const error = failure("net/upgrade", { cause: "http-status", httpStatus: 503 });
    const [found] = judged(endingAt("upgrade", error, { http: { healthz: 200, readyz: 503 } }));
    assert.match(found?.cause ?? "", /it is alive, and not ready/);
  });

  it("sends to the gateway's host what can only be seen there", () => {
    const error = failure("net/timeout");
    assert.equal(judged(endingAt("tcp", error))[0]?.where, "gateway host");
  });
});
