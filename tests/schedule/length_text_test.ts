import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { parseLength, spellLength } from "../../src/schedule/length_text.ts";
import { fc } from "../support/property.ts";

describe("parseLength()", () => {
  const readings: readonly (readonly [text: string, ms: number])[] = [
    ["500ms", 500],
    ["30s", 30_000],
    ["15m", 900_000],
    ["1h30m", 5_400_000],
    [" 1d ", 86_400_000],
    ["90d", 90 * 86_400_000],
    ["1d2h3m4s5ms", 93_784_005],
    ["5m5ms", 300_005],
    ["0s", 0],
  ];
  for (const [text, ms] of readings) it(`reads '${text}'`, () => assert.equal(parseLength(text, "--every"), ms));

  for (const text of ["", " ", "15", "15 m", "m", "-5m", "1.5h", "30m1h", "1h1h", "15min", "1e3s"]) {
    it(`refuses '${text}'`, () => {
      assert.throws(() => parseLength(text, "--every"), (error) => {
        assert.ok(error instanceof ClawError);
        assert.equal(error.code, "input/invalid");
        assert.match(error.message, /^--every: '.*' is not a length of time$/);
        return true;
      });
    });
  }

  it("asks for the unit of a bare number", () => {
    assert.throws(() => parseLength("15", "--every"), { hint: "it needs a unit: 15s or 15m?" });
  });

  it("reads what spellLength() writes", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (ms) => {
      assert.equal(parseLength(spellLength(ms), "--every"), ms);
    }));
  });
});

describe("spellLength()", () => {
  it("is as short as people write it", () => {
    assert.deepEqual([0, 900_000, 5_400_000, 86_400_000].map(spellLength), ["0s", "15m", "1h30m", "1d"]);
  });
});
