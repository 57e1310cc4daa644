import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { shellWord } from "../../src/cron/shell_word.ts";

describe("shellWord()", () => {
  it("quotes what a shell would take apart, or for a flag, and leaves ids alone", () => {
    assert.equal(shellWord("3ccdc604-7ee5"), "3ccdc604-7ee5");
    assert.equal(shellWord("it's $HOME; rm"), `'it'\\''s $HOME; rm'`);
    assert.equal(shellWord("-rf"), "'-rf'");
    assert.equal(shellWord(""), "''");
  });
});
