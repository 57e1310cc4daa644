import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer as createTlsServer } from "node:tls";
import type { Socket } from "node:net";
import process from "node:process";
import { describe, it } from "node:test";
import { openWebSocket } from "../../src/transport/web_socket.ts";
import { selfSigned } from "../support/certificate.ts";
import { portOf, startListener } from "../support/sockets.ts";

const never = new AbortController().signal;

/** Bytes that RFC 6455 does not let a server send, by what is wrong with them. */
const violations: readonly (readonly [what: string, bytes: readonly number[]])[] = [
  ["text that is not UTF-8", [0x81, 3, 0xff, 0xfe, 0xfd]],
  ["reserved bits", [0xf1, 1, 97]],
  ["a length beyond all bounds", [0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]],
];

describe("adaptWebSocket()", () => {
  for (const [what, bytes] of violations) {
    it(`does not take ${what} for a connection that was dropped`, async () => {
      await using listener = await startListener((socket) => upgrade(socket, Uint8Array.from(bytes)));
      const transport = await openWebSocket(new URL(`ws://127.0.0.1:${listener.port}`), never);
      await assert.rejects(transport.receive(), {
        code: "protocol/bad-frame",
        message: /^the other end broke the WebSocket protocol: ./,
        details: { reason: "not-websocket" },
      });
      await transport.closed;
    });
  }

  it("tells a plain end from a violation", async () => {
    await using listener = await startListener((socket) => upgrade(socket, Uint8Array.of()));
    const transport = await openWebSocket(new URL(`ws://127.0.0.1:${listener.port}`), never);
    assert.equal(await transport.receive(), undefined);
    assert.equal((await transport.closed).code, 1006);
  });
});

describe("openWebSocket()", () => {
  it("verifies certificates, whatever the environment says of it", async () => {
    const server = createTlsServer(selfSigned).on("tlsClientError", () => {});
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      const opening = openWebSocket(new URL(`wss://127.0.0.1:${portOf(server)}`), never);
      await assert.rejects(opening, { code: "net/tls" });
    } finally {
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
      server.close();
    }
  });
});

/** Answers the upgrade, sends these bytes, and hangs up without a close frame. */
function upgrade(socket: Socket, bytes: Uint8Array): void {
  socket.once("data", (request) => {
    const key = /Sec-WebSocket-Key: *(.*)\r/i.exec(String(request))?.[1] ?? "";
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.end(bytes);
  });
}
