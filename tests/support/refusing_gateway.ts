/**
 * A gateway that opens every connection with a challenge and refuses every login with the same error, over a real
 * loopback socket; it counts who came.
 */
import { createHash } from "node:crypto";
import { WireReader } from "../../src/transport/wire_frames.ts";
import { type Listener, startListener } from "./sockets.ts";
import { challenge } from "./wire.ts";

export async function startRefusingGateway(error: Readonly<Record<string, unknown>>): Promise<Listener> {
  return await startListener((socket) => {
    const say = (frame: unknown) => {
      const text = new TextEncoder().encode(JSON.stringify(frame));
      socket.write(Uint8Array.of(0x81, 126, text.length >> 8, text.length & 255));
      socket.write(text);
    };
    const reader = new WireReader();
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
      const frame = unmask(bytes, reader);
      if (frame !== undefined) say({ type: "res", id: frame.id, ok: false, error });
    });
  });
}

/** A client's frame, which is masked, as the reader of a server's frames takes it. */
function unmask(bytes: Uint8Array, reader: WireReader): { readonly id: string } | undefined {
  const short = (bytes[1] ?? 0) & 0x7f;
  const headLength = short === 126 ? 4 : 2;
  const mask = bytes.subarray(headLength, headLength + 4);
  const plain = bytes.slice(headLength + 4).map((byte, at) => byte ^ (mask[at & 3] ?? 0));
  const head = bytes.slice(0, headLength);
  head[1] = short;
  reader.push(head);
  reader.push(plain);
  const frame = reader.take();
  return frame?.opcode === 1 ? JSON.parse(new TextDecoder().decode(frame.payload)) : undefined;
}
