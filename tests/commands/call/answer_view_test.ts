import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { viewAnswer, viewMoment } from "../../../src/commands/call/answer_view.ts";

function textOf(view: ReturnType<typeof viewAnswer>): string {
  return view.kind === "raw" ? view.text : assert.fail("JSON is shown as it is");
}

describe("viewAnswer()", () => {
  it("sets JSON in by its levels, and spells out what could steer a terminal", () => {
    assert.equal(textOf(viewAnswer({ a: ["\u001b[2J\u202e"] })), '{\n  "a": [\n    "\\u001b[2J\\u202e"\n  ]\n}\n');
    assert.equal(textOf(viewAnswer(null)), "null\n");
  });

  it("stands in one line where the blanks alone would fill the memory", () => {
    let value: unknown = Array(100_000).fill(1);
    for (let level = 0; level < 400; level++) value = [value];
    assert.equal(textOf(viewAnswer(value)), `${JSON.stringify(value)}\n`);
    assert.equal(textOf(viewAnswer(Array(100_000).fill(1))).split("\n").length, 100_003);
  });
});

describe("viewMoment()", () => {
  it("is one line, whatever the name", () => {
    assert.equal(textOf(viewMoment("a\nb\u001b", { c: "\n" })), 'a\\nb\\u001b  {"c":"\\n"}\n');
  });
});
