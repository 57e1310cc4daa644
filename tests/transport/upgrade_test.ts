import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { type OpenRefusal, upgradeStream } from "../../src/transport/upgrade.ts";
import { randomIds } from "../support/dev_gateway.ts";
import { startListener } from "../support/sockets.ts";

const url = new URL("ws://gateway.example:81/path?query#hash");
const agreed = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];

/** What comes of the upgrade when the other end answers with these lines, and these bytes behind them. */
async function upgradeWith(lines: readonly string[], chunkLength = Infinity, behind = "") {
  const heard: string[] = [];
  await using listener = await startListener((socket: Socket) => {
    socket.once("data", (bytes) => {
      heard.push(String(bytes));
      const key = /^Sec-WebSocket-Key: (.*)\r$/m.exec(String(bytes))?.[1];
      const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      const answer = Buffer.from(`${lines.join("\r\n").replace(/: ?ACCEPT$/m, `: ${accept}`)}\r\n\r\n${behind}`);
      for (let at = 0; at < answer.length; at += chunkLength) socket.write(answer.subarray(at, at + chunkLength));
      socket.end();
    });
  });
  const stream = connect(listener.port, "127.0.0.1");
  try {
    const parts = [await upgradeStream(stream, url, randomIds.bytes)];
    for await (const part of stream.resume()) parts.push(part);
    return { heard, behind: Buffer.concat(parts).toString() };
  } finally {
    stream.destroy();
  }
}

describe("upgradeStream()", () => {
  it("asks as RFC 6455 says, with a fresh key, without Origin, extensions or subprotocols", async () => {
    const lines = [...agreed, "Sec-WebSocket-Accept: ACCEPT"];
    const [first, second] = [await upgradeWith(lines), await upgradeWith(lines)];
    const [head = ""] = first.heard;
    assert.match(
      head,
      /^GET \/path\?query HTTP\/1\.1\r\nHost: gateway\.example:81\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: [\w+/]{22}==\r\nSec-WebSocket-Version: 13\r\n\r\n$/,
    );
    assert.notDeepEqual(second.heard, first.heard);
  });

  for (const chunkLength of [1, 7, 1_000]) {
    it(`loses nothing that comes behind the answer, in pieces of ${chunkLength}`, async () => {
      const lines = [
        "HTTP/1.1 101",
        "UPGRADE:WebSocket",
        "connection: keep-alive, upgrade",
        "sec-websocket-ACCEPT:ACCEPT",
      ];
      assert.equal((await upgradeWith(lines, chunkLength, "grüße")).behind, "grüße");
    });
  }

  const refused: Readonly<Record<string, readonly string[]>> = {
    "an extension that was not offered": [
      ...agreed,
      "Sec-WebSocket-Accept: ACCEPT",
      "Sec-WebSocket-Extensions: permessage-deflate",
    ],
    "a subprotocol that was not offered": [...agreed, "Sec-WebSocket-Accept: ACCEPT", "Sec-WebSocket-Protocol: x"],
    "two keys": [...agreed, "Sec-WebSocket-Accept: x", "Sec-WebSocket-Accept: ACCEPT"],
    "another key": [...agreed, "Sec-WebSocket-Accept: x"],
    "no key": agreed,
    "another protocol": [agreed[0] ?? "", "Upgrade: h2c", "Connection: Upgrade", "Sec-WebSocket-Accept: ACCEPT"],
    "no Connection": [...agreed.slice(0, 2), "Sec-WebSocket-Accept: ACCEPT"],
  };
  for (const [what, lines] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(upgradeWith(lines), (error: OpenRefusal) => error.report.code === "HPE_INVALID_UPGRADE");
    });
  }

  it("does not collect a head without an end", async () => {
    const endless = [...agreed, ...Array.from({ length: 2_000 }, (_, at) => `X-${at}: ${"x".repeat(20)}`)];
    await assert.rejects(upgradeWith(endless), (error: OpenRefusal) => error.report.code === "HPE_HEADER_OVERFLOW");
  });
});
