import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fitsAny, parsePatterns, scopesFor } from "../../src/watch/patterns.ts";
import { fc } from "../support/property.ts";

const parse = (...texts: readonly string[]) => parsePatterns(texts, "--events");

describe("parsePatterns()", () => {
  it("takes names apart and with commas, with stars and question marks", () => {
    const patterns = parse("cron, presence", "device.*", "t?ck");
    assert.deepEqual(patterns.map(({ text }) => text), ["cron", "presence", "device.*", "t?ck"]);
    const names = ["cron", "presence", "device.pair.requested", "tick", "cronx", "device", "xcron", "devicexpair"];
    assert.deepEqual(names.map((name) => fitsAny(patterns, name)), [
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it("refuses what no event is called", () => {
    for (const text of ["", "a b", "cron,", "(a)", "x".repeat(101)]) {
      assert.throws(() => parse(text), { code: "usage/bad-flag" }, text);
    }
  });

  it("fits every name by the name itself, and by a star", () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z][a-z.-]{0,30}$/), (name) => {
      assert.ok(fitsAny(parse(name), name) && fitsAny(parse("*"), name) && fitsAny(parse(`${name}**`), name));
    }));
  });

  it("takes no long time for many stars", () => {
    const patterns = parse("a*".repeat(20));
    const startedAt = performance.now();
    assert.equal(fitsAny(patterns, `${"a".repeat(60)}b.c`), true);
    assert.equal(fitsAny(parse(`${"*".repeat(50)}z`), "a".repeat(5_000)), false);
    assert.equal(fitsAny(parse(`${"a*".repeat(49)}z`), "a".repeat(20_000_000)), false);
    assert.ok(performance.now() - startedAt < 1_000);
  });

  it("fits what the same form fits as a regular expression", () => {
    const glob = fc.stringMatching(/^[ab*?]{1,8}$/);
    fc.assert(fc.property(glob, fc.stringMatching(/^[ab\n]{0,8}$/), (text, name) => {
      const form = new RegExp(`^${text.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
      assert.equal(fitsAny(parse(text), name), form.test(name), `${text} ${name}`);
    }));
  });
});

describe("scopesFor()", () => {
  const cases: readonly (readonly [texts: readonly string[], scopes: readonly string[]])[] = [
    [[], ["operator.read"]],
    [["cron", "tick"], ["operator.read"]],
    [["*"], ["operator.read"]],
    [["d*"], ["operator.read"]],
    [["device.*"], ["operator.pairing"]],
    [["device.pair.requested"], ["operator.pairing"]],
    [["node.pair.*", "cron"], ["operator.pairing", "operator.read"]],
    [["exec.approval.requested"], ["operator.approvals"]],
  ];
  for (const [texts, expected] of cases) {
    it(`asks for ${expected.join(" and ")} to see ${texts.join(", ") || "what is there"}`, () => {
      assert.deepEqual(scopesFor(parse(...texts)), expected);
    });
  }
});
