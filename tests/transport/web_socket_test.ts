import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer as createTlsServer } from "node:tls";
import type { Socket } from "node:net";
import process from "node:process";
import { describe, it } from "node:test";
import { openGuarded } from "../../src/transport/guarded_dial.ts";
import type { Way } from "../../src/transport/way.ts";
import { openWebSocket } from "../../src/transport/web_socket.ts";
import { selfSigned } from "../support/certificate.ts";
import { randomIds } from "../support/dev_gateway.ts";
import { portOf, startListener } from "../support/sockets.ts";

const never = new AbortController().signal;

/** Bytes that RFC 6455 does not let a server send, by what is wrong with them. */
const violations: readonly (readonly [what: string, bytes: readonly number[]])[] = [
  ["text that is not UTF-8", [0x81, 3, 0xff, 0xfe, 0xfd]],
  ["reserved bits", [0xf1, 1, 97]],
  ["a length beyond all bounds", [0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]],
  ["a negative length", [0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ["a continuation of nothing", [0x80, 1, 97]],
  ["a text between the parts of another", [0x01, 1, 97, 0x81, 1, 98]],
  ["a long ping", [0x89, 126, 0, 126]],
  ["a ping in parts", [0x09, 1, 97]],
  ["a reason that is not UTF-8", [0x88, 3, 0x03, 0xe8, 0xff]],
  ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535].map((code) =>
    [`the close code ${code}`, [0x88, 2, code >> 8, code & 255]] as const
  ),
];

const way: Way = { now: () => Date.now(), randomBytes: randomIds.bytes };

/** The runtime's own WebSocket, and the one over a socket of our own, which must not be told apart. */
const openers = {
  "adaptWebSocket()": (url: URL) => openWebSocket(url, never),
  "adaptStream()": (url: URL) => openGuarded(url, way, never),
} as const;

for (const [name, open] of Object.entries(openers)) {
  describe(name, () => {
    for (const [what, bytes] of violations) {
      it(`does not take ${what} for a connection that was dropped`, async () => {
        await using listener = await startListener((socket) => upgrade(socket, Uint8Array.from(bytes)));
        const transport = await open(new URL(`ws://127.0.0.1:${listener.port}`));
        await assert.rejects(transport.receive(), {
          code: "protocol/bad-frame",
          message: /^the other end broke the WebSocket protocol: ./,
          details: { reason: "not-websocket" },
        });
        assert.deepEqual(await transport.closed, { code: 1006, reason: "" });
      });
    }

    for (const code of [1000, 1001, 1008, 1012, 3000, 4999]) {
      it(`tells the close code ${code}, and its reason`, async () => {
        const close = Uint8Array.of(0x88, 5, code >> 8, code & 255, 98, 121, 101);
        await using listener = await startListener((socket) => upgrade(socket, close));
        const transport = await open(new URL(`ws://127.0.0.1:${listener.port}`));
        assert.equal(await transport.receive(), undefined);
        assert.deepEqual(await transport.closed, { code, reason: "bye" });
      });
    }

    it("tells a plain end from a violation", async () => {
      await using listener = await startListener((socket) => upgrade(socket, Uint8Array.of()));
      const transport = await open(new URL(`ws://127.0.0.1:${listener.port}`));
      assert.equal(await transport.receive(), undefined);
      assert.equal((await transport.closed).code, 1006);
    });
  });
}

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
