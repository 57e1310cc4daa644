import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hintFor } from "../src/context_hint.ts";
import { ClawError } from "../src/errors.ts";
import { openContextsStage } from "./support/contexts_stage.ts";

const hintOf = (hint: string, context = "home") =>
  hintFor(new ClawError("gateway/rejected", "no", { hint, details: { a: 1 } }), context);

describe("hintFor()", () => {
  it("adds the context to every command that goes to a gateway", () => {
    const { hint, code, details } = hintOf("see `claw cron show 'a b'`, or `claw doctor`; see `claw help`");
    assert.equal(hint, "see `claw cron show 'a b' --context home`, or `claw doctor --context home`; see `claw help`");
    assert.deepEqual([code, details], ["gateway/rejected", { a: 1 }]);
  });

  it("leaves alone what goes to none, says already to which, or is no command of claw", () => {
    for (
      const hint of [
        "see `claw whoami`, `claw device verify` and `claw help exit-codes`",
        "`claw context trust home`",
        "`claw status --context lab`, `claw status --url ws://127.0.0.1:1`",
        "openclaw devices list",
        "`clawhammer`",
      ]
    ) assert.equal(hintOf(hint).hint, hint);
    assert.equal(hintOf("`claw status`", "$(id)").hint, "`claw status`");
  });
});

describe("run() with a context that the flag names", () => {
  it("has it in the hint, for people and for programs", async () => {
    await using stage = await openContextsStage();
    await stage.addBroken();
    const { exit, stderr } = await stage.claw(["event", "x", "--context", "wrong"]);
    assert.equal(exit, 77);
    assert.match(stderr, /\nclaw: hint: .*`claw status --context wrong`/);
    const { stdout } = await stage.claw(["status", "--context", "wrong", "--json"]);
    assert.match(JSON.parse(stdout).error.hint, /`claw status --context wrong`/);
  });

  it("says nothing of one that a variable names, which still stands for the next command", async () => {
    await using stage = await openContextsStage();
    await stage.addBroken();
    const { stderr } = await stage.claw(["event", "x"], { env: { CLAW_CONTEXT: "wrong" } });
    assert.match(stderr, /\nclaw: hint: .*`claw status`/);
  });
});
