import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { knock } from "../../src/client/knock.ts";
import { ClawError } from "../../src/errors.ts";
import { limitTime } from "../../src/platform/clock.ts";
import { createTransportPair } from "../../src/transport/pair.ts";
import { createManualClock } from "../support/clock.ts";
import { challenge } from "../support/wire.ts";

const never = new AbortController().signal;

async function failureOf(work: Promise<unknown>): Promise<ClawError> {
  const error = await work.then(() => assert.fail("it should have failed"), (thrown: unknown) => thrown);
  assert.ok(error instanceof ClawError, String(error));
  return error;
}

describe("knock()", () => {
  it("waits for the challenge, sends nothing at all, and leaves", async () => {
    const clock = createManualClock();
    const [client, server] = createTransportPair();
    const result = knock(() => clock.sleep(30).then(() => client), clock, never);
    await clock.advance(35);
    server.send(JSON.stringify(challenge));
    const { openMs, challengeMs } = await result;
    assert.deepEqual([openMs, challengeMs], [30, 5]);
    assert.equal((await server.closed).code, 1000);
    assert.equal(await server.receive(), undefined, "a frame was sent");
  });

  it("says in which step the time was over, and leaves then too", async () => {
    const clock = createManualClock();
    const limit = () => limitTime(never, clock, 100);
    const { signal } = limit();
    const stuck = () =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const opening = failureOf(knock(stuck, clock, signal));
    await clock.advance(100);
    assert.match((await opening).message, /^the gateway did not accept a connection in time$/);
    const [client, server] = createTransportPair();
    const silent = failureOf(knock(() => Promise.resolve(client), clock, limit().signal));
    await clock.advance(100);
    const error = await silent;
    assert.deepEqual([error.code, error.message], [
      "protocol/no-challenge",
      "the connection is open, but no challenge came in time",
    ]);
    assert.equal((await server.closed).code, 1000);
  });

  it("tells what is no gateway from one", async () => {
    const [client, server] = createTransportPair();
    server.send('{"type":"event","event":"hello","payload":{}}');
    const error = await failureOf(knock(() => Promise.resolve(client), createManualClock(), never));
    assert.equal(error.code, "protocol/unexpected-frame");
  });
});
