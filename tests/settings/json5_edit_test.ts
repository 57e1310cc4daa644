import assert from "node:assert/strict";
import { describe, it } from "node:test";
import json5 from "json5";
import { editJson5, literal } from "../../src/settings/json5_edit.ts";
import { fc } from "../support/property.ts";

const cases: readonly (readonly [what: string, before: string, after: string])[] = [
  ["an empty object", "{}", '{ context: "b" }'],
  ["an empty object with a comment", "{ /* c */ }", '{ /* c */ context: "b" }'],
  ["one line", '{ url: "x" }', '{ url: "x", context: "b" }'],
  ["one line that ends in a comma", '{ url: "x", }', '{ url: "x", context: "b", }'],
  ["its own lines", '{\n  url: "x",\n}\n', '{\n  url: "x",\n  context: "b",\n}\n'],
  ["strict JSON", '{\n    "url": "x"\n}\n', '{\n    "url": "x",\n    "context": "b"\n}\n'],
  ["a comment behind the last", '{\n\turl: "x" // here\n}', '{\n\turl: "x", // here\n\tcontext: "b"\n}'],
  ["a comment below the last", '{\n  url: "x",\n  // end\n}', '{\n  url: "x",\n  // end\n  context: "b",\n}'],
  ["lines of Windows", '{\r\n  url: "x",\r\n}\r\n', '{\r\n  url: "x",\r\n  context: "b",\r\n}\r\n'],
  ["nothing but a comment", "// top\n{\n  // none\n}", '// top\n{\n  // none\n  context: "b"\n}'],
  ["a value that is there", "{ context: 'a', url: \"x\" } // c", '{ context: "b", url: "x" } // c'],
  ["comments around it", "{ context /*1*/ : /*2*/ 'a' /*3*/, }", '{ context /*1*/ : /*2*/ "b" /*3*/, }'],
  ["a key with an escape", '{ "\\u0063ontext": "a" }', '{ "\\u0063ontext": "b" }'],
  [
    "a look-alike inside",
    '{ x: { context: "a" }, y: ["context", 1] }',
    '{ x: { context: "a" }, y: ["context", 1], context: "b" }',
  ],
  [
    "a look-alike in a text",
    `{ x: 'context: "a"', /* context: "a" */ }`,
    `{ x: 'context: "a"', /* context: "a" */ context: "b", }`,
  ],
];

const removals: readonly (readonly [what: string, before: string, after: string])[] = [
  ["a line", '{\n  url: "x",\n  context: "b",\n}', '{\n  url: "x",\n}'],
  ["the last without a comma", '{\n  url: "x",\n  context: "b"\n}', '{\n  url: "x",\n}'],
  ["one of a line", '{ context: "b", url: "x" }', '{ url: "x" }'],
  ["all but its comment", '{\n  context: "b", // the lab\n}', "{\n  // the lab\n}"],
  ["all but the comments inside", '{ context /*1*/: /*2*/ "b" /*3*/ }', "{ /*1*/ /*2*/ /*3*/ }"],
  ["what is not there", "{ /* c */ }", "{ /* c */ }"],
];

describe("editJson5()", () => {
  for (const [what, before, after] of cases) {
    it(`sets a value in ${what}`, () => assert.equal(editJson5(before, "context", "b"), after));
  }

  for (const [what, before, after] of removals) {
    it(`takes out ${what}`, () => assert.equal(editJson5(before, "context", undefined), after));
  }

  it("leaves alone what it would have to guess at", () => {
    assert.equal(editJson5('{ context: "a", context: "b" }', "context", undefined), undefined);
    assert.equal(editJson5("[]", "context", "b"), undefined);
    assert.equal(editJson5('"{}"', "context", "b"), undefined);
    assert.equal(editJson5("{ context: }", "context", "b"), undefined);
    assert.equal(editJson5("", "context", "b"), undefined);
  });

  it("changes that key, and neither another nor a comment, in any text", () => {
    fc.assert(
      fc.property(objectTexts, keys, fc.option(values, { nil: undefined }), ({ text, comments }, key, value) => {
        const before = json5.parse(text);
        const edited = editJson5(text, key, value);
        assert.ok(edited !== undefined, text);
        const { [key]: _, ...others } = before;
        const expected = value === undefined ? others : { ...others, [key]: value };
        assert.deepEqual(json5.parse(edited), expected, `${text}\n-->\n${edited}`);
        for (const comment of comments) assert.ok(edited.includes(comment), `${comment} of\n${text}\n-->\n${edited}`);
      }),
    );
  });
});

const keys = fc.constantFrom("context", "url", "tlsFingerprint");
const values = fc.oneof(fc.string({ unit: "grapheme" }), fc.boolean(), fc.integer(), fc.constant("\u2028*/ // \"'"));

const spaces = fc.constantFrom("", " ", "\n", "\r\n", "\t", "\u00a0", "\n  ");
/** Told apart by their numbers, once they stand in a text. */
const comments = fc.oneof(
  fc.string({ unit: "binary-ascii" }).map((text) => `/*# ${text.replaceAll("*/", "")} {}[],:"' */`),
  fc.string({ unit: "binary-ascii" }).map((text) => `//# ${text.replace(/[\n\r]/g, "")} {}[],:"'\n`),
);
/** Space with a comment now and then; a comment of a line needs its end. */
const gaps = fc.array(fc.oneof({ weight: 4, arbitrary: spaces }, { weight: 1, arbitrary: comments }), { maxLength: 3 });

const single = (text: string) => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
const leaves = fc.oneof(
  fc.string({ unit: "grapheme" }).map((text) => literal(text)),
  fc.string().map(single),
  fc.constantFrom(
    "+1",
    ".5",
    "0xFF",
    "Infinity",
    "-NaN",
    "null",
    "true",
    "1e3",
    "'a\\\nb'",
    "'}'",
    '"//"',
    "{a: 1,}",
    "[1, [2], {b: '}'}, ]",
  ),
);
const keyTexts = fc.constantFrom(
  "context",
  "'context'",
  '"context"',
  "url",
  '"url"',
  "u\\u0072l",
  "other",
  "$x",
  '"a b"',
  "'//'",
);
const members = fc.tuple(gaps, keyTexts, gaps, gaps, leaves, gaps);

const objectTexts = fc.record({
  lead: gaps,
  members: fc.uniqueArray(members, { maxLength: 4, selector: ([, key]) => Object.keys(json5.parse(`{${key}:0}`))[0] }),
  hasLastComma: fc.boolean(),
  inner: gaps,
  tail: gaps,
}).map(({ lead, members, hasLastComma, inner, tail }) => {
  const all = [lead, ...members.flatMap((member) => [member[0], member[2], member[3], member[5]]), inner, tail];
  const parts = members.map(([a, key, b, c, value, d]) =>
    `${a.join("")}${key}${b.join("")}:${c.join("")}${value}${d.join("")}`
  );
  const comma = members.length > 0 && hasLastComma ? "," : "";
  const text = `${lead.join("")}{${parts.join(",")}${comma}${inner.join("")}}${tail.join("")}`;
  return { text, comments: all.flat().filter((part) => part.includes("#")).map((part) => part.trim()) };
});
