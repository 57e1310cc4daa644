import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fc } from "../support/property.ts";
import { ClawError } from "../../src/errors.ts";
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  isLongerThan,
  maxNesting,
  type Message,
  parseJson,
} from "../../src/protocol/mod.ts";

/** The reason for which a message is refused; "" when it is a frame. */
function reasonOf(message: Message, maxBytes?: number): unknown {
  try {
    decodeFrame(message, maxBytes);
    return "";
  } catch (error) {
    assert.ok(error instanceof ClawError, String(error));
    assert.equal(error.code, "protocol/bad-frame");
    return error.details["reason"];
  }
}

/** Any text, lone surrogates and control characters included. */
const anyText = fc.string({ unit: "binary", maxLength: 40 });

/** A JSON object's text with any member names, also those that objects have by themselves. */
const memberName = fc.oneof(anyText, fc.constantFrom("__proto__", "constructor", "toString", "then", "type", "id"));
const jsonValue = fc.jsonValue({ stringUnit: "binary" });
const objectText = fc.uniqueArray(fc.tuple(memberName, jsonValue), { selector: ([name]) => name }).map((members) =>
  `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`
);
const payloadText = fc.oneof(objectText, jsonValue.map((value) => JSON.stringify(value)));

const word = fc.string({ unit: "binary", minLength: 1, maxLength: 20 }).map((text) => JSON.stringify(text));
const requestText = fc.tuple(word, word, payloadText)
  .map(([id, method, params]) => `{"type":"req","id":${id},"method":${method},"params":${params}}`);
const responseText = fc.tuple(word, payloadText)
  .map(([id, payload]) => `{"type":"res","id":${id},"ok":true,"payload":${payload}}`);
const refusalText = fc.tuple(word, word, word, payloadText).map(([id, code, message, details]) =>
  `{"type":"res","id":${id},"ok":false,"error":{"code":${code},"message":${message},"details":${details}}}`
);
const eventText = fc.tuple(word, payloadText, fc.nat())
  .map(([event, payload, seq]) => `{"type":"event","event":${event},"payload":${payload},"seq":${seq}}`);
const frameText = fc.oneof(requestText, responseText, refusalText, eventText)
  // As the codec itself would write it: numbers and escapes in one way only.
  .map((text) => JSON.stringify(JSON.parse(text)));

