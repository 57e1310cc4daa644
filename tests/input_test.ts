import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Pairs } from "../src/cli/outcome.ts";
import { ClawError, type ErrorCode } from "../src/errors.ts";
import { Input } from "../src/input.ts";
import type { World } from "../src/platform/world.ts";
import { RunTime } from "../src/run_time.ts";
import { createManualClock, settle } from "./support/clock.ts";
import { randomIds } from "./support/dev_gateway.ts";

interface Choices {
  readonly answer?: string | undefined;
  readonly isTty?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly runEditor?: World["runEditor"];
}

function setUp({ answer, isTty = true, env = {}, runEditor = () => Promise.resolve(0) }: Choices = {}) {
  const said: string[] = [];
  const clock = createManualClock();
  const output = { isTty, columns: 80, write: () => {} };
  const interrupted = new AbortController().signal;
  const world: World = {
    args: [],
    env,
    os: "linux",
    userId: undefined,
    zone: "UTC",
    stdin: {
      isTty,
      readAll: () => Promise.resolve(answer ?? ""),
      readLine: () => Promise.resolve(answer),
      readKey: () => Promise.resolve(answer),
    },
    stdout: output,
    stderr: output,
    clock,
    runProgram: () => Promise.reject(new Error("no program is run")),
    sendDatagram: () => Promise.reject(new Error("no datagram is sent")),
    ids: randomIds,
    interrupted,
    runShell: () => Promise.reject(new Error("no shell here")),
    runEditor,
  };
  const voice = {
    say: (_kind: string, text: string) => void said.push(text),
    ask(text: string, facts: Pairs = []) {
      said.push(...facts.map(([label, value]) => `${label}: ${value}`), text);
      return Promise.resolve();
    },
  };
  const time = new RunTime(clock, interrupted);
  return { clock, said, time, input: new Input({ world, voice, time }) };
}

function isClawError(code: ErrorCode, hint?: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof ClawError, String(error));
    assert.equal(error.code, code);
    if (hint !== undefined) assert.match(error.hint ?? "", hint);
    return true;
  };
}

describe("Input.confirm()", () => {
  const answers: readonly (readonly [answer: string | undefined, isYes: boolean])[] = [
    ["y", true],
    ["YES ", true],
    ["yes", true],
    ["n", false],
    ["", false],
    ["yep", false],
    [undefined, false],
  ];
  for (const [answer, isYes] of answers) {
    it(`takes ${answer === undefined ? "the end of input" : `'${answer}'`} for a ${isYes ? "yes" : "no"}`, async () => {
      const { input, said } = setUp({ answer });
      assert.equal(await input.confirm("remove it?"), isYes);
      assert.deepEqual(said, ["remove it? [y/N]"]);
    });
  }

  it("shows what the question is about", async () => {
    const { input, said } = setUp({ answer: "y" });
    await input.confirm("approve it?", [["device", "3f2a"]]);
    assert.deepEqual(said, ["device: 3f2a", "approve it? [y/N]"]);
  });

  it("says how to go on where nobody can be asked", async () => {
    await assert.rejects(setUp({ isTty: false }).input.confirm("remove it?"), (error) => {
      assert.equal((error as ClawError).message, "remove it: nobody can be asked here");
      return isClawError("usage/missing-argument", /--yes/)(error);
    });
  });
});

describe("Input.edit()", () => {
  const editing = (change: (path: string) => void, exit = 0): World["runEditor"] => (_command, path) => {
    change(path);
    return Promise.resolve(exit);
  };

  it("gives back what the person made of the text, and discards it when told to", async () => {
    const { input } = setUp({ runEditor: editing((path) => writeFileSync(path, `${readFileSync(path, "utf8")}more`)) });
    const { text, path, discard } = await input.edit("some ", "yaml");
    assert.equal(text, "some more");
    assert.match(path, /claw-[^/]*\.yaml$/);
    discard();
    assert.equal(existsSync(path), false);
  });

  it("prefers VISUAL to EDITOR, passes over empty ones, and falls back to vi on a terminal", async () => {
    const commands: string[] = [];
    const runEditor: World["runEditor"] = (command) => {
      commands.push(command);
      return Promise.resolve(0);
    };
    for (const env of [{ VISUAL: "code -w", EDITOR: "ed" }, { VISUAL: " ", EDITOR: "ed" }, {}]) {
      (await setUp({ env, runEditor }).input.edit("x", "yaml")).discard();
    }
    assert.deepEqual(commands, ["code -w", "ed", "vi"]);
  });

  it("opens no vi where nobody sits, but an editor that was named", async () => {
    await assert.rejects(
      setUp({ isTty: false }).input.edit("x", "yaml"),
      isClawError("usage/missing-argument", /EDITOR/),
    );
    (await setUp({ isTty: false, env: { EDITOR: "ed" } }).input.edit("x", "yaml")).discard();
  });

  it("says which editor could not be started, and leaves nothing behind", async () => {
    let left = "";
    const runEditor = editing((path) => left = path, 127);
    await assert.rejects(setUp({ env: { EDITOR: "edd" }, runEditor }).input.edit("x", "yaml"), (error) => {
      assert.equal((error as ClawError).message, "the editor 'edd' could not be started");
      return isClawError("config/invalid", /EDITOR/)(error);
    });
    assert.equal(existsSync(left), false);
  });

  it("keeps what was written when the editor fails", async () => {
    let kept = "";
    const runEditor = editing((path) => writeFileSync(kept = path, "hours of work"), 1);
    await assert.rejects(setUp({ runEditor }).input.edit("x", "yaml"), isClawError("input/invalid", /is kept in /));
    assert.equal(readFileSync(kept, "utf8"), "hours of work");
    rmSync(kept);
  });

  it("lets the person take their time", async () => {
    const { input, clock, time } = setUp({ runEditor: () => clock.sleep(7_200_000).then(() => 0) });
    time.know(1_000);
    const editing = input.edit("x", "yaml");
    // Its parts are loaded when they are needed first.
    while (clock.waiting < 2) await settle();
    await clock.advance(7_200_000);
    (await editing).discard();
    assert.equal(time.signal.aborted, false);
  });
});
