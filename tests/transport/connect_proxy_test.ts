import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { connectThrough } from "../../src/transport/connect_proxy.ts";
import { startListener } from "../support/sockets.ts";

const url = new URL("wss://gateway.example/");
const never = new AbortController().signal;

function proxyAt(port: number) {
  return { host: "127.0.0.1", port, shown: `http://127.0.0.1:${port}`, from: "--proxy" };
}

/** A proxy that gives every request this answer, and hangs up. */
function answering(text: string) {
  return startListener((socket: Socket) => void socket.once("data", () => socket.end(text)));
}

describe("connectThrough()", () => {
  it("stops at every step when the signal is aborted", async () => {
    await using silent = await startListener(() => {});
    for (let steps = 0; steps < 40; steps++) {
      const controller = new AbortController();
      const stopped = assert.rejects(connectThrough(proxyAt(silent.port), url, controller.signal), /the time is over/);
      for (let step = 0; step < steps; step++) await Promise.resolve();
      controller.abort(new Error("the time is over"));
      await stopped;
    }
  });

  it("asks for an address as it is written in a URL", async () => {
    const heads: string[] = [];
    await using proxy = await startListener((socket) => {
      socket.once("data", (bytes) => {
        heads.push(String(bytes));
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
      });
    });
    const socket = await connectThrough(proxyAt(proxy.port), new URL("wss://[2001:DB8::1]:8443/x?y"), never);
    socket.destroy();
    assert.deepEqual(heads, ["CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n"]);
  });

  const strange: Readonly<Record<string, string>> = {
    "no HTTP": "SSH-2.0-OpenSSH\r\n\r\n",
    "a status of four digits": "HTTP/1.1 2000 OK\r\n\r\n",
    "a head without an end": `HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}`,
    "a head that is too long": `HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
    "half a head": "HTTP/1.1 200 OK\r\n",
    "nothing": "",
  };
  for (const [what, text] of Object.entries(strange)) {
    it(`does not take ${what} for a tunnel`, async () => {
      await using proxy = await answering(text);
      await assert.rejects(connectThrough(proxyAt(proxy.port), url, never), {
        code: "net/unreachable",
        message: `the proxy http://127.0.0.1:${proxy.port} cannot be used: no HTTP answer`,
      });
    });
  }
});
