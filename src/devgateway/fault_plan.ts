/**
 * Which faults meet which connection: the same for all, or by a script that counts connections from the first. Next:
 * `fault_rules.ts`.
 */
import * as z from "zod/mini";
import { ClawError } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";
import { type Rule, rulesFor } from "./fault_rules.ts";
import { parseFault } from "./fault_text.ts";
import type { ChosenFault } from "./faults.ts";

/** How many connections in a row, `rest` for all that come, and what they meet. */
export interface FaultStep {
  readonly connections: number | "rest";
  readonly faults: readonly ChosenFault[];
}

export interface FaultPlan {
  /** How far the gateway's clock is ahead, in ms. */
  readonly clockSkewMs: number;
  /** What the connection with this number meets, the first being 1. Rules may count: each connection gets its own. */
  rulesFor(connection: number): readonly Rule[];
}

const Script = z.array(
  z.strictObject({
    connections: z._default(z.union([z.number().check(z.int(), z.minimum(1)), z.literal("rest")]), 1),
    faults: z._default(z.array(z.string()), []),
  }),
);

/**
 * Reads a script: a list of steps `{ connections: 2, faults: ["NAME=VALUE", …] }`, in the order of the connections. Who
 * comes after the last step meets no fault; `connections` is 1 where it is left out, and may be `"rest"` at the end.
 * @throws ClawError `config/invalid`, naming the file; `usage/bad-flag` for a fault that there is not
 */
export function readFaultScript(value: unknown, path: string): readonly FaultStep[] {
  const parsed = Script.safeParse(value);
  const damaged = (why: string) =>
    new ClawError("config/invalid", `${path}: ${why}`, {
      hint: 'a script is a list such as [{ connections: 2, faults: ["close-before-challenge=1000"] }]',
      details: { path },
    });
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join(".") ?? "";
    throw damaged(at === "" ? "it is no script of faults" : `${at} is not what a script has there`);
  }
  return parsed.data.map(({ connections, faults }, at) => {
    if (connections === "rest" && at < parsed.data.length - 1) throw damaged('"rest" must stand last');
    const chosen = faults.map(parseFault);
    if (!chosen.some(({ name }) => name === "clock-skew")) return { connections, faults: chosen };
    throw damaged("clock-skew is for all connections: give it with --fault clock-skew=TIME");
  });
}

/** @param always what every connection meets, before what its step says */
export function planFaults(always: readonly ChosenFault[], steps: readonly FaultStep[] = []): FaultPlan {
  const skews = always.filter(({ name }) => name === "clock-skew");
  return {
    clockSkewMs: Number(skews.at(-1)?.value ?? 0),
    rulesFor: (connection) => [...always, ...stepAt(steps, connection)].flatMap(rulesFor),
  };
}

function stepAt(steps: readonly FaultStep[], connection: number): readonly ChosenFault[] {
  let last = 0;
  for (const { connections, faults } of steps) {
    last += connections === "rest" ? Infinity : connections;
    if (connection <= last) return faults;
  }
  return [];
}

/** A clock that shows another time, and runs as fast. */
export function skewClock(clock: Clock, ms: number): Clock {
  return ms === 0 ? clock : { ...clock, now: () => clock.now() + ms };
}
