import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../support/property.ts";
import { ClawError } from "../../src/errors.ts";
import { parseDuration } from "../../src/settings/duration.ts";
import type { Origin } from "../../src/settings/origin.ts";

const flag: Origin = { kind: "flag", name: "--timeout" };
const variable: Origin = { kind: "env", name: "CLAW_TIMEOUT" };

test("parseDuration() reads each unit", () => {
  const cases: readonly [string, number][] = [
    ["500ms", 500],
    ["30s", 30_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1.5s", 1_500],
    ["0s", 0],
    [" 10s ", 10_000],
    ["2147483647ms", 2_147_483_647],
  ];
  for (const [text, ms] of cases) assert.equal(parseDuration(text, flag), ms, text);
});

test("parseDuration() refuses a bare number as wrong usage of a flag, and names the unit it may have meant", () => {
  assert.throws(() => parseDuration("30", flag), {
    code: "usage/bad-flag",
    message: "--timeout: a duration needs a unit: 30s?",
    hint: "write 500ms, 30s, 2m or 1h",
  });
});

test("parseDuration() calls the same mistake in the environment a configuration error", () => {
  assert.throws(() => parseDuration("30", variable), { code: "config/invalid", message: /^CLAW_TIMEOUT: / });
});

test("parseDuration() refuses what is no duration", () => {
  for (
    const text of ["", "s", "-1s", "1e3s", "10 s", "1m30s", "10S", "٣s", "2147483648ms", "600h", "1.2345s", "Infinitys"]
  ) {
    assert.throws(() => parseDuration(text, variable), { code: "config/invalid" }, text);
  }
});

test("parseDuration() yields a whole number of ms that timers can take, or a ClawError, for any text", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat().map(String), fc.constantFrom("ms", "s", "m", "h", "")).map((t) => t.join("")),
  );
  fc.assert(fc.property(texts, (text) => {
    try {
      const ms = parseDuration(text, flag);
      assert.ok(Number.isInteger(ms) && ms >= 0 && ms < 2 ** 31);
    } catch (thrown) {
      assert.ok(thrown instanceof ClawError);
    }
  }));
});
