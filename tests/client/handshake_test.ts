import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { handshake } from "../../src/client/handshake.ts";
import { ClawError } from "../../src/errors.ts";
import { verifySignature } from "../../src/identity/keypair.ts";
import { ConnectParams, proofText } from "../../src/protocol/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { challenge, createCredentials, createPeer, helloOk, type Peer } from "../support/wire.ts";

const never = new AbortController().signal;

/** Runs a handshake against a peer that says these things: before connect, and in answer to it. */
async function shake(before: readonly unknown[], answer?: (id: string, peer: Peer) => void) {
  const peer = createPeer();
  const credentials = await createCredentials();
  const result = handshake(peer.transport, credentials, { clock: createManualClock(), os: "linux", signal: never });
  result.catch(() => {});
  for (const frame of before) peer.say(frame);
  if (answer !== undefined) answer((await peer.hear()).id, peer);
  return await result;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => assert.fail("it should have failed"), (thrown: unknown) => thrown);
  assert.ok(error instanceof ClawError, String(error));
  return [error.code, error.details["reason"]].filter(Boolean).join(" ");
}

describe("handshake()", () => {
  it("signs the challenge's own ts and nonce, offers 3 to 4 and sends nothing else", async () => {
    const peer = createPeer();
    const credentials = await createCredentials(["operator.read", "operator.write"]);
    const result = handshake(peer.transport, credentials, { clock: createManualClock(5), os: "darwin", signal: never });
    peer.say(challenge);
    const request = await peer.hear();
    peer.say(helloOk(request.id));
    const params = ConnectParams.parse(request.params);
    assert.equal(request.method, "connect");
    assert.deepEqual([params.minProtocol, params.maxProtocol], [3, 4]);
    assert.deepEqual([params.client.id, params.client.mode, params.client.platform], ["cli", "cli", "darwin"]);
    assert.equal(params.device?.signedAt, challenge.payload.ts);
    assert.equal(params.device?.nonce, challenge.payload.nonce);
    const text = proofText({
      deviceId: credentials.device.deviceId,
      clientId: "cli",
      clientMode: "cli",
      role: "operator",
      scopes: ["operator.read", "operator.write"],
      signedAt: challenge.payload.ts,
      token: credentials.secret.value,
      nonce: challenge.payload.nonce,
      platform: "darwin",
    });
    assert.ok(await verifySignature(credentials.device.publicKey, text, params.device?.signature ?? ""));
    assert.equal((await result).protocol, 4);
  });

  it("shows no device when there is none, so that nothing can be paired", async () => {
    const peer = createPeer();
    const credentials = { ...await createCredentials(["operator.read"]), device: undefined };
    const result = handshake(peer.transport, credentials, { clock: createManualClock(), os: "linux", signal: never });
    peer.say(challenge);
    const request = await peer.hear();
    peer.say(helloOk(request.id));
    const params = ConnectParams.parse(request.params);
    assert.equal(Object.hasOwn(params, "device"), false);
    assert.equal(params.auth?.token, credentials.secret.value);
    await result;
  });

  const signed = [
    ["password", "hunter2", ""],
    ["token", "the-token", "the-token"],
    ["device-token", "the-device-token", "the-device-token"],
    ["bootstrap-token", "out-of-a-code", "out-of-a-code"],
  ] as const;
  for (const [kind, value, token] of signed) {
    it(`presents a ${kind}, ${token === "" ? "unsigned" : "signed"}`, async () => {
      const peer = createPeer();
      const credentials = { ...await createCredentials(), secret: { kind, value } };
      const result = handshake(peer.transport, credentials, { clock: createManualClock(), os: "linux", signal: never });
      peer.say(challenge);
      const request = await peer.hear();
      const params = ConnectParams.parse(request.params);
      assert.deepEqual(params.auth, { [kind.replace(/-t/, "T")]: value });
      const fields = {
        deviceId: credentials.device.deviceId,
        clientId: "cli",
        clientMode: "cli",
        role: "operator",
        scopes: params.scopes ?? [],
        signedAt: challenge.payload.ts,
        token,
        nonce: challenge.payload.nonce,
        platform: "linux",
      };
      assert.ok(await verifySignature(credentials.device.publicKey, proofText(fields), params.device?.signature ?? ""));
      peer.say(helloOk(request.id));
      await result;
    });
  }

  it("accepts protocol 3, and events between connect and its answer", async () => {
    const done = await shake([challenge], (id, peer) => {
      peer.say({ type: "event", event: "health", payload: {} });
      peer.say(helloOk(id, { protocol: 3 }));
    });
    assert.equal(done.protocol, 3);
  });

  const noNonce = { ...challenge, payload: { ts: 1 } };
  const emptyNonce = { ...challenge, payload: { nonce: "", ts: 1 } };
  const fractionalTs = { ...challenge, payload: { nonce: "n", ts: 1.5 } };
  const textTs = { ...challenge, payload: { nonce: "n", ts: "1" } };
  const beforeConnect: readonly (readonly [name: string, frame: unknown, expected: string])[] = [
    ["a challenge without a nonce", noNonce, "protocol/bad-challenge challenge-malformed"],
    ["a challenge with an empty nonce", emptyNonce, "protocol/bad-challenge challenge-malformed"],
    ["a challenge whose ts is no integer", fractionalTs, "protocol/bad-challenge challenge-malformed"],
    ["a challenge whose ts is a text", textTs, "protocol/bad-challenge challenge-malformed"],
    [
      "an event before the challenge",
      { type: "event", event: "tick" },
      "protocol/unexpected-frame frame-before-challenge",
    ],
    [
      "a response before the challenge",
      { type: "res", id: "x", ok: true },
      "protocol/unexpected-frame frame-before-challenge",
    ],
    ["text that is not JSON", "{nope", "protocol/bad-frame not-json"],
    ["JSON that is no frame", "[1]", "protocol/bad-frame not-a-frame"],
    ["JSON-RPC framing", { jsonrpc: "2.0", method: "connect" }, "protocol/bad-frame not-a-frame"],
    ["an over-long frame", "x".repeat(26_214_401), "protocol/bad-frame too-long"],
  ];
  for (const [name, frame, expected] of beforeConnect) {
    it(`rejects ${name}`, async () => assert.equal(await codeOf(shake([frame])), expected));
  }

  it("rejects a binary message", async () => {
    const { transport } = createPeer();
    const binary = { ...transport, receive: () => Promise.resolve(new Uint8Array([123, 125])) };
    const shaking = handshake(binary, await createCredentials(), {
      clock: createManualClock(),
      os: "linux",
      signal: never,
    });
    assert.equal(await codeOf(shaking), "protocol/bad-frame binary");
  });

  const answers: readonly (readonly [name: string, answer: (id: string, peer: Peer) => void, expected: string])[] = [
    ["a second challenge", (_id, peer) => peer.say(challenge), "protocol/bad-challenge challenge-twice"],
    [
      "a response to another request",
      (_id, peer) => peer.say(helloOk("other")),
      "protocol/unexpected-frame foreign-response",
    ],
    [
      "a request",
      (_id, peer) => peer.say({ type: "req", id: "1", method: "x" }),
      "protocol/unexpected-frame foreign-response",
    ],
    [
      "an acceptance that is no hello-ok",
      (id, peer) => peer.say({ type: "res", id, ok: true, payload: {} }),
      "protocol/bad-frame not-a-hello",
    ],
    [
      "a hello-ok of a protocol nobody offered",
      (id, peer) => peer.say(helloOk(id, { protocol: 5 })),
      "protocol/mismatch",
    ],
    ["a refusal without an error", (id, peer) => peer.say({ type: "res", id, ok: false }), "gateway/rejected"],
    ["a close without an answer", (_id, peer) => peer.close(1000), "net/closed"],
  ];
  for (const [name, answer, expected] of answers) {
    it(`rejects ${name}`, async () => assert.equal(await codeOf(shake([challenge], answer)), expected));
  }

  it("names both protocol ranges on a mismatch of either generation", async () => {
    for (
      const details of [{ expectedProtocol: 5 }, {
        code: "PROTOCOL_MISMATCH",
        expectedProtocol: 5,
        clientMinProtocol: 3,
      }]
    ) {
      const error = { code: "INVALID_REQUEST", message: "protocol mismatch", details };
      const failure = shake([challenge], (id, peer) => peer.say({ type: "res", id, ok: false, error }));
      await assert.rejects(
        failure,
        (thrown: ClawError) =>
          thrown.code === "protocol/mismatch" &&
          thrown.message === "claw speaks protocol 3 to 4, the gateway expects 5",
      );
    }
  });

  it("says that no challenge came when the time is over before it", async () => {
    const controller = new AbortController();
    const { transport } = createPeer();
    const shaking = handshake(transport, await createCredentials(), {
      clock: createManualClock(),
      os: "linux",
      signal: controller.signal,
    });
    controller.abort(new ClawError("net/timeout", "the time is over"));
    assert.equal(await codeOf(shaking), "protocol/no-challenge");
  });
});
