import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lookAtPage } from "../../src/transport/http_look.ts";
import { freePort, startListener, startStatusServer, startTlsListener } from "../support/sockets.ts";

const never = new AbortController().signal;
const look = (port: number, scheme = "ws", signal = never) =>
  lookAtPage(new URL(`${scheme}://127.0.0.1:${port}/`), "/readyz", signal);

describe("lookAtPage()", () => {
  it("tells a page's status", async () => {
    for (const status of [200, 503]) {
      await using server = await startStatusServer(status);
      assert.equal(await look(server.port), status);
    }
  });

  it("tells nothing where nobody answers HTTP", async () => {
    await using silent = await startListener((socket) => void socket.end("SSH-2.0-OpenSSH_9.9\r\n"));
    await using secured = await startTlsListener();
    assert.equal(await look(silent.port), undefined);
    assert.equal(await look(secured.port), undefined);
    assert.equal(await look(await freePort()), undefined);
  });

  it("does not look behind TLS, nor when there is no time", async () => {
    await using server = await startStatusServer(200);
    assert.equal(await look(server.port, "wss"), undefined);
    assert.equal(await look(server.port, "ws", AbortSignal.abort()), undefined);
    assert.equal(server.clients, 0);
  });

  it("does not wait for who says nothing", async () => {
    await using mute = await startListener(() => {});
    const limit = new AbortController();
    const answer = look(mute.port, "ws", limit.signal);
    setTimeout(() => limit.abort(), 50);
    assert.equal(await answer, undefined);
  });
});
