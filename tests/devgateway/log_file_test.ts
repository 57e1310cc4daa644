import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LogFile } from "../../src/devgateway/log_file.ts";

const day = Date.UTC(2026, 10, 21);

function filled(count: number, protocol: 3 | 4 = 4): LogFile {
  const file = new LogFile(protocol, day);
  for (let n = 0; n < count; n++) file.append(`line ${n}`);
  return file;
}

describe("LogFile.tail()", () => {
  it("gives the last lines, and from its cursor on what came since", () => {
    const file = filled(3);
    const { lines, cursor, truncated, reset } = file.tail({ limit: 2 });
    assert.deepEqual([lines, truncated, reset], [["line 1", "line 2"], true, false]);
    file.append("é");
    const next = file.tail({ cursor });
    assert.deepEqual([next.lines, next.cursor - cursor, next.reset], [["é"], 3, false]);
  });

  it("starts anew, and says so, when the cursor lies beyond the end or too far behind", () => {
    const file = filled(10);
    file.rotate();
    file.append("new");
    const shorter = file.tail({ cursor: 70 });
    assert.deepEqual([shorter.lines, shorter.reset], [["new"], true]);
    const behind = filled(10).tail({ cursor: 7, maxBytes: 20 });
    assert.deepEqual([behind.lines, behind.reset, behind.skippedBytes], [["line 8", "line 9"], true, 43]);
  });

  it("keeps quiet about the limit and the bytes that it skips, as 2026.3.13 does", () => {
    const file = filled(10, 3);
    assert.equal(file.tail({ limit: 2 }).truncated, false);
    assert.equal(file.tail({ cursor: 7, maxBytes: 20 }).skippedBytes, undefined);
  });
});

describe("LogFile.write()", () => {
  it("writes JSON as both generations do: only protocol 4 has a member `message`", () => {
    for (const protocol of [3, 4] as const) {
      const file = new LogFile(protocol, day);
      file.write({ at: day, connId: "c", event: "wake", text: "hello", advice: "do not" });
      const line = JSON.parse(file.tail({}).lines[0] ?? "");
      assert.deepEqual([line[1], line._meta.logLevelName], ["wake hello do not", "WARN"]);
      assert.equal(line.message, protocol === 4 ? "wake hello do not" : undefined);
      assert.equal(file.tail({}).file, "/tmp/openclaw/openclaw-2026-11-21.log");
    }
  });
});
