import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CredentialSource, dial } from "../../src/client/dial.ts";
import type { Credentials } from "../../src/client/credentials.ts";
import { ClawError } from "../../src/errors.ts";
import { createManualClock } from "../support/clock.ts";
import { challenge, createPeer, helloOk, type Peer } from "../support/wire.ts";

/** A device that signs at once: real signatures come from other threads, in their own time. */
const credentials: Credentials = {
  device: { deviceId: "d", publicKey: "k", sign: () => Promise.resolve("signature") },
  secret: { kind: "token", value: "shared" },
  scopes: ["operator.write"],
};

/** What a gateway does with one connection; the last one is repeated. */
type Behaviour = (peer: Peer) => void | Promise<void>;

const accepts: Behaviour = async (peer) => {
  peer.say(challenge);
  peer.say(helloOk((await peer.hear()).id));
};
const drops = (code: number): Behaviour => async (peer) => {
  peer.say(challenge);
  await peer.hear();
  peer.close(code);
};
const refuses = (error: Record<string, unknown>): Behaviour => async (peer) => {
  peer.say(challenge);
  peer.say({ type: "res", id: (await peer.hear()).id, ok: false, error });
  peer.close(1008);
};
const hangs: Behaviour = (peer) => peer.say(challenge);
const silent: Behaviour = () => {};

/** Dials these behaviours in turn, on a clock that runs by itself, with 10 s to spare. */
async function dialTo(
  behaviours: readonly Behaviour[],
  options: { retryMs?: number; source?: CredentialSource; tries?: "once" } = {},
) {
  const clock = createManualClock();
  const controller = new AbortController();
  const cancel = clock.after(10_000, () => controller.abort(new ClawError("net/timeout", "the time is over")));
  const source = { first: () => Promise.resolve(credentials), afterRefusal: () => Promise.resolve(undefined) };
  let opened = 0;
  const ended = dial(options.source ?? source, {
    clock,
    ids: { uuid: () => "", random: () => 0.5, bytes: (length) => new Uint8Array(length) },
    os: "linux",
    signal: controller.signal,
    retryMs: options.retryMs ?? 0,
    tries: options.tries ?? "again",
    open: () => {
      const behave = behaviours[Math.min(opened++, behaviours.length - 1)];
      const peer = createPeer();
      void behave?.(peer);
      return Promise.resolve(peer.transport);
    },
  }).then((connection) => ({ connection, error: undefined }), (error: ClawError) => ({ connection: undefined, error }));
  let result: Awaited<typeof ended> | undefined;
  ended.then((value) => (result = value));
  while (result === undefined) await clock.advance(100);
  cancel();
  return { ...result, opened };
}

describe("dial()", () => {
  it("connects at the first attempt", async () => {
    const { connection, opened } = await dialTo([accepts]);
    assert.equal(connection?.handshake.protocol, 4);
    assert.equal(opened, 1);
  });

  it("tries again after a handshake that the gateway dropped without an answer", async () => {
    for (const code of [1000, 1006, 1012, 1013]) {
      const { connection, opened } = await dialTo([drops(code), drops(code), accepts]);
      assert.ok(connection, String(code));
      assert.equal(opened, 3);
    }
  });

  it("leaves it to its caller to try again when it shall try once", async () => {
    const later = refuses({ code: "UNAVAILABLE", message: "starting", retryable: true, retryAfterMs: 60_000 });
    for (const behaviour of [drops(1000), drops(1006), drops(1012), later]) {
      const { error, opened } = await dialTo([behaviour, accepts], { tries: "once", retryMs: 60_000 });
      assert.equal(opened, 1);
      assert.match(error?.message ?? "", /hung up|starting/);
    }
  });

  it("gives up on dropped handshakes after five, and says what that means", async () => {
    const { error, opened } = await dialTo([drops(1000)]);
    assert.equal(opened, 5);
    assert.equal(error?.code, "net/closed");
    assert.match(error?.message ?? "", /dropped the handshake 5 times/);
    assert.match(error?.hint ?? "", /event loop is too busy/);
  });

  it("waits as long as the gateway asks", async () => {
    const starting = refuses({ code: "UNAVAILABLE", message: "gateway starting", retryable: true, retryAfterMs: 500 });
    const { connection, opened } = await dialTo([starting, starting, accepts]);
    assert.ok(connection);
    assert.equal(opened, 3);
  });

  it("reports the refusal, not the waiting, when the time is over first", async () => {
    const starting = refuses({ code: "UNAVAILABLE", message: "gateway starting", retryable: true, retryAfterMs: 500 });
    const { error } = await dialTo([starting]);
    assert.equal(error?.code, "gateway/unavailable");
    assert.match(error?.message ?? "", /gateway starting/);
  });

  it("tells how far it came when the gateway goes silent", async () => {
    const { error } = await dialTo([drops(1000), hangs]);
    assert.equal(error?.code, "net/timeout");
    assert.match(error?.message ?? "", /accepted the connection.*the attempt before: the gateway hung up/);
  });

  it("reports the refusal although the last attempt found a gateway that went silent", async () => {
    const starting = refuses({ code: "UNAVAILABLE", message: "gateway starting", retryable: true, retryAfterMs: 500 });
    for (const [says, code] of [[starting, "gateway/unavailable"], [drops(1012), "net/closed"]] as const) {
      assert.equal((await dialTo([says, hangs])).error?.code, code);
    }
  });

  it("tells of the attempt before, where no challenge came in the last", async () => {
    const { error } = await dialTo([drops(1000), silent]);
    assert.equal(error?.code, "net/timeout");
    assert.match(error?.message ?? "", /no challenge came in time \(the attempt before: the gateway hung up/);
  });

  it("never retries a verdict", async () => {
    const unpaired = refuses({
      code: "NOT_PAIRED",
      message: "pairing required",
      details: { code: "PAIRING_REQUIRED", requestId: "r-1" },
    });
    const { error, opened } = await dialTo([unpaired, accepts], { retryMs: 60_000 });
    assert.deepEqual([error?.code, opened], ["auth/pairing-required", 1]);
    assert.equal(error?.hint, "approve it on the gateway host: openclaw devices approve r-1");
  });

  it("asks for another credential once at the most", async () => {
    let asked = 0;
    const source = {
      first: () => Promise.resolve(credentials),
      afterRefusal: () => Promise.resolve(++asked > 0 ? { ...credentials, scopes: ["operator.read"] } : undefined),
    };
    const mismatch = refuses({
      code: "INVALID_REQUEST",
      message: "no",
      details: { code: "AUTH_DEVICE_TOKEN_MISMATCH" },
    });
    const { connection, opened } = await dialTo([mismatch, accepts], { source });
    assert.ok(connection);
    assert.deepEqual([asked, opened], [1, 2]);
    const again = await dialTo([mismatch], { source });
    assert.deepEqual([again.error?.code, again.opened], ["auth/rejected", 2]);
  });
});
