/**
 * A gateway that opens every connection with a challenge and refuses every login with the same error, over a real
 * loopback socket; it counts who came.
 */
import { createHash } from "node:crypto";
import { encodeWireFrame, opcodes, textOf, WireReader } from "../../src/transport/wire_frames.ts";
import { type Listener, startListener } from "./sockets.ts";
import { challenge } from "./wire.ts";

export async function startRefusingGateway(error: Readonly<Record<string, unknown>>): Promise<Listener> {
  return await startListener((socket) => {
    const say = (frame: unknown) =>
      void socket.write(encodeWireFrame(opcodes.text, new TextEncoder().encode(JSON.stringify(frame))));
    const reader = new WireReader("client");
    let isOpen = false;
    socket.on("data", (bytes: Uint8Array) => {
      if (!isOpen) {
        isOpen = true;
        const key = /Sec-WebSocket-Key: *(.*)\r/i.exec(String(bytes))?.[1] ?? "";
        const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
        const head = ["101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
        socket.write(`HTTP/1.1 ${head.join("\r\n")}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
        return say(challenge);
      }
      reader.push(bytes);
      for (let frame = reader.take(); frame !== undefined; frame = reader.take()) {
        if (frame.opcode === opcodes.text) {
          say({ type: "res", id: JSON.parse(textOf(frame.payload)).id, ok: false, error });
        }
      }
    });
  });
}
