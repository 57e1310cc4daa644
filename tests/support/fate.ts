/**
 * Deaths of the program at every change of the file system that it makes: the loop around `crash.ts`.
 */
import assert from "node:assert/strict";
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type CrashSite, createCrashSite } from "./crash.ts";
import { createTestHome, type TestHome } from "./world.ts";

/** For tests that start many processes. */
export const longRun = { timeout: 300_000 };

const isNight = Boolean(process.env["CLAW_TEST_NIGHT"]);

/** One command line, and what holds around its death. */
export interface Fate {
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on disk before it runs, once for every death. */
  prepare?(home: TestHome): Promise<unknown>;
  args(home: TestHome): readonly string[];
  /** How it ends when it lives, also after a death. */
  readonly exits: readonly number[];
  /** What is made once nobody writes again, and so nobody comes by what the death at its making left. */
  readonly mayLeave?: RegExp;
  /** The same after two deaths, the second of which came when all was written. */
  readonly mayLeaveAfterTwo?: RegExp;
  /** What a person does then, where the same again cannot be. */
  readonly next?: readonly string[];
  /** Throws unless all that must be there is there, at any moment. */
  look(home: TestHome): Promise<void> | void;
}

/** Lets a command die at each of its points in turn; at night the run after it dies at each of its own, too. */
export async function dieEverywhere(fate: Fate, leastPoints: number): Promise<void> {
  using site = createCrashSite();
  for (let point = 1;; point++) {
    const deaths = isNight && point % 2 === 0 ? Array.from({ length: leastPoints }, (_, index) => index + 1) : [0];
    const isDead = await Promise.all(deaths.map((again) => dieAt([point, again], fate, site)));
    if (!isDead[0]) return assert.ok(point > leastPoints, `only ${point - 1} points`);
  }
}

async function dieAt([first, second]: readonly [number, number], fate: Fate, site: CrashSite): Promise<boolean> {
  using home = createTestHome(fate.env);
  await fate.prepare?.(home);
  const live = async (crashAt: number) => {
    const run = await site.run(fate.args(home), home.path, crashAt, fate.env);
    assert.ok(run.isDead || fate.exits.includes(run.exit ?? -1), `death ${first}: exit ${run.exit}: ${run.output}`);
    await fate.look(home);
    return run;
  };
  const { isDead } = await live(first);
  if (second > 0) await live(second);
  const longAgo = Date.now() / 1000 - 4_000;
  for (const path of litterOf(home)) utimesSync(path, longAgo, longAgo);
  await live(0);
  if (fate.next !== undefined) assert.equal((await site.run(fate.next, home.path, 0, fate.env)).exit, 0);
  await fate.look(home);
  const mayStay = [fate.mayLeave, ...(second > 0 ? [fate.mayLeaveAfterTwo] : [])];
  const left = litterOf(home).filter((path) => !mayStay.some((pattern) => pattern?.test(path)));
  assert.deepEqual(left, [], `death ${first}, then ${second}`);
  return isDead;
}

/** What has a name for the time of writing only. */
function litterOf({ path }: TestHome): readonly string[] {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  return names.filter((name) => /\.(tmp|new)$/.test(name)).map((name) => join(path, name));
}