describe("decodeFrame()", () => {
  it("makes a frame or a named reason of any text", () => {
    const message = fc.oneof(anyText, fc.json({ stringUnit: "binary" }), objectText, frameText);
    fc.assert(fc.property(message, (text) => {
      assert.ok(["", "not-json", "not-a-frame"].includes(String(reasonOf(text))));
    }));
  });

  it("makes a frame or a named reason of a frame that was damaged anywhere", () => {
    fc.assert(fc.property(frameText, fc.nat(), anyText, fc.nat(3), (text, at, inserted, cut) => {
      const position = at % text.length;
      const damaged = text.slice(0, position) + inserted + text.slice(position + cut);
      assert.ok(["", "not-json", "not-a-frame"].includes(String(reasonOf(damaged))));
    }));
  });

  it("gives back the very value that stood in the text, and encodeFrame() the very text", () => {
    fc.assert(fc.property(frameText, (text) => {
      const frame = decodeFrame(text);
      assert.deepEqual(frame, JSON.parse(text));
      assert.equal(encodeFrame(frame), text);
    }));
  });

  it("keeps members that are unknown or have an odd name, and is not changed by them", () => {
    const text =
      '{"type":"res","id":"1","ok":true,"__proto__":{"polluted":true},"payload":{"__proto__":[1]},"new":"\\ud800"}';
    const frame = decodeFrame(text);
    assert.equal(encodeFrame(frame), text);
    assert.equal((frame as { polluted?: unknown }).polluted, undefined);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it("refuses a binary message, even of a right frame", () => {
    const bytes = new TextEncoder().encode('{"type":"event","event":"tick"}');
    assert.equal(reasonOf(bytes), "binary");
    assert.equal(reasonOf(new Uint8Array()), "binary");
  });

  it("refuses what is longer than the limit in bytes, before it parses", () => {
    const text = '{"type":"event","event":"ä€😀"}';
    const bytes = new TextEncoder().encode(text).length;
    assert.equal(bytes, text.length + 1 + 2 + 2);
    assert.equal(reasonOf(text, bytes), "");
    assert.equal(reasonOf(text, bytes - 1), "too-long");
    assert.equal(reasonOf("x".repeat(11), 10), "too-long");
    assert.equal(reasonOf(" ".repeat(26_214_401)), "too-long");
  });

  it("refuses what is nested so deep that nobody could walk it, on whichever side of the envelope", () => {
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    const frame = (payload: string) => `{"type":"event","event":"e","payload":${payload}}`;
    assert.equal(reasonOf(frame(nested(maxNesting - 1))), "");
    for (const text of [frame(nested(maxNesting)), frame(nested(1_000_000)), nested(100_000)]) {
      assert.equal(reasonOf(text), "too-deep");
    }
  });

  it("names each other reason", () => {
    for (const text of ["", " ", "{", "{nope", "undefined", "NaN", "'x'", "\ufeff{}", "[".repeat(100_000)]) {
      assert.equal(reasonOf(text), "not-json", text.slice(0, 20));
    }
    const noFrames = [
      "null",
      "1",
      '"x"',
      "[]",
      "{}",
      '{"type":"bogus"}',
      '{"type":"req","id":"1"}',
      '{"type":"req","id":"","method":"m"}',
      '{"type":"req","id":"1","method":""}',
      '{"type":"req","id":1,"method":"m"}',
      '{"type":"req","id":"1","method":"m","extra":1}',
      '{"type":"req","id":"1","method":"m","__proto__":{}}',
      '{"type":"res","id":"1"}',
      '{"type":"res","id":"1","ok":"true"}',
      '{"type":"res","id":"1","ok":false,"error":"no"}',
      '{"type":"res","id":"1","ok":false,"error":{"code":"X"}}',
      '{"type":"event"}',
      '{"type":"event","event":"x","seq":"1"}',
      '[{"type":"event","event":"tick"}]',
    ];
    for (const text of noFrames) assert.equal(reasonOf(text), "not-a-frame", text);
  });

  it("repeats nothing of the message in its error", () => {
    const error = (() => {
      try {
        return decodeFrame('{"type":"req","token":"hunter2"}');
      } catch (thrown) {
        return thrown as ClawError;
      }
    })() as ClawError;
    assert.equal(error.message, "the wire carried JSON that is no request, response or event");
    assert.doesNotMatch(`${error.stack}${JSON.stringify(error.details)}`, /hunter2/);
  });
});

describe("encodeFrame()", () => {
  it("refuses to send what the wire does not allow", () => {
    const wrong: readonly Frame[] = [
      { type: "req", id: "", method: "m" },
      { type: "req", id: "1", method: "m", more: 1 } as Frame,
      { type: "event", event: "" },
    ];
    for (const frame of wrong) {
      assert.throws(() => encodeFrame(frame), { code: "protocol/bad-frame", details: { reason: "not-a-frame" } });
    }
  });
});

describe("isLongerThan()", () => {
  it("counts as UTF-8 does", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), fc.nat(60), (text, maxBytes) => {
      assert.equal(isLongerThan(text, maxBytes), new TextEncoder().encode(text).length > maxBytes);
    }));
  });
});

describe("parseJson()", () => {
  it("parses, or names the reason", () => {
    assert.deepEqual(parseJson('{"a":[1,null]}'), { a: [1, null] });
    assert.throws(() => parseJson("{"), { code: "protocol/bad-frame", details: { reason: "not-json" } });
  });
});
