import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judge } from "../../src/doctor/judge.ts";
import { phasesOf, waterfall } from "../../src/doctor/phases.ts";
import { endingAt, failure, judged, rowsOf, sound, soundSelf, soundWay, target } from "../support/doctor_evidence.ts";

describe("judge()", () => {
  it("finds nothing where nothing is wrong", () => {
    assert.deepEqual(judged(soundWay), []);
  });

  it("accuses nothing else when the program itself is broken", () => {
    const broken = { ...soundSelf, failure: failure("internal") };
    const refused = endingAt("tcp", failure("net/unreachable", { cause: "refused" }));
    const found = judge(broken, { ...sound, isOpenclaws: true }, refused);
    assert.deepEqual(found.map(({ id }) => id), ["SELF-1"]);
  });

  it("sorts errors before warnings before what explains", () => {
    const refused = endingAt("tcp", failure("net/unreachable", { cause: "refused" }));
    const around = { target: { ...target, isDefault: true }, isInContainer: true };
    assert.deepEqual(rowsOf(refused, around), ["NET-REFUSED error", "CFG-9 warning", "CFG-1 info"]);
  });

  it("names the secret that was refused, by fingerprint and origin", () => {
    const refusal = failure("auth/rejected", { wireCode: "INVALID_REQUEST", detailCode: "AUTH_TOKEN_MISMATCH" });
    const bySecret = { ...soundWay.login, kind: "token", from: "CLAW_TOKEN", hasDevice: false } as const;
    assert.match(judged(endingAt("hello", refusal, { login: bySecret }))[0]?.cause ?? "", /aaaaaa of CLAW_TOKEN$/);
    assert.match(judged(endingAt("hello", refusal))[0]?.cause ?? "", /bbbbbb of the token store$/);
  });

  it("says why nothing was sent", () => {
    const locked = failure("gateway/unavailable", { detailCode: "AUTH_RATE_LIMITED", isRemembered: true });
    assert.deepEqual(rowsOf(endingAt("connect", locked, { isForeknown: true })), ["AUTH_RATE_LIMITED error"]);
    const nothing = failure("auth/required");
    assert.deepEqual(rowsOf(endingAt("connect", nothing, { isForeknown: true })), ["AUTH-NOTHING error"]);
    const reference = failure(
      "config/invalid",
      { reason: "not-at-hand" },
      "openclaw.json: gateway.auth.token is a SecretRef (exec)",
    );
    assert.deepEqual(rowsOf(endingAt("connect", reference, { isForeknown: true })), ["CFG-2 error"]);
  });
});

describe("phasesOf()", () => {
  it("reaches nothing above the first failure", () => {
    const way = endingAt("upgrade", failure("net/upgrade", { cause: "http-status", httpStatus: 404 }), {
      tookMs: { tcp: 3 },
    });
    const phases = phasesOf(soundSelf, sound, way).map(({ name, state }) => `${name}: ${state}`);
    assert.deepEqual(phases, [
      "self-test: ok",
      "settings: ok",
      "key file: ok",
      "DNS: skipped",
      "TCP: ok",
      "TLS: skipped",
      "HTTP upgrade: failed",
      "challenge: not reached",
      "connect: not reached",
      "hello: not reached",
      "scopes: not reached",
      "read call: not reached",
      "heartbeat: not reached",
    ]);
  });

  it("stops at the settings when they are broken", () => {
    const around = { ...sound, settingsFailure: failure("config/invalid"), target: undefined };
    const states = phasesOf(soundSelf, around, undefined).map(({ state }) => state);
    assert.deepEqual(states.slice(0, 3), ["ok", "failed", "not reached"]);
    assert.ok(states.slice(3).every((state) => state === "not reached"));
  });
});

describe("waterfall()", () => {
  it("begins each bar where the one before it ended", () => {
    const phase = (ms: number | undefined) => ({ name: "", state: "ok", ms, found: "" }) as const;
    assert.deepEqual(waterfall([phase(25), phase(undefined), phase(50), phase(25)], 8), [
      "██",
      "",
      "  ████",
      "      ██",
    ]);
  });

  it("shows what took no time at all, within its width", () => {
    const phase = (ms: number) => ({ name: "", state: "ok", ms, found: "" }) as const;
    const bars = waterfall([phase(100), phase(0), phase(0)], 10);
    assert.ok(bars.every((bar) => bar.includes("█") && bar.length <= 10), bars.join("|"));
    assert.deepEqual(waterfall([phase(0)], 10), [""]);
  });
});
