import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeWireFrame, MessageReader, opcodes, WireReader, WireViolation } from "../../src/transport/wire_frames.ts";

/** A frame as a server sends it. */
function serverFrame(opcode: number, payload: Uint8Array, isFinal = true): Uint8Array {
  const frame = encodeWireFrame(opcode, payload);
  frame[0] = (isFinal ? 0x80 : 0) | opcode;
  return frame;
}

function read(chunks: Iterable<Uint8Array>) {
  const reader = new WireReader();
  const messages = new MessageReader();
  const found: (string | Uint8Array)[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let frame = reader.take(); frame !== undefined; frame = reader.take()) {
      const message = frame.opcode >= opcodes.close ? undefined : messages.take(frame);
      if (message !== undefined) found.push(message);
    }
  }
  return found;
}

function inChunks(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

describe("WireReader", () => {
  it("reads what was sent, however the stream is cut", () => {
    const texts = fc.array(fc.string({ unit: "binary", maxLength: 300 }).filter((text) => text.isWellFormed()));
    fc.assert(fc.property(texts, fc.integer({ min: 1, max: 200 }), (sent, size) => {
      const stream = sent.flatMap((text) => [...serverFrame(opcodes.text, new TextEncoder().encode(text))]);
      assert.deepEqual(read(inChunks(Uint8Array.from(stream), size)), sent);
    }));
  });

  it("puts parts together wherever they and the stream are cut, with pings between them", () => {
    const text = fc.string({ unit: "binary", maxLength: 300 }).filter((value) => value.isWellFormed());
    const size = fc.integer({ min: 1, max: 200 });
    fc.assert(fc.property(fc.array(fc.tuple(text, size)), size, (sent, chunkSize) => {
      const stream = sent.flatMap(([value, partSize]) => {
        const parts = inChunks(new TextEncoder().encode(value), partSize);
        if (parts.length === 0) parts.push(new Uint8Array());
        return parts.flatMap((part, at) => [
          ...serverFrame(at === 0 ? opcodes.text : opcodes.continuation, part, at === parts.length - 1),
          ...serverFrame(opcodes.ping, part.subarray(0, 125)),
        ]);
      });
      assert.deepEqual(read(inChunks(Uint8Array.from(stream), chunkSize)), sent.map(([value]) => value));
    }));
  });

  it("reads every form of length", () => {
    for (const length of [0, 125, 126, 65_535, 65_536, 70_000]) {
      const payload = new Uint8Array(length).fill(7);
      const [message] = read(inChunks(serverFrame(opcodes.binary, payload), 1_000));
      assert.deepEqual(message, payload);
    }
  });

  it("never throws anything but a violation, whatever bytes come", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      try {
        read([bytes]);
      } catch (thrown) {
        assert.ok(thrown instanceof WireViolation, String(thrown));
      }
    }));
  });

  const broken: Readonly<Record<string, readonly number[]>> = {
    "a masked frame": [0x81, 0x81, 0, 0, 0, 0, 97],
    "reserved bits are set": [0xf1, 1, 97],
    "an unknown opcode 3": [0x83, 0],
    "a control frame that is too long or in parts": [0x09, 0],
    "a frame of 1099511627776 bytes": [0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0],
    "text that is not UTF-8": [0x81, 1, 0xff],
    "parts of a message in disorder": [0x80, 1, 97],
  };
  for (const [words, bytes] of Object.entries(broken)) {
    it(`refuses ${words}`, () => assert.throws(() => read([Uint8Array.from(bytes)]), new WireViolation(words)));
  }

  it("takes off a client's mask, and refuses a client without one", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70_000 }),
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        (bytes, mask) => {
          const reader = new WireReader("client");
          reader.push(encodeWireFrame(opcodes.binary, bytes, mask));
          assert.deepEqual([...reader.take()?.payload ?? []], [...bytes]);
          assert.equal(reader.take(), undefined);
        },
      ),
    );
    const reader = new WireReader("client");
    reader.push(serverFrame(opcodes.text, new Uint8Array(3)));
    assert.throws(() => reader.take(), new WireViolation("a frame that is not masked"));
  });
});

describe("MessageReader", () => {
  it("joins parts, and a code point that was cut in two", () => {
    const bytes = new TextEncoder().encode("größe");
    const parts = [
      serverFrame(opcodes.text, bytes.subarray(0, 3), false),
      serverFrame(opcodes.continuation, bytes.subarray(3, 4), false),
      serverFrame(opcodes.continuation, bytes.subarray(4)),
    ];
    assert.deepEqual(read(parts), ["größe"]);
  });

  it("does not collect parts without an end", () => {
    const endless = function* () {
      yield serverFrame(opcodes.text, new Uint8Array(), false);
      for (let part = 0; part < 70_000; part++) yield serverFrame(opcodes.continuation, new Uint8Array(), false);
    };
    assert.throws(() => read(endless()), new WireViolation("a message without an end"));
  });
});

describe("encodeWireFrame()", () => {
  it("masks what it sends with the bytes it was given", () => {
    const frame = encodeWireFrame(opcodes.text, Uint8Array.of(1, 2, 3, 4, 5), Uint8Array.of(9, 8, 7, 6));
    assert.deepEqual([...frame], [0x81, 0x85, 9, 8, 7, 6, 1 ^ 9, 2 ^ 8, 3 ^ 7, 4 ^ 6, 5 ^ 9]);
  });
});
