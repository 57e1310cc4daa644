/**
 * Evidence for judging without probing: a gateway that is well, and what a test changes of it.
 */
import type { Failure, Surroundings, Target, Way, WayFailure } from "../../src/doctor/evidence.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { judge } from "../../src/doctor/judge.ts";
import type { SelfTest } from "../../src/doctor/self_test_result.ts";
import type { ErrorCode, ErrorDetails } from "../../src/errors.ts";
import { methods } from "../../src/protocol/mod.ts";

export const soundSelf: SelfTest = { ms: 3, protocols: "protocol 3 and 4", failure: undefined };

export const target: Target = {
  url: "ws://127.0.0.1:18789/",
  host: "127.0.0.1",
  port: 18789,
  isTls: false,
  isLoopback: true,
  isPrivate: false,
  isDefault: false,
  from: "--url",
  context: undefined,
  ssh: undefined,
  proxy: undefined,
};

export const sound: Surroundings = {
  settingsMs: 1,
  settingsFailure: undefined,
  keyMs: 1,
  keyFailure: undefined,
  target,
  secret: { kind: "token", fingerprint: "aaaaaa", from: "CLAW_TOKEN", isFromEnvironment: true },
  rivals: [],
  hasDeviceKey: true,
  grant: { scopes: ["operator.write"], fingerprint: "bbbbbb" },
  checks: [{ name: "key file", isOk: true, found: "/home/me/.config/claw/device.json: yours alone" }],
  isMended: false,
  warnings: [],
  keyDirectory: "/home/me/.config/claw",
  keyFile: "/home/me/.config/claw/device.json",
  isOpenclaws: false,
  isInContainer: false,
  os: "linux",
  rows: [],
};

export const soundWay: Way = {
  tookMs: { tcp: 1, upgrade: 2, challenge: 1, connect: 1, hello: 4, "read call": 2 },
  failed: undefined,
  lastError: undefined,
  closed: undefined,
  login: { kind: "device-token", from: "the token store", hasDevice: true, askedScopes: ["operator.read"] },
  hello: {
    version: "2026.9.6",
    protocol: 4,
    scopes: ["operator.read"],
    methods: Object.keys(methods),
    uptimeMs: 3_600_000,
    skewMs: 0,
  },
  report: {
    isOk: true,
    isLoopDegraded: false,
    heartbeats: [{ agent: "main", isEnabled: true, everyMs: 1_800_000 }],
    lastHeartbeat: { status: "ok-empty", reason: undefined, ageMs: 60_000 },
    heartbeatMs: 1,
  },
  traffic: { repeatedAnswers: 0, missedEvents: 0, events: 3 },
  http: undefined,
};

export function failure(code: ErrorCode, details: ErrorDetails = {}, message = "it went wrong"): Failure {
  return { code, message, details };
}

/** A way that ended at a step. */
export function endingAt(step: WayFailure["step"], error: Failure, rest: Partial<WayFailure & Way> = {}): Way {
  const { ms = 5, sinceOpenMs = 5, isForeknown = false, ...way } = rest;
  const hello = step === "read call" ? soundWay.hello : undefined;
  return { ...soundWay, hello, report: undefined, ...way, failed: { step, error, ms, sinceOpenMs, isForeknown } };
}

/** What is found on a way, in surroundings that are sound but for these. */
export function judged(way: Way | undefined, around: Partial<Surroundings> = {}): readonly Finding[] {
  return judge(soundSelf, { ...sound, ...around }, way);
}

/** The same as `id severity`, one a finding. */
export function rowsOf(way: Way | undefined, around: Partial<Surroundings> = {}): readonly string[] {
  return judged(way, around).map(({ id, severity }) => `${id} ${severity}`);
}
