/**
 * Every fault meets every verb: each run ends in time, says what happened and what to do, leaves nothing behind, and asks
 * the gateway for nothing twice. The verdicts stand in `verdicts.txt`.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { playAll, type Played, timeoutFor } from "./play.ts";
import { verdictTable } from "./verdict_table.ts";
import { verbs } from "./verbs.ts";

const snapshot = join(import.meta.dirname ?? ".", "verdicts.txt");
/** What a crowd of runs on a busy machine may take longer. */
const graceMs = 4_000;

describe("every fault", () => {
  let played: readonly Played[] = [];

  it("is played to every verb", { timeout: 300_000 }, async () => {
    played = await playAll(verbs);
    assert.ok(played.length > 300, "hardly anything was played");
  });

  const check = (judge: (run: Played) => string | undefined) => {
    const complaints = played.flatMap((run) => {
      const complaint = judge(run);
      return complaint === undefined ? [] : [`${run.fault}, ${run.verb.name}: ${complaint}\n${run.stderr}`];
    });
    assert.deepEqual(complaints, []);
  };

  it("ends within its deadline", () => {
    check(({ fault, ms, verb: { extraMs = 0 } }) =>
      ms <= timeoutFor(fault) + extraMs + graceMs ? undefined : `${ms} ms`
    );
  });

  it("ends in an exit number that is meant, never as a bug", () => {
    check(({ exit, verb }) => {
      const meant = verb.says === "report" ? [0, 1] : [0, 69, 75, 76, 77, 79];
      return meant.includes(exit) ? undefined : `exit ${exit}`;
    });
  });

  it("says one error and one hint where it fails, and neither where it works", () => {
    check(({ exit, stderr, verb }) => {
      const count = (start: string) => stderr.split("\n").filter((line) => line.startsWith(start)).length;
      const said = `${count("claw: error: ")} ${count("claw: hint: ")}`;
      return said === (exit === 0 || verb.says === "report" ? "0 0" : "1 1") ? undefined : said;
    });
  });

  it("writes to stdout what it found out, and nothing where it failed", () => {
    check(({ exit, stdout, verb }) => {
      // Events come or not; and where an answer was lost, claw tells what it saw when it looked.
      if (verb.says === "stream" || exit === 79) return undefined;
      const isDue = verb.says === "report" || exit === 0;
      return (stdout !== "") === isDue ? undefined : JSON.stringify(stdout);
    });
  });

  it("leaves no timer and no listener", () => {
    check(({ timers, listeners }) =>
      timers + listeners === 0 ? undefined : `${timers} timers, ${listeners} listeners are left`
    );
  });

  it("is acted on once at most: once where it worked, never where nothing was sent", () => {
    check(({ exit, acted, verb }) => {
      if (verb.acted === undefined || exit === 79) return acted <= 1 ? undefined : `acted on ${acted} times`;
      return acted === (exit === 0 ? 1 : 0) ? undefined : `exit ${exit}, but acted on ${acted} times`;
    });
  });

  it("comes to the verdict that is written down", () => {
    const table = verdictTable(verbs, played);
    if (process.env["CLAW_TEST_WRITE"] === "1") writeFileSync(snapshot, table);
    const written = entriesOf(readFileSync(snapshot, "utf8"));
    const now = entriesOf(table);
    assert.deepEqual(now.filter((entry) => !written.includes(entry)), [], "not so written down");
    assert.equal(now.length, written.length);
  });
});

/** Deno's own WebSocket looks over neither; the program that is shipped has Bun's. */
const lax = process.versions["bun"] === undefined ? ["bad-accept", "broken-frame=masked"] : [];

/** The table's entries: a fault with its verdicts, and the words below it. */
function entriesOf(table: string): readonly string[] {
  return table.split(/\n(?=\S)/).filter((entry) => !lax.includes(entry.split(" ")[0] ?? ""));
}
