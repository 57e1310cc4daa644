import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hello, Report, Way } from "../../src/doctor/evidence.ts";
import { endingAt, failure, judged, rowsOf, soundWay } from "../support/doctor_evidence.ts";

const greeted = (hello: Partial<Hello>): Way => ({ ...soundWay, hello: { ...soundWay.hello as Hello, ...hello } });
const reported = (report: Partial<Report>): Way => ({
  ...soundWay,
  report: { ...soundWay.report as Report, ...report },
});

describe("judgeSession()", () => {
  const rows: readonly (readonly [what: string, way: Way, found: readonly string[]])[] = [
    ["scopes that were emptied", greeted({ scopes: [] }), ["SCOPES-EMPTIED error"]],
    [
      "scopes that nobody gets without a device",
      { ...greeted({ scopes: [] }), login: { ...soundWay.login, hasDevice: false } },
      [],
    ],
    ["29 s of skew", greeted({ skewMs: -29_000 }), []],
    ["31 s of skew", greeted({ skewMs: 31_000 }), ["CLK-1 warning"]],
    ["121 s of skew", greeted({ skewMs: -121_000 }), ["CLK-1 error"]],
    ["a slow hello", { ...soundWay, tookMs: { ...soundWay.tookMs, hello: 1_200 } }, ["LAT-1 warning"]],
    ["a challenge of 1.9 s", { ...soundWay, tookMs: { ...soundWay.tookMs, challenge: 1_900 } }, []],
    ["a challenge of 2.1 s", { ...soundWay, tookMs: { ...soundWay.tookMs, challenge: 2_100 } }, ["LAT-1 warning"]],
    ["a degraded event loop", reported({ isLoopDegraded: true }), ["LAT-1 warning"]],
    [
      "a slow and degraded gateway, once",
      { ...reported({ isLoopDegraded: true }), tookMs: { ...soundWay.tookMs, hello: 1_200 } },
      ["LAT-1 warning"],
    ],
    ["a gateway that is not ok", reported({ isOk: false }), ["HEALTH warning"]],
    ["a release before those that were tried", greeted({ version: "2026.2.9" }), ["VER-1 info"]],
    ["a release after those that were tried", greeted({ version: "2026.10.1" }), ["VER-1 info"]],
    ["a release between those that were tried", greeted({ version: "2026.7.1" }), []],
    ["a version of another form", greeted({ version: "dev" }), []],
    ["methods that are not offered", greeted({ methods: ["health", "wake"] }), ["METHODS info"]],
    ["a gateway that offers no list", greeted({ methods: [] }), []],
  ];
  for (const [what, way, found] of rows) {
    it(`finds ${found.join(", ") || "nothing"} in ${what}`, () => assert.deepEqual(rowsOf(way), found));
  }

  it("says in which direction the clock is wrong", () => {
    assert.match(judged(greeted({ skewMs: 40_000 }))[0]?.cause ?? "", /40 s ahead of the gateway's/);
    assert.match(judged(greeted({ skewMs: -40_000 }))[0]?.cause ?? "", /40 s behind the gateway's/);
  });

  it("sets the clock by what this system has for it", () => {
    const commands = (["linux", "darwin", "windows"] as const).map((os) =>
      judged(greeted({ skewMs: 40_000 }), { os })[0]?.command
    );
    assert.deepEqual(commands, ["timedatectl set-ntp true", "sudo sntp -sS time.apple.com", "w32tm /resync"]);
  });
});

describe("judgeCall()", () => {
  const closes: readonly (readonly [code: number, reason: string, id: string])[] = [
    [1000, "", "END-CLOSED"],
    [1001, "server stopping", "END-RESTART"],
    [1002, "", "END-GARBLED"],
    [1006, "", "END-CUT"],
    [1008, "repeated unauthorized calls", "END-HAMMERED"],
    [1008, "slow consumer", "END-SLOW"],
    [1008, "else", "END-POLICY"],
    [1009, "", "END-TOO-LARGE"],
    [1011, "", "END-STALE-INSTALL"],
    [1012, "service restart", "END-RESTART"],
    [1012, "browser identity route changed", "END-RESTART"],
    [1013, "", "END-STARTING"],
    [4000, "tick timeout", "END-SILENT"],
    [4001, "gateway auth changed", "END-REVOKED"],
    [4008, "connect failed", "END-BROWSER-CODE"],
    [4321, "", "END-CLOSED"],
  ];
  for (const [code, reason, id] of closes) {
    it(`takes a close ${code} ${reason} for ${id}`, () => {
      const error = failure("net/unanswered", { closeCode: code, closeReason: reason, because: "net/closed" });
      assert.equal(judged(endingAt("read call", error, { closed: { code, reason } }))[0]?.id, id);
    });
  }

  it("keeps the reason of a plain close, and sends nobody where they are", () => {
    const error = failure("net/unanswered", { closeCode: 1000, closeReason: "bye", because: "net/closed" });
    const [found] = judged(endingAt("read call", error, { closed: { code: 1000, reason: "bye" } }));
    assert.match(found?.cause ?? "", /\(bye\)/);
    assert.doesNotMatch(found?.command ?? "", /^claw doctor$/);
  });

  it("tells a slow method from a lost connection", () => {
    const silent = failure("net/unanswered", { because: "net/timeout" });
    const [found] = judged(endingAt("read call", silent, { ms: 10_000 }));
    assert.equal(found?.id, "CALL-UNANSWERED");
    assert.match(found.cause, /had no answer for 10 s/);
  });

  it("knows a missing scope, garbled answers, and a plain refusal", () => {
    const idOf = (error: ReturnType<typeof failure>) => judged(endingAt("read call", error))[0]?.id;
    assert.equal(idOf(failure("auth/scope", { missingScope: "operator.read" })), "MISSING_SCOPE");
    assert.equal(idOf(failure("protocol/bad-frame", { reason: "not-a-result" })), "CALL-GARBLED");
    assert.equal(
      idOf(failure("net/unanswered", { reason: "too-long", because: "protocol/bad-frame" })),
      "CALL-TOO-LARGE",
    );
    assert.equal(idOf(failure("gateway/rejected")), "CALL-REFUSED");
  });
});
