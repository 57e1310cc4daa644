import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hideKnown, spellingsOf } from "../../src/doctor/disguise.ts";

function hide(text: string, secret: string): string {
  return hideKnown(text, new Map(spellingsOf(secret).map((form) => [form, "***"])));
}

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const hex = (text: string) =>
  [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const disguises: Readonly<Record<string, (secret: string) => string>> = {
  "itself": (secret) => secret,
  "JSON": (secret) => JSON.stringify(secret),
  "JSON in JSON": (secret) => JSON.stringify(JSON.stringify({ secret })),
  "JSON without other letters": (secret) =>
    JSON.stringify(secret).replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  "a URL": encodeURIComponent,
  "a URL in small letters": (secret) => encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase()),
  "a form": (secret) => new URLSearchParams({ secret }).toString(),
  "base64": base64,
  "base64url": (secret) => base64(secret).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  "base64 behind a name": (secret) => base64(`me:${secret}`),
  "base64 between others": (secret) => base64(`x${secret}yy`),
  "hex": hex,
};

/** What nobody would say by chance; not its own disguise in part. */
const secrets = fc.array(fc.constantFrom(...'abcdefghiABCDEF0123456789 "\\/+%&=-_äß漢😀'), {
  minLength: 12,
  maxLength: 80,
}).map((characters) => `${characters.join("")}-end`.trim());

describe("hideKnown()", () => {
  for (const [name, disguise] of Object.entries(disguises)) {
    it(`hides a secret as ${name}`, () => {
      fc.assert(fc.property(secrets, (secret) => {
        const shown = hide(`it says ${disguise(secret)}, and no more`, secret);
        assert.match(shown, /^it says .*\*\*\*.*, and no more$/s);
        const core = disguise(secret).slice(4, -4);
        assert.ok(!shown.includes(core), `${secret} as ${core} in ${shown}`);
      }));
    });
  }

  it("hides it where lines break it, as text and as JSON has them", () => {
    for (
      const [broken, secret] of [["abcd\nefgh ijkl", "abcdefghijkl"], ["abcdef\\nghijkl", "abcdefghijkl"]] as const
    ) {
      assert.equal(hide(`<${broken}>`, secret), "<***>");
    }
    const long = base64("a secret that is so long that base64 is broken into lines of some sixty characters");
    const lines = `${long.slice(0, 64)}\r\n${long.slice(64)}`;
    assert.match(
      hide(`<${lines}>`, "a secret that is so long that base64 is broken into lines of some sixty characters"),
      /^<\*\*\*.{0,3}>$/s,
    );
  });

  it("leaves innocent texts", () => {
    const text = "the gateway closed the connection\nand said nothing";
    assert.equal(hide(text, "a-token-0123456789"), text);
    assert.equal(hide("an end in time", "time end"), "an end in time");
  });

  it("is quick with much text", () => {
    const known = new Map(
      Array.from({ length: 20 }, (_, at) => spellingsOf(`secret-number-${at}`)).flat().map((form) =>
        [form, "***"] as const
      ),
    );
    const startedAt = performance.now();
    hideKnown("a line of text\n".repeat(60_000), known);
    assert.ok(performance.now() - startedAt < 5_000);
  });
});
