/**
 * A server's end of a WebSocket on a bare socket: messages like any transport, and what no runtime's server allows
 * (other bytes, resets, silence). The HTTP before it is `faulty_server.ts`'s, the mischief `fault_player.ts`'s.
 */
import type { Socket } from "node:net";
import { closeCodes, type Message } from "../protocol/mod.ts";
import { Inbox } from "../transport/inbox.ts";
import type { Closed } from "../transport/transport.ts";
import { encodeWireFrame, MessageReader, opcodes, textOf, WireReader } from "../transport/wire_frames.ts";
import { cutReason } from "./effects.ts";
import type { Wire } from "./fault_player.ts";

/** Above this, writing waits for the client to read. */
const mostWaitingBytes = 1_048_576;
/** How long a client may take to agree to a close. */
const closeMs = 2_000;

export class WireSocket implements Wire {
  readonly closed: Promise<Closed>;
  readonly #socket: Socket;
  readonly #inbox = new Inbox();
  readonly #reader = new WireReader("client");
  readonly #messages = new MessageReader();
  #resolve: (closed: Closed) => void = () => {};
  #own: Closed | undefined;
  #isOver = false;

  /** @param early bytes that came right behind the request */
  constructor(socket: Socket, early: Uint8Array) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => (this.#resolve = resolve));
    socket.on("data", (bytes: Uint8Array) => this.#feed(bytes));
    for (const event of ["end", "close", "error"]) socket.on(event, () => this.#finish());
    this.#feed(early);
  }

  receive(signal?: AbortSignal): Promise<Message | undefined> {
    return this.#inbox.take(signal);
  }

  encode(message: Message): Uint8Array {
    return typeof message === "string"
      ? encodeWireFrame(opcodes.text, new TextEncoder().encode(message))
      : encodeWireFrame(opcodes.binary, message);
  }

  write(bytes: Uint8Array): void {
    if (!this.#isOver && this.#socket.writable) this.#socket.write(bytes);
  }

  async ready(): Promise<void> {
    if (this.#isOver || this.#socket.writableLength < mostWaitingBytes) return;
    await Promise.race([new Promise<void>((resolve) => this.#socket.once("drain", resolve)), this.closed]);
  }

  close(code: number, reason: string): void {
    if (this.#isOver || this.#own !== undefined) return;
    this.#own = { code, reason };
    this.#inbox.end();
    if (code === closeCodes.abnormal) return this.#finish();
    const text = new TextEncoder().encode(cutReason(reason));
    this.write(encodeWireFrame(opcodes.close, Uint8Array.of(code >> 8, code & 255, ...text)));
    this.#socket.setTimeout(closeMs, () => this.#finish());
  }

  reset(): void {
    this.#socket.resetAndDestroy();
    this.#finish();
  }

  stall(): void {
    this.#socket.pause();
  }

  /** Ends it without a word, stalled or not. */
  abandon(): void {
    this.#socket.destroy();
    this.#finish();
  }

  #feed(bytes: Uint8Array): void {
    if (this.#isOver) return;
    try {
      this.#reader.push(bytes);
      for (let frame = this.#reader.take(); frame !== undefined; frame = this.#reader.take()) {
        if (frame.opcode === opcodes.close) return this.#takeClose(frame.payload);
        if (frame.opcode === opcodes.ping) this.write(encodeWireFrame(opcodes.pong, frame.payload));
        const message = frame.opcode < 8 ? this.#messages.take(frame) : undefined;
        if (message !== undefined) this.#inbox.put(message);
      }
    } catch {
      this.close(closeCodes.protocolError, "");
    }
  }

  #takeClose(payload: Uint8Array): void {
    const [high = 0, low = 0] = payload;
    const theirs = payload.length < 2
      ? { code: closeCodes.noStatus, reason: "" }
      : { code: high * 256 + low, reason: textOf(payload.subarray(2)) };
    if (this.#own === undefined) this.write(encodeWireFrame(opcodes.close, payload.subarray(0, 2)));
    this.#finish(theirs);
  }

  #finish(theirs: Closed = { code: closeCodes.abnormal, reason: "" }): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#inbox.end();
    this.#resolve(this.#own ?? theirs);
    if (this.#socket.destroyed) return;
    this.#socket.setTimeout(closeMs, () => this.#socket.destroy());
    this.#socket.end(() => this.#socket.destroySoon());
  }
}
