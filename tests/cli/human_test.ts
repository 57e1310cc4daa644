import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exitCodes } from "../../src/cli/exit_codes.ts";
import { createStyle, renderError, renderNote, renderView, wantsColour } from "../../src/cli/human.ts";
import { jsonData, jsonError } from "../../src/cli/json.ts";
import { ClawError, exitOf, faults } from "../../src/errors.ts";

const plain = createStyle(false);

describe("renderView()", () => {
  it("aligns pairs", async () => {
    const view = await renderView({ kind: "pairs", pairs: [["a", "1"], ["long", "2"]] }, plain);
    assert.equal(view, "a     1\nlong  2\n");
  });

  it("shows control characters in lines and pairs", async () => {
    assert.equal(await renderView({ kind: "line", text: "a\x1b[0mb\n" }, plain), "a\\u{1b}[0mb\\n\n");
    assert.equal(await renderView({ kind: "pairs", pairs: [["a", "\u202e"]] }, plain), "a  \\u{202e}\n");
  });

  it("puts the views of a stack below each other, spaced where it says so, and leaves empty ones out", async () => {
    const views = [{ kind: "line", text: "a" }, { kind: "pairs", pairs: [] }, { kind: "line", text: "b" }] as const;
    assert.equal(await renderView({ kind: "stack", views }, plain), "a\nb\n");
    assert.equal(await renderView({ kind: "stack", views, isSpaced: true }, plain), "a\n\nb\n");
  });

  it("fits a table within a stack into the width", async () => {
    const table = { kind: "table", columns: [{ label: "A", shrinks: true }], rows: [["x".repeat(20)]] } as const;
    const text = await renderView({ kind: "stack", views: [table] }, plain, 10);
    assert.equal(text, "A\nxxxxxxxxx…\n");
  });

  it("prints raw text untouched", async () =>
    assert.equal(await renderView({ kind: "raw", text: "\x1b[1m" }, plain), "\x1b[1m"));
});

describe("renderError()", () => {
  it("is one line, then the hint", () => {
    assert.equal(
      renderError(new ClawError("auth/required", "no token", { hint: "give one" }), plain),
      "claw: error: no token\nclaw: hint: give one\n",
    );
  });

  it("paints only the word", () => {
    const text = renderError(new ClawError("input/invalid", "bad"), createStyle(true));
    assert.equal(text, "claw: \x1b[31merror\x1b[0m: bad\n");
  });
});

describe("renderNote()", () => {
  it("says which kind of word it is", () =>
    assert.equal(renderNote("warning", "look", plain), "claw: warning: look\n"));
});

describe("wantsColour()", () => {
  it("needs a terminal, and nobody who says no", () => {
    const onTty = () => true;
    assert.equal(wantsColour({}, onTty, false), true);
    assert.equal(wantsColour({}, () => false, false), false);
    assert.equal(wantsColour({}, onTty, true), false);
    assert.equal(wantsColour({ NO_COLOR: "1" }, onTty, false), false);
    assert.equal(wantsColour({ NO_COLOR: "" }, onTty, false), true);
    assert.equal(wantsColour({ TERM: "dumb" }, onTty, false), false);
  });
});

describe("jsonError()", () => {
  it("is one versioned document on one line", () => {
    const text = jsonError(new ClawError("gateway/not-found", "no such job", { details: { jobId: "x" } }));
    assert.equal(
      text,
      '{"v":1,"ok":false,"error":{"code":"gateway/not-found","message":"no such job","details":{"jobId":"x"}}}\n',
    );
  });

  it("stays one line whatever is in it", () => assert.equal(jsonData({ text: "a\nb" }).split("\n").length, 2));
});

describe("exitCodes", () => {
  it("explains every number that an error can end with, and no other", () => {
    const possible = new Set<number>([0, 1, 143, ...Object.values(faults).map(({ exit }) => exit)]);
    assert.deepEqual(exitCodes.map(([exit]) => exit), [...possible].sort((a, b) => a - b));
  });

  it("tells SIGTERM from SIGINT", () => {
    assert.equal(exitOf(new ClawError("interrupted", "", { details: { signal: "SIGINT" } })), 130);
    assert.equal(exitOf(new ClawError("interrupted", "", { details: { signal: "SIGTERM" } })), 143);
  });
});
