import assert from "node:assert/strict";
import { describe, it } from "node:test";
import stringWidth from "string-width";
import { createStyle } from "../../src/cli/human.ts";
import type { Cell } from "../../src/cli/outcome.ts";
import { cutText, renderTable } from "../../src/cli/table.ts";
import { fc } from "../support/property.ts";

const plain = createStyle(false);
const columns = [
  { label: "NAME", shrinks: true },
  { label: "COUNT", align: "right" },
  { label: "NOTE", shrinks: true },
] as const;

function table(rows: readonly (readonly Cell[])[], width?: number): string {
  return renderTable({ kind: "table", columns, rows }, plain, width);
}

describe("renderTable()", () => {
  it("aligns columns, and ends no line with spaces", () => {
    assert.equal(
      table([["one", "1", "first"], ["three", "333", ""]]),
      "NAME   COUNT  NOTE\none        1  first\nthree    333\n",
    );
  });

  it("cuts nothing where no width is given", () => {
    const long = "x".repeat(500);
    assert.match(table([[long, "1", long]]), new RegExp(`^x{500} {6}1 {2}x{500}$`, "m"));
  });

  it("lets no long cell make all others long, where nothing is cut", () => {
    const rows = [["x".repeat(100_000), "1", "a"], ...Array.from({ length: 1_000 }, () => ["short", "2", "b"])];
    const text = table(rows);
    assert.ok(text.length < 300_000, `${text.length} characters`);
    assert.deepEqual(text.split("\n").slice(0, 3), [
      `${"NAME".padEnd(120)}  COUNT  NOTE`,
      `${"x".repeat(100_000)}      1  a`,
      `${"short".padEnd(120)}      2  b`,
    ]);
  });

  it("takes more rows than a call takes arguments", () => {
    const rows = Array.from({ length: 200_000 }, () => ["x", "1", "y"]);
    assert.equal(table(rows).split("\n").length, 200_002);
  });

  it("takes from the widest column that shrinks, down to 8, and never from another", () => {
    const text = table([["a".repeat(30), "123456789", "b".repeat(12)]], 34);
    assert.equal(text, "NAME            COUNT  NOTE\naaaaaaaaa…  123456789  bbbbbbbbbb…\n");
    const narrow = table([["a".repeat(30), "123456789", "b".repeat(12)]], 5);
    assert.equal(narrow, "NAME          COUNT  NOTE\naaaaaaa…  123456789  bbbbbbb…\n");
  });

  it("leaves extra columns out where the others would have no room, the first one first", () => {
    const view = {
      kind: "table",
      columns: [{ label: "NAME", shrinks: true }, { label: "MORE", isExtra: true }, { label: "MOST", isExtra: true }],
      rows: [["x".repeat(40), "m".repeat(10), "n".repeat(10)]],
    } as const;
    const heads = [undefined, 48, 47, 36, 35].map((width) => renderTable(view, plain, width).split(/ *\n/)[0]);
    assert.deepEqual(heads.map((head) => head?.split(/ +/).length), [3, 3, 2, 2, 1]);
    assert.match(renderTable(view, plain, 47), /^x{34}… {2}n{10}$/m);
  });

  it("counts wide characters, emoji and combining marks as a terminal shows them", () => {
    const text = table([["日本語のレポート", "1", "x"], ["🦀 crab", "2", "y"], ["é́tude", "3", "z"]]);
    const starts = text.split("\n").slice(1, 4).map((line) => stringWidth(line.slice(0, line.search(/[xyz]$/))));
    assert.deepEqual(new Set(starts).size, 1, text);
  });

  it("shows control characters instead of obeying them", () => {
    const text = table([["\x1b[2Jgone\u202e", "1", "two\nlines\tand a tab"]]);
    assert.match(text, /\\u\{1b\}\[2Jgone\\u\{202e\} +1 {2}two\\nlines\\tand a tab/);
  });

  it("paints cells by their tone, and not the empty ones", () => {
    const rows = [[{ text: "bad", tone: "bad" }, "1", { text: "", tone: "warn" }]] as const;
    const text = renderTable({ kind: "table", columns, rows }, createStyle(true));
    assert.equal(
      text,
      "\x1b[2mNAME\x1b[0m  \x1b[2mCOUNT\x1b[0m  \x1b[2mNOTE\x1b[0m\n\x1b[31mbad \x1b[0m      1\n",
    );
  });

  it("fits any rows into the width, unless its columns cannot", () => {
    const cell = fc.string({ unit: "grapheme", maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), fc.integer({ min: 28, max: 90 }), (rows, width) => {
        const text = table(rows.map(([name, note]) => [name, "12345", note]), width);
        for (const line of text.split("\n")) assert.ok(stringWidth(line) <= width, `${stringWidth(line)}: ${line}`);
      }),
    );
  });
});

describe("cutText()", () => {
  it("keeps what fits", () => assert.equal(cutText("日本", 4), "日本"));
  it("never splits a character, and leaves room for the mark", () => {
    assert.equal(cutText("日本語", 4), "日…");
    assert.equal(cutText("日本語", 5), "日本…");
    assert.equal(cutText("🇩🇪🇩🇪", 3), "🇩🇪…");
  });
});
