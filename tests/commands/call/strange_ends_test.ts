import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClawError } from "../../../src/errors.ts";
import type { Output } from "../../../src/platform/world.ts";
import { openAnsweringGateway } from "../../support/answering_gateway.ts";
import { createTestHome } from "../../support/world.ts";

type Answers = Parameters<typeof openAnsweringGateway>[0];

async function call(answers: Answers, args: readonly string[], stdout?: Output) {
  await using gateway = await openAnsweringGateway(answers);
  using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
  return await home.claw(["call", ...args], stdout === undefined ? {} : { stdout });
}

/** Takes so many pieces, and fails then. */
function output(pieces: number, osCode: string): Output {
  let left = pieces;
  const write = () => {
    if (left-- <= 0) throw new ClawError("store/io", `cannot write to stdout: ${osCode}`, { details: { osCode } });
  };
  return { isTty: false, columns: 80, write, writeAside: () => Promise.resolve().then(write) };
}

const run: Answers = {
  agent: ({ id }, { say }) => {
    say({ type: "res", id, ok: true, payload: { runId: "r", status: "accepted" } });
    say({ type: "event", event: "agent", payload: { runId: "r" } });
    say({ type: "res", id, ok: true, payload: { runId: "r", status: "ok" } });
  },
};

describe("claw call with an answer that nobody can walk", () => {
  const nested = "[".repeat(100_000) + "]".repeat(100_000);
  const deep: Answers[string] = ({ id }, { sayText }) =>
    sayText(`{"type":"res","id":"${id}","ok":true,"payload":${nested}}`);

  it("ends with 79, as if it had none, and is no bug of claw", async () => {
    for (const flags of [[], ["--json"], ["--stream"], ["--wait"]]) {
      const acting = await call({ "chat.send": deep }, ["chat.send", ...flags]);
      assert.equal(acting.exit, 79);
      assert.match(
        acting.stdout + acting.stderr,
        /nested deeper than 500 levels: the gateway may or may not have acted/,
      );
      assert.equal((await call({ status: deep }, ["status", ...flags])).exit, 79);
    }
  });
});

describe("claw call --stream to a reader that goes", () => {
  it("ends with 79 while the call goes on, and says how to look", async () => {
    const { exit, stderr } = await call(run, ["agent", "--stream"], output(1, "EPIPE"));
    assert.equal(exit, 79);
    assert.match(
      stderr,
      /error: agent was sent, but nobody reads what comes of it: it may go on\nclaw: hint: look what/,
    );
    assert.match(stderr, /claw call agent\.wait --params '\{"runId":"r"\}'\n$/);
  });

  it("ends with 0 when the answer was there, and with what only reads", async () => {
    const over = await call(run, ["agent", "--stream"], output(2, "EPIPE"));
    assert.deepEqual([over.exit, over.stderr], [0, ""]);
    const reading = await call({}, ["status", "--stream"], output(0, "EPIPE"));
    assert.deepEqual([reading.exit, reading.stderr], [0, ""]);
  });
});

describe("claw call to a disk that is full", () => {
  it("fails when it only read, and is done when it acted", async () => {
    const failure = /cannot write to stdout: ENOSPC\n/;
    for (const args of [["status"], ["--list"]]) {
      const read = await call({}, args, output(0, "ENOSPC"));
      assert.equal(read.exit, 74, args.join());
      assert.match(read.stderr, failure);
    }
    const answer: Answers[string] = ({ id }, { say }) => say({ type: "res", id, ok: true, payload: {} });
    const acted = await call({ "chat.send": answer }, ["chat.send"], output(0, "ENOSPC"));
    assert.equal(acted.exit, 0);
    assert.match(acted.stderr, /warning: done, but not printed: cannot write/);
  });
});
