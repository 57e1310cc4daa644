import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DefinitionOptions } from "../../../src/commands/cron/definition_flags.ts";
import { applyFlags } from "../../../src/commands/cron/definition_members.ts";
import { unsetPaths, without } from "../../../src/commands/cron/unset_fields.ts";
import type { Members } from "../../../src/cron/members.ts";
import { ClawError } from "../../../src/errors.ts";

const here = { nowMs: Date.parse("2026-11-21T16:00:00Z"), zone: "Europe/Berlin" };

const blank: DefinitionOptions = {
  ...{ name: undefined, at: undefined, every: undefined, cron: undefined, tz: undefined, stagger: undefined },
  ...{ systemEvent: undefined, message: undefined, agent: undefined, model: undefined, thinking: undefined, tools: [] },
  ...{ timeout: undefined, session: undefined, wake: undefined, channel: undefined, to: undefined, account: undefined },
  ...{ threadId: undefined, webhook: undefined, description: undefined, jsonFile: undefined },
  ...{ exact: false, announce: false, bestEffort: false, noDeliver: false, dryRun: false },
  ...{ deleteAfterRun: false, keepAfterRun: false },
};

function apply(given: Partial<DefinitionOptions>, base: Members = {}): Members {
  return applyFlags({ ...blank, ...given }, base, here).definition;
}

const turn = {
  name: "x",
  sessionTarget: "isolated",
  payload: { kind: "agentTurn", message: "m", model: "a/b" },
  delivery: { mode: "announce", channel: "telegram", to: "12", bestEffort: true },
};

describe("applyFlags()", () => {
  it("leaves a definition as it is without flags", () => assert.deepEqual(apply({}, turn), turn));

  const deliveries:
    readonly (readonly [what: string, flags: Partial<DefinitionOptions>, before: unknown, after: unknown])[] = [
      ["names a route, which announces", { channel: "last" }, undefined, { mode: "announce", channel: "last" }],
      ["keeps the rest of a route", { to: "13" }, turn.delivery, { ...turn.delivery, to: "13" }],
      ["keeps a route that is off for later", { noDeliver: true }, turn.delivery, { ...turn.delivery, mode: "none" }],
      ["switches one on again", { announce: true }, { ...turn.delivery, mode: "none" }, turn.delivery],
      ["has no channel for a webhook", { webhook: "http://h/" }, turn.delivery, {
        mode: "webhook",
        to: "http://h/",
        bestEffort: true,
      }],
      ["takes no webhook's address for a recipient", { announce: true }, { mode: "webhook", to: "http://h/" }, {
        mode: "announce",
      }],
      ["makes a webhook forgiving", { bestEffort: true }, { mode: "webhook", to: "http://h/" }, {
        mode: "webhook",
        to: "http://h/",
        bestEffort: true,
      }],
    ];
  for (const [what, flags, delivery, after] of deliveries) {
    it(`of a delivery: ${what}`, () => {
      assert.deepEqual(apply(flags, { ...turn, delivery })["delivery"], after);
    });
  }

  it("replaces a payload of another kind, and moves the job to where that belongs", () => {
    assert.deepEqual(apply({ systemEvent: "e" }, turn), {
      name: "x",
      sessionTarget: "main",
      payload: { kind: "systemEvent", text: "e" },
    });
    const back = apply({ message: "n" }, { sessionTarget: "main", payload: { kind: "systemEvent", text: "e" } });
    assert.deepEqual(back, { sessionTarget: "isolated", payload: { kind: "agentTurn", message: "n" } });
  });

  it("keeps the session and the rest of a payload of the same kind", () => {
    const { payload, sessionTarget } = apply({ message: "n" }, { ...turn, sessionTarget: "session:a" });
    assert.deepEqual([payload, sessionTarget], [{ ...turn.payload, message: "n" }, "session:a"]);
  });

  it("rounds a limit of an agent turn up to whole seconds, and 0 is none", () => {
    const seconds = (timeout: string) => (apply({ timeout }, turn)["payload"] as Members)["timeoutSeconds"];
    assert.deepEqual(["1500ms", "2m", "0s"].map(seconds), [2, 120, 0]);
  });

  it("says which flag needs an agent turn", () => {
    for (const flags of [{ model: "a/b" }, { thinking: "low" }, { timeout: "5s" }, { tools: ["x"] }]) {
      assert.throws(
        () => apply(flags, { payload: { kind: "systemEvent", text: "e" } }),
        { message: `--${Object.keys(flags)[0]} is about an agent turn, and there is none` },
      );
    }
  });
});

describe("unsetPaths()", () => {
  it("knows fields by their flags and by their members", () => {
    assert.deepEqual(unsetPaths(["model", "payload.model", "tz", "agentId"]), [
      "payload.model",
      "payload.model",
      "schedule.tz",
      "agentId",
    ]);
  });

  it("lists the fields for one that is none", () => {
    assert.throws(() => unsetPaths(["toString"]), (error) => {
      assert.ok(error instanceof ClawError && error.code === "usage/bad-flag");
      assert.match(error.hint ?? "", /^it is one of description, agent, .*trigger$/);
      return true;
    });
  });
});

describe("without()", () => {
  it("takes members away, also ones that are not there", () => {
    assert.deepEqual(without(turn, ["payload.model", "delivery", "schedule.tz", "description"]), {
      name: "x",
      sessionTarget: "isolated",
      payload: { kind: "agentTurn", message: "m" },
    });
  });
});
