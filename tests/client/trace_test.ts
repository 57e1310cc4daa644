import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { traceTransport } from "../../src/client/trace.ts";
import { redact } from "../../src/protocol/mod.ts";
import { createManualClock, settle } from "../support/clock.ts";
import { challenge, createPeer, helloOk } from "../support/wire.ts";

describe("traceTransport()", () => {
  it("writes every frame in order, and passes each on as it was", async () => {
    const peer = createPeer();
    const lines: string[] = [];
    const clock = createManualClock();
    const traced = traceTransport(peer.transport, clock, (line) => lines.push(line));
    peer.say(challenge);
    assert.equal(await traced.receive(), JSON.stringify(challenge));
    await clock.advance(12);
    const connect = { type: "req", id: "1", method: "connect", params: { auth: { token: "top-secret" } } };
    traced.send(JSON.stringify(connect));
    assert.deepEqual(await peer.hear(), connect);
    peer.say("not a frame, but it holds top-secret");
    await traced.receive();
    traced.close(1000);
    await settle();
    const entries = lines.map((line) => JSON.parse(line));
    assert.deepEqual(entries.map(({ t, dir }) => [t, dir]), [[0, "in"], [12, "out"], [12, "in"], [12, "out"], [
      12,
      "in",
    ]]);
    assert.deepEqual(entries[0].frame, challenge);
    assert.deepEqual(entries[1].frame.params, { auth: { token: "***" } });
    assert.deepEqual(entries[4], { t: 12, dir: "in", close: { code: 1000, reason: "" } });
    assert.doesNotMatch(lines.join(""), /top-secret/);
  });
});

describe("redact()", () => {
  it("masks what may be a secret at any depth, and nothing else", () => {
    const { payload } = helloOk("1");
    const frame = {
      payload: {
        ...payload,
        auth: { ...payload.auth, deviceToken: "s", deviceTokens: [{ token: "s", role: "operator" }] },
      },
      params: {
        auth: { token: "s", password: "s", bootstrapToken: "s", approvalRuntimeToken: "s" },
        device: { id: "d", publicKey: "k", signature: "s", signedAt: 1, nonce: "n" },
        setupCode: "s",
        joinUrl: "s",
        tokens: ["s", "s"],
        tokenDelivery: "in-band",
        text: "token: hello",
      },
    };
    const shown = JSON.stringify(redact(frame));
    assert.doesNotMatch(shown, /"s"/);
    for (const kept of ["in-band", "token: hello", '"k"', '"n"', "operator.write"]) {
      assert.ok(shown.includes(kept), kept);
    }
  });
});
