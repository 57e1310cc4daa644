/**
 * WebSocket frames as bytes (RFC 6455 §5), the client's side: what it sends is masked, what it receives must not be.
 * Pure; `stream_transport.ts` puts messages together from it.
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

/** A whole frame, masked (RFC 6455 §5.3). @param mask four unpredictable bytes */
export function encodeWireFrame(opcode: number, payload: Uint8Array, mask: Uint8Array): Uint8Array {
  const { length } = payload;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = new Uint8Array(6 + extra + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) view.setUint16(2, length);
  if (extra === 8) view.setBigUint64(2, BigInt(length));
  frame.set(mask.subarray(0, 4), 2 + extra);
  for (let at = 0; at < length; at++) frame[6 + extra + at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return frame;
}

/** Cuts a stream of bytes into frames. */
export class WireReader {
  #chunks: Uint8Array[] = [];
  #length = 0;

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
    refuse((second & 0x80) !== 0, "a masked frame");
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
    if (this.#length < 2 + extra + length) return undefined;
    return { opcode, isFinal, payload: this.#cut(2 + extra + length).subarray(2 + extra) };
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
