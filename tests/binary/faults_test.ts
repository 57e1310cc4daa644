/**
 * Every fault of the dev gateway against the compiled program: it ends by itself, in time, with the exit number that is
 * written down in `tests/matrix/verdicts.txt`, and is acted on once at most.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { faultTexts, timeoutFor } from "../matrix/play.ts";
import { createBinaryHome } from "../support/binary.ts";
import { openSocketGateway } from "../support/dev_gateway.ts";

const table = readFileSync(join(import.meta.dirname ?? ".", "../matrix/verdicts.txt"), "utf8");
/** What a process takes to start and to end, on a busy machine. */
const graceMs = 4_000;

/** What `claw event` ends with. */
function exitsOf(fault: string): readonly number[] {
  const line = table.split("\n").find((entry) => entry.startsWith(`${fault} `)) ?? "";
  const [, first, second] = /^\S+\s+(\d+)(?: or (\d+))?/.exec(line) ?? [];
  return [first, second].flatMap((number) => number === undefined ? [] : [Number(number)]);
}

/** A complaint, or undefined. */
async function meet(fault: string): Promise<string | undefined> {
  await using gateway = await openSocketGateway({ faults: [fault], heartbeat: "none" });
  using home = createBinaryHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
  const timeoutMs = timeoutFor(fault);
  const args = ["event", "x", "--timeout", `${timeoutMs}ms`];
  const { exit, stderr, wallMs } = await home.claw(args, { killAfterMs: timeoutMs + 2 * graceMs });
  const acted = gateway.gateway.memory.wakes.length;
  if (exit === undefined || !exitsOf(fault).includes(exit)) return `${fault}: exit ${exit}\n${stderr}`;
  if (wallMs > timeoutMs + graceMs) return `${fault}: ended after ${Math.round(wallMs)} ms`;
  return acted > 1 || (acted === 0 && exit === 0) ? `${fault}: acted on ${acted} times` : undefined;
}

describe("claw event and every fault", () => {
  it("ends by itself, in time, as it is written down", { timeout: 300_000 }, async () => {
    const waiting = faultTexts().values();
    const complaints: (string | undefined)[] = [];
    const work = async () => {
      for (const fault of waiting) complaints.push(await meet(fault));
    };
    await Promise.all(Array.from({ length: 8 }, work));
    assert.deepEqual(complaints.filter((complaint) => complaint !== undefined), []);
    assert.ok(complaints.length > 100);
  });
});
