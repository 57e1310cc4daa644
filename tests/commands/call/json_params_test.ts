import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jsonErrorAt, parseParams } from "../../../src/commands/call/json_params.ts";
import type { ClawError } from "../../../src/errors.ts";
import { fc, runs } from "../../support/property.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("jsonErrorAt()", () => {
  it("finds the place where a text stops being JSON", () => {
    for (
      const [text, at] of [
        ["", 0],
        ["{'a':1}", 1],
        ['{"a":1,}', 7],
        ['{"a" 1}', 5],
        ['{"a":1', 6],
        ['{"a":01}', 6],
        ["[1,2,,3]", 5],
        ["[1}", 2],
        ['{"a":"x\n"}', 5],
        ['{"a":"\\q"}', 5],
        ["nul", 0],
        ["{} {}", 3],
        ["]", 0],
        ["{a}", 1],
        ['{"a":tru}', 5],
      ] as const
    ) {
      assert.equal(jsonErrorAt(text), at, text);
    }
  });

  it("agrees with the runtime on what is JSON", () => {
    const near = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom("", ",", "}", "[", '"', ":", "1", "\\", "\n", "e", "-", " "),
    )
      .map(([text, at, piece]) => {
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + piece + text.slice(cut + 1);
      });
    const texts = fc.oneof(fc.json(), near, fc.string());
    fc.assert(
      fc.property(texts, (text) => {
        const at = jsonErrorAt(text);
        assert.equal(at === undefined, isJson(text), text);
        assert.ok(at === undefined || at <= text.length);
      }),
      { numRuns: runs(3_000) },
    );
  });
});

describe("jsonErrorAt() of a long text", () => {
  it("takes no longer than the text is long", () => {
    const startedAt = performance.now();
    assert.equal(jsonErrorAt(`{"a":"${"x".repeat(1_000_000)}`), 5);
    assert.ok(performance.now() - startedAt < 2_000);
  });
});

describe("parseParams()", () => {
  it("gives an object as it is", () => {
    assert.deepEqual(parseParams('{"a":{"b":[1]}}'), { a: { b: [1] } });
  });

  it("names line and column, and repeats nothing of the text", () => {
    const secret = "hunter2hunter2";
    for (
      const [text, place] of [[`{"token":"${secret}",}`, "line 1, column 27"], [
        `{\n "t": ${secret}\n}`,
        "line 2, column 7",
      ]]
    ) {
      assert.throws(() => parseParams(text ?? ""), (error: ClawError) => {
        assert.equal(error.code, "input/invalid");
        assert.equal(error.message, `--params: this is not JSON, from ${place} on`);
        assert.ok(!JSON.stringify([error.message, error.hint, error.details, String(error.cause)]).includes(secret));
        return true;
      });
    }
    assert.throws(() => parseParams(" \n"), /^ClawError: --params: there is nothing$/);
  });

  it("refuses what is no object, by its kind", () => {
    for (const [text, kind] of [["[1]", "a list"], ["null", "null"], ['"x"', "a string"], ["3", "a number"]]) {
      assert.throws(() => parseParams(text ?? ""), {
        message: `--params: this is ${kind}, and methods take an object`,
      });
    }
  });

  it("refuses a number that would be sent as another one, by its place, and takes each that is exact", () => {
    for (
      const [text, place] of [
        ['{"a":9007199254740993}', "line 1, column 6"],
        ['{"b":"-1e999, \\" 1e999",\n"a":[1, -1e999]}', "line 2, column 9"],
        ['{"a":-12345678901234567890}', "line 1, column 6"],
      ]
    ) {
      assert.throws(() => parseParams(text ?? ""), (error: ClawError) => {
        assert.deepEqual([error.code, error.message], [
          "input/invalid",
          `--params: the number at ${place} is too large: it would be sent as another one`,
        ]);
        return true;
      });
    }
    const exact =
      '{"9007199254740993":"12345678901234567890","a":[9007199254740992,-9007199254740991,123456789012345680000,0.1,1e300,-0]}';
    assert.deepEqual(parseParams(exact), JSON.parse(exact));
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      const text = JSON.stringify({ number });
      assert.deepEqual(parseParams(text), JSON.parse(text));
    }));
  });

  it("refuses what is nested so deep that no gateway would walk it, and bears every name", () => {
    const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    assert.throws(() => parseParams(deep), { message: "--params: this is nested deeper than 500 levels" });
    assert.equal(
      JSON.stringify(parseParams('{"__proto__":{"a":1},"constructor":2}')),
      '{"__proto__":{"a":1},"constructor":2}',
    );
  });
});
