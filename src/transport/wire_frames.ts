/**
 * WebSocket frames as bytes (RFC 6455 §5): what a client sends is masked, what a server sends must not be. Pure;
 * `stream_transport.ts` puts messages together from it, and so does the dev gateway where it plays faults.
 */
import { maxPayloadBytes, type Message } from "../protocol/mod.ts";

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** What is used of a frame. */
export interface WireFrame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly payload: Uint8Array;
}

/** Twice what a gateway may send: `protocol/codec.ts` judges lengths, this bounds memory. */
const longestMessageBytes = 2 * maxPayloadBytes;
const mostParts = 65_536;

/** Bytes that break RFC 6455. */
export class WireViolation extends Error {}

/** A whole frame. @param mask four unpredictable bytes of a client's (RFC 6455 §5.3); left out: a server's */
export function encodeWireFrame(opcode: number, payload: Uint8Array, mask?: Uint8Array): Uint8Array {
  const { length } = payload;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const start = 2 + extra + (mask === undefined ? 0 : 4);
  const frame = new Uint8Array(start + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | opcode;
  frame[1] = (mask === undefined ? 0 : 0x80) | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) view.setUint16(2, length);
  if (extra === 8) view.setBigUint64(2, BigInt(length));
  frame.set(payload, start);
  if (mask === undefined) return frame;
  frame.set(mask.subarray(0, 4), 2 + extra);
  applyMask(frame.subarray(start), mask);
  return frame;
}

/** Masking twice is not masking. */
function applyMask(payload: Uint8Array, mask: Uint8Array): void {
  for (let at = 0; at < payload.length; at++) payload[at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
}

/** Cuts a stream of bytes into frames. */
export class WireReader {
  readonly #maskBytes: 0 | 4;
  #chunks: Uint8Array[] = [];
  #length = 0;

  /** @param from whose frames it reads: a client's must be masked, a server's must not */
  constructor(from: "server" | "client" = "server") {
    this.#maskBytes = from === "client" ? 4 : 0;
  }

  push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** The next whole frame, or undefined until more bytes came. @throws WireViolation */
  take(): WireFrame | undefined {
    const head = this.#peek(Math.min(10, this.#length));
    const [first = 0, second = 0] = head;
    if (head.length < 2) return undefined;
    refuse((first & 0x70) !== 0, "reserved bits are set");
    const isMasked = (second & 0x80) !== 0;
    refuse(isMasked !== (this.#maskBytes > 0), isMasked ? "a masked frame" : "a frame that is not masked");
    const short = second & 0x7f;
    const extra = short === 127 ? 8 : short === 126 ? 2 : 0;
    const opcode = first & 0x0f;
    const isFinal = (first & 0x80) !== 0;
    refuse(opcode >= 8 && (extra > 0 || !isFinal), "a control frame that is too long or in parts");
    refuse(![0, 1, 2, 8, 9, 10].includes(opcode), `an unknown opcode ${opcode}`);
    if (head.length < 2 + extra) return undefined;
    const view = new DataView(head.buffer, head.byteOffset);
    const length = extra === 8 ? Number(view.getBigUint64(2)) : extra === 2 ? view.getUint16(2) : short;
    refuse(length > longestMessageBytes, `a frame of ${length} bytes`);
    const start = 2 + extra + this.#maskBytes;
    if (this.#length < start + length) return undefined;
    const frame = this.#cut(start + length);
    const payload = frame.subarray(start);
    if (this.#maskBytes > 0) applyMask(payload, frame.slice(start - 4, start));
    return { opcode, isFinal, payload };
  }

  /** The first bytes, without taking them. */
  #peek(length: number): Uint8Array {
    while (this.#chunks.length > 1 && (this.#chunks[0]?.length ?? 0) < length) {
      const [one, two, ...rest] = this.#chunks;
      this.#chunks = [joined([one, two]), ...rest];
    }
    return (this.#chunks[0] ?? new Uint8Array()).subarray(0, length);
  }

  #cut(length: number): Uint8Array {
    const all = this.#chunks.length === 1 ? this.#chunks[0] ?? new Uint8Array() : joined(this.#chunks);
    this.#chunks = length < all.length ? [all.subarray(length)] : [];
    this.#length -= length;
    return all.subarray(0, length);
  }
}

/** Puts messages together from their parts (RFC 6455 §5.4). */
export class MessageReader {
  #parts: Uint8Array[] | undefined;
  #length = 0;
  #isText = false;

  /** The message that this data frame ends, or undefined while more is to come. @throws WireViolation */
  take({ opcode, isFinal, payload }: WireFrame): Message | undefined {
    const isFirst = opcode !== opcodes.continuation;
    refuse(isFirst !== (this.#parts === undefined), "parts of a message in disorder");
    if (isFirst) [this.#isText, this.#length] = [opcode === opcodes.text, 0];
    const parts = this.#parts ??= [];
    parts.push(payload);
    this.#length += payload.length;
    refuse(this.#length > longestMessageBytes || parts.length > mostParts, "a message without an end");
    if (!isFinal) return undefined;
    this.#parts = undefined;
    const whole = parts.length === 1 ? payload : joined(parts);
    return this.#isText ? textOf(whole) : whole;
  }
}

/** Text as it must be on the wire. @throws WireViolation when it is not UTF-8 */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new WireViolation("text that is not UTF-8");
  }
}

function joined(parts: readonly (Uint8Array | undefined)[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part ?? new Uint8Array(), at);
    at += part?.length ?? 0;
  }
  return whole;
}

function refuse(isBroken: boolean, what: string): void {
  if (isBroken) throw new WireViolation(what);
}
