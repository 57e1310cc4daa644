/**
 * Evidence as phases, from the settings to the heartbeat: what was done, how long it took, where it ended. What comes
 * after a failure was not reached and is not blamed. Pure; findings are `judge.ts`.
 */
import { hasScope, scopes } from "../protocol/mod.ts";
import type { SelfTest } from "./self_test_result.ts";
import { type Surroundings, type Target, type Way, type WayStep, waySteps } from "./evidence.ts";

export type PhaseState = "ok" | "failed" | "skipped" | "not reached";

export interface Phase {
  readonly name: string;
  readonly state: PhaseState;
  /** undefined where nothing was done. */
  readonly ms: number | undefined;
  /** What was seen, in a few words. */
  readonly found: string;
}

const wireNames: Readonly<Record<WayStep, string>> = {
  "dns": "DNS",
  "tcp": "TCP",
  "tls": "TLS",
  "upgrade": "HTTP upgrade",
  "challenge": "challenge",
  "connect": "connect",
  "hello": "hello",
  "read call": "read call",
};

/** All phases of one look. @param way undefined: it was not gone */
export function phasesOf(selfTest: SelfTest, around: Surroundings, way: Way | undefined): readonly Phase[] {
  const phases: Phase[] = [
    phase("self-test", selfTest.ms, selfTest.failure, `client against embedded gateway, ${selfTest.protocols}`),
    phase("settings", around.settingsMs, around.settingsFailure, around.target?.url ?? ""),
    phase("key file", around.keyMs, around.keyFailure, keyWords(around)),
  ];
  const wire = wirePhases(around, way);
  return stopAtFailure([...phases, ...wire]);
}

function wirePhases(around: Surroundings, way: Way | undefined): readonly Phase[] {
  const names = [...waySteps.slice(0, -1), "scopes", "read call", "heartbeat"] as const;
  return names.map((name): Phase => {
    if (name === "scopes") return scopesPhase(way);
    if (name === "heartbeat") return heartbeatPhase(way);
    const failed = way?.failed?.step === name ? way.failed : undefined;
    if (failed !== undefined) {
      return { name: wireNames[name], state: "failed", ms: failed.ms, found: failed.error.message };
    }
    const ms = way?.tookMs[name];
    if (ms !== undefined) return { name: wireNames[name], state: "ok", ms, found: foundAt(name, around, way) };
    return { name: wireNames[name], state: "skipped", ms: undefined, found: whySkipped(name, around) };
  });
}

function foundAt(name: WayStep, { target }: Surroundings, way: Way | undefined): string {
  if (name === "tcp") return placeOf(target);
  if (name === "connect" && way !== undefined) {
    const { kind, from, hasDevice } = way.login;
    const secret = kind === "none" ? "no secret" : `${kind} of ${from}`;
    return `${secret}, ${hasDevice ? "signed by this device" : "without a device, so that nothing is paired"}`;
  }
  if (name === "hello" && way?.hello !== undefined) return `${way.hello.version}, protocol ${way.hello.protocol}`;
  return "";
}

function placeOf(target: Target | undefined): string {
  if (target?.proxy?.isUsed) return `by ${target.proxy.shown}`;
  const place = `${target?.host}:${target?.port}`;
  return target?.ssh === undefined ? place : `${place} by ssh ${target.ssh}`;
}

function whySkipped(name: WayStep, { target }: Surroundings): string {
  if (name === "dns") return "an address, no name";
  if (name === "tls") return target?.isTls ? "" : "ws:// has none";
  return "";
}

function scopesPhase(way: Way | undefined): Phase {
  const granted = way?.hello?.scopes;
  if (way === undefined || granted === undefined) {
    return { name: "scopes", state: "skipped", ms: undefined, found: "" };
  }
  const lacking = way.login.askedScopes.filter((scope) => !hasScope(granted, scope));
  const found = granted.join(", ") || "none";
  // Without a device 2026.3.13 grants nothing to anybody: that is no fault.
  if (lacking.length === 0) return { name: "scopes", state: "ok", ms: 0, found };
  if (!way.login.hasDevice) return { name: "scopes", state: "skipped", ms: undefined, found: "none without a device" };
  return { name: "scopes", state: "failed", ms: 0, found: `${found}, not ${lacking.join(", ")}` };
}

function heartbeatPhase(way: Way | undefined): Phase {
  const name = "heartbeat";
  const { lastHeartbeat, heartbeatMs } = way?.report ?? {};
  if (lastHeartbeat === undefined) {
    const found = way?.report === undefined ? "" : `not looked at: it takes ${scopes.read}`;
    return { name, state: "skipped", ms: undefined, found };
  }
  const found = lastHeartbeat === null ? "none since the gateway's start" : `${lastHeartbeat.status}`;
  return { name, state: "ok", ms: heartbeatMs, found };
}

function keyWords({ hasDeviceKey, grant }: Surroundings): string {
  if (!hasDeviceKey) return "none yet: the first connection makes one";
  return grant === undefined ? "no token for this gateway yet" : `token for ${grant.scopes.join(", ")}`;
}

function phase(name: string, ms: number, failure: { readonly message: string } | undefined, found: string): Phase {
  if (failure !== undefined) return { name, state: "failed", ms, found: failure.message };
  return { name, state: "ok", ms, found };
}

function stopAtFailure(phases: readonly Phase[]): readonly Phase[] {
  const at = phases.findIndex(({ state }) => state === "failed");
  if (at < 0) return phases;
  return phases.map((phase, index) =>
    index <= at ? phase : { name: phase.name, state: "not reached", ms: undefined, found: "" }
  );
}

const barWidth = 24;

/** The phases below each other on one line of time: each begins where the one before it ended. */
export function waterfall(phases: readonly Phase[], width = barWidth): readonly string[] {
  const total = phases.reduce((sum, { ms = 0 }) => sum + ms, 0);
  let before = 0;
  return phases.map(({ ms }) => {
    if (ms === undefined || total === 0) return "";
    const start = Math.min(width - 1, Math.floor((before / total) * width));
    const length = Math.max(1, Math.min(width - start, Math.round((ms / total) * width)));
    before += ms;
    return `${" ".repeat(start)}${"█".repeat(length)}`;
  });
}
