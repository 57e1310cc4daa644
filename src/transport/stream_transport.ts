/**
 * A transport over a byte stream that was upgraded to WebSocket by hand: for connections whose TLS the runtime's own
 * WebSocket cannot judge. Behaves as `web_socket.ts` does; frames as bytes stand in `wire_frames.ts`.
 */
import type { Socket } from "node:net";
import { ClawError } from "../errors.ts";
import { closeCodes } from "../protocol/mod.ts";
import { Inbox } from "./inbox.ts";
import type { Closed, Transport } from "./transport.ts";
import {
  encodeWireFrame,
  MessageReader,
  opcodes,
  textOf,
  type WireFrame,
  WireReader,
  WireViolation,
} from "./wire_frames.ts";

/** @param early bytes that came right behind the upgrade's answer */
export function adaptStream(
  stream: Socket,
  early: Uint8Array,
  randomBytes: (length: number) => Uint8Array,
): Transport {
  const pipe = new StreamPipe(stream, randomBytes);
  pipe.feed(early);
  pipe.start();
  return {
    send: (text) => pipe.send(opcodes.text, new TextEncoder().encode(text)),
    receive: (signal) => pipe.inbox.take(signal),
    // As a browser-like WebSocket: a client closes with 1000 or 3000 to 4999.
    close: (code = 1000, reason = "") => pipe.close(code === 1000 || code >= 3000 ? code : 1000, reason),
    closed: pipe.closed,
  };
}

/** How long a closing handshake may take. Longer than anybody here waits for it; then the socket is given up. */
const closeMs = 2_000;
/** Who sends pings and reads no answers gets no more of them. */
const mostUnreadBytes = 65_536;

class StreamPipe {
  readonly inbox = new Inbox();
  readonly closed: Promise<Closed>;
  readonly #stream: Socket;
  readonly #randomBytes: (length: number) => Uint8Array;
  readonly #reader = new WireReader();
  readonly #messages = new MessageReader();
  #theirs: Closed | undefined;
  #isClosing = false;
  #resolve: (closed: Closed) => void = () => {};

  constructor(stream: Socket, randomBytes: (length: number) => Uint8Array) {
    this.#stream = stream;
    this.#randomBytes = randomBytes;
    this.closed = new Promise((resolve) => (this.#resolve = resolve));
    stream.on("data", (bytes: Uint8Array) => this.feed(bytes));
    stream.on("error", () => this.#end());
    stream.on("end", () => this.#end());
    stream.on("close", () => this.#end());
  }

  start(): void {
    // What has happened already is not told again.
    if (this.#stream.destroyed) this.#end();
    else this.#stream.resume();
  }

  /** Bytes from the other end. */
  feed(bytes: Uint8Array): void {
    if (this.#theirs !== undefined) return;
    try {
      this.#reader.push(bytes);
      for (let frame = this.#reader.take(); frame !== undefined; frame = this.#reader.take()) {
        this.#take(frame);
        if (this.#theirs !== undefined) return;
      }
    } catch (thrown) {
      if (!(thrown instanceof WireViolation)) throw thrown;
      const message = `the other end broke the WebSocket protocol: ${thrown.message}`;
      this.inbox.fail(new ClawError("protocol/bad-frame", message, { details: { reason: "not-websocket" } }));
      this.#end();
    }
  }

  send(opcode: number, payload: Uint8Array): void {
    if (this.#isClosing || this.#theirs !== undefined) return;
    this.#write(opcode, payload);
  }

  close(code: number, reason: string): void {
    if (this.#isClosing || this.#theirs !== undefined) return;
    this.#isClosing = true;
    this.#write(opcodes.close, closePayload(code, reason));
    this.#giveUpSoon();
  }

  #write(opcode: number, payload: Uint8Array): void {
    if (this.#stream.writable) this.#stream.write(encodeWireFrame(opcode, payload, this.#randomBytes(4)));
  }

  #take(frame: WireFrame): void {
    const { opcode, payload } = frame;
    if (opcode === opcodes.ping) return this.#answerPing(payload);
    if (opcode === opcodes.pong) return;
    if (opcode === opcodes.close) return this.#takeClose(payload);
    const message = this.#messages.take(frame);
    if (message !== undefined) this.inbox.put(message);
  }

  #answerPing(payload: Uint8Array): void {
    if (this.#stream.writableLength < mostUnreadBytes) this.send(opcodes.pong, payload);
  }

  #takeClose(payload: Uint8Array): void {
    if (payload.length === 1) throw new WireViolation("a close frame of one byte");
    const code = payload.length < 2
      ? closeCodes.noStatus
      : new DataView(payload.buffer, payload.byteOffset).getUint16(0);
    if (payload.length > 0 && !isSendable(code)) throw new WireViolation(`an invalid close code ${code}`);
    const reason = textOf(payload.subarray(2));
    if (!this.#isClosing) this.#write(opcodes.close, payload.subarray(0, 2));
    this.#end({ code, reason });
  }

  #end(closed: Closed = { code: closeCodes.abnormal, reason: "" }): void {
    if (this.#theirs !== undefined) return;
    this.#theirs = closed;
    this.inbox.end();
    this.#resolve(closed);
    this.#stream.end(() => this.#stream.destroy());
    this.#giveUpSoon();
  }

  #giveUpSoon(): void {
    this.#stream.setTimeout(closeMs, () => this.#stream.destroy());
  }
}

/** Which codes may stand in a close frame: RFC 6455 §7.4, and IANA's registry. */
function isSendable(code: number): boolean {
  const isReserved = code === 1004 || code === closeCodes.noStatus || code === closeCodes.abnormal;
  return (code >= 1000 && code <= 1014 && !isReserved) || (code >= 3000 && code <= 4999);
}

function closePayload(code: number, reason: string): Uint8Array {
  const text = new TextEncoder().encode(reason).subarray(0, 123);
  const payload = new Uint8Array(2 + text.length);
  new DataView(payload.buffer).setUint16(0, code);
  payload.set(text, 2);
  return payload;
}
