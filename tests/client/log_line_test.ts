import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseLogLine } from "../../src/client/log_line.ts";
import { fc, runs } from "../support/property.ts";

const name = '{"subsystem":"gateway/ws"}';
const meta = { date: "2026-11-21T19:23:52.641Z", logLevelName: "WARN", name };

describe("parseLogLine()", () => {
  it("reads a line of 2026.9.6, which has its message as one", () => {
    const line = JSON.stringify({
      0: name,
      1: "closed",
      _meta: meta,
      time: "2026-11-21T20:23:52.641+01:00",
      message: "closed",
    });
    const timeMs = Date.UTC(2026, 10, 21, 19, 23, 52, 641);
    assert.deepEqual(parseLogLine(line), { line, timeMs, level: "warn", subsystem: "gateway/ws", message: "closed" });
  });

  it("reads a line of 2026.3.13, which has its message in parts", () => {
    const line = JSON.stringify({ 0: name, 1: { code: 1 }, 2: "text", _meta: meta });
    const { message, subsystem, timeMs } = parseLogLine(line);
    assert.deepEqual([message, subsystem, timeMs], ['{"code":1} text', "gateway/ws", Date.parse(meta.date)]);
  });

  it("reads a line whose first part is the message", () => {
    assert.equal(parseLogLine(JSON.stringify({ 0: "just text", _meta: { name: "openclaw" } })).message, "just text");
  });

  it("leaves alone what is no JSON, or says nothing", () => {
    for (const line of ["plain text", "", "{nope", '["a"]', "{}", '{"time":"soon"}']) {
      assert.deepEqual(parseLogLine(line), { line, message: line });
    }
  });

  it("bears members of any shape, and lines that are nested as deep as one likes", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    for (const line of [`{"time":${deep}}`, `{"0":${deep}}`, `{"_meta":{"name":${JSON.stringify(`{"a":${deep}}`)}}}`]) {
      assert.equal(parseLogLine(line).message, line);
    }
    for (const time of ['{"toString":1,"valueOf":1}', "5", "[2026]", "null"]) {
      assert.equal(parseLogLine(`{"time":${time},"message":"said"}`).timeMs, undefined, time);
    }
  });

  it("never throws, and never loses the line", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(fc.string(), fc.jsonValue()).map((it) => JSON.stringify(it)),
    );
    fc.assert(fc.property(texts, (line) => assert.equal(parseLogLine(line).line, line)), { numRuns: runs(300) });
  });
});
