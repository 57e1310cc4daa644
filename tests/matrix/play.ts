/**
 * One verb meets one fault: a dev gateway that misbehaves, a fresh home, one run of the whole program, and what came of
 * it. Everything over real sockets on loopback and by the real clock.
 */
import { faultText, parseFault } from "../../src/devgateway/fault_text.ts";
import { faultNames, faultOf, triedCloseCodes } from "../../src/devgateway/faults.ts";
import { type Clock, realClock } from "../../src/platform/clock.ts";
import { openSocketGateway } from "../support/dev_gateway.ts";
import type { ProtocolVersion } from "../../src/protocol/mod.ts";
import { createTestHome } from "../support/world.ts";
import { job, type Verb } from "./verbs.ts";

/** The `--timeout` of a run: short where only that ends it, else long, so that a busy machine makes no difference. */
export function timeoutFor(fault: string): number {
  return /^(stall|silent|no-challenge|starting)|=(503|1012|1013)$/.test(fault) ? shortMs : 15_000;
}

const shortMs = 3_000;

/** How a run went, and what it left behind. */
export interface Played {
  readonly protocol: ProtocolVersion;
  readonly fault: string;
  readonly verb: Verb;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  /** How often the gateway acted. */
  readonly acted: number;
  /** Timers and sleeps of the program that nobody ended. */
  readonly timers: number;
  /** Listeners on the signal of an interruption that nobody took off. */
  readonly listeners: number;
}

/** Every fault in every value that is told apart: `NAME` or `NAME=VALUE`. */
export function faultTexts(): readonly string[] {
  return faultNames.flatMap((name) => {
    const { value } = faultOf(name);
    if (value === undefined) return [name];
    if (value.kind === "choice") return value.choices.map((choice) => `${name}=${choice}`);
    if (value.kind === "code") return [...triedCloseCodes, ...laterCodes(name)].map((code) => `${name}=${code}`);
    return [value.preset, ...(worseValues[name] ?? [])].map((one) => `${name}=${one}`);
  });
}

/** What is borne without a word in its preset value, and worth one in this. */
const worseValues: Readonly<Record<string, readonly number[]>> = { "late-challenge": [2_100], "slow-frames": [50] };

/** Those that the two generations may meet differently, each in its preset value; the reasons of a pairing all. */
export function olderFaultTexts(): readonly string[] {
  return faultNames.flatMap((name) => {
    const { phase, value } = faultOf(name);
    // A silence ends by that gateway's own timer or by claw's, which are as long: chance.
    if (name === "silent-after-connect" || /^(stall|reset)/.test(name)) return [];
    if (!["connect", "hello", "request", "events"].includes(phase)) return [];
    if (name !== "pairing-required" || value?.kind !== "choice") return [faultText(parseFault(name))];
    return value.choices.map((choice) => `${name}=${choice}`);
  });
}

/** Codes of OpenClaw's own: a credential that is gone, and a browser client's word for a refusal. */
function laterCodes(name: string): readonly number[] {
  return name === "close-after-hello" || name === "close-after-request" ? [4001, 4008] : [];
}

interface Scene {
  readonly fault: string;
  readonly verb: Verb;
  readonly protocol: ProtocolVersion;
}

async function playFault({ fault, verb, protocol }: Scene): Promise<Played> {
  const isOfRequest = faultOf(parseFault(fault).name).phase === "request";
  const method = isOfRequest && verb.method !== undefined ? `@${verb.method}` : "";
  const cronRun = { status: "ok", durationMs: 0 } as const;
  const faults = [`${fault}${method}`];
  // Only who has a token of its own presents one.
  const isOfGrant = fault.startsWith("device-token");
  const isPaired = verb.isPaired === true || isOfGrant;
  // A clock that is off is off from the start.
  const isLater = isPaired && !fault.startsWith("clock-skew");
  const played = isLater ? { faultScript: [{}, { connections: "rest", faults }] } : { faults };
  await using gateway = await openSocketGateway({ ...played, protocol, heartbeat: "none", cronRun });
  gateway.gateway.memory.cron.add(job);
  const secret = { CLAW_TOKEN: gateway.secret };
  using home = createTestHome({ CLAW_URL: gateway.url, ...(isOfGrant ? {} : secret) });
  if (isPaired) await home.claw(isOfGrant ? ["device", "pair", "--scopes", "admin"] : ["status"], { env: secret });
  const counting = countTimers();
  const interruption = countListeners();
  const startedAt = performance.now();
  const args = [...verb.args, ...(verb.args.includes("--until") ? [] : ["--timeout", `${timeoutFor(fault)}ms`])];
  const run = await home.claw(args, { clock: counting.clock, interrupted: interruption.signal });
  const ms = Math.round(performance.now() - startedAt);
  const acted = verb.acted?.(gateway) ?? 0;
  return { fault, verb, protocol, ...run, ms, acted, timers: counting.count(), listeners: interruption.count() };
}

/**
 * All of it, many at a time: they wait more than they work, and those that wait longest begin. Those that work come last,
 * and by themselves. In the order of the faults.
 */
export async function playAll(verbs: readonly Verb[]): Promise<readonly Played[]> {
  const scenesOf = (faults: readonly string[], protocol: ProtocolVersion) =>
    faults.flatMap((fault) => verbs.map((verb) => ({ fault, verb, protocol })));
  const scenes = [...scenesOf(faultTexts(), 4), ...scenesOf(olderFaultTexts(), 3)];
  const isWork = ({ fault }: Scene) => /^(huge-frame|flood|slow-frames)/.test(fault);
  const isLong = ({ fault }: Scene) => timeoutFor(fault) === shortMs;
  const waits = scenes.filter((scene) => !isWork(scene));
  const played = [
    ...await playTogether([...waits.filter(isLong), ...waits.filter((scene) => !isLong(scene))], 32),
    ...await playTogether(scenes.filter(isWork), 3),
  ];
  const placeOf = ({ fault, verb, protocol }: Scene) =>
    scenes.findIndex((scene) => scene.fault === fault && scene.verb === verb && scene.protocol === protocol);
  return played.toSorted((left, right) => placeOf(left) - placeOf(right));
}

async function playTogether(scenes: readonly Scene[], atATime: number): Promise<readonly Played[]> {
  const played: Played[] = [];
  const waiting = scenes.entries();
  const work = async () => {
    for (const [at, scene] of waiting) played[at] = await playFault(scene);
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return played;
}

function countTimers(): { readonly clock: Clock; count(): number } {
  let open = 0;
  const clock: Clock = {
    ...realClock,
    sleep(ms, signal) {
      open += 1;
      return realClock.sleep(ms, signal).finally(() => (open -= 1));
    },
    after(ms, action) {
      open += 1;
      let isOpen = true;
      const end = () => {
        open -= isOpen ? 1 : 0;
        isOpen = false;
      };
      const cancel = realClock.after(ms, () => {
        end();
        action();
      });
      return () => {
        end();
        cancel();
      };
    },
  };
  return { clock, count: () => open };
}

function countListeners(): { readonly signal: AbortSignal; count(): number } {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listeners.add(given[1]);
    addEventListener.apply(signal, given);
  };
  signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listeners.delete(given[1]);
    removeEventListener.apply(signal, given);
  };
  return { signal, count: () => listeners.size };
}
