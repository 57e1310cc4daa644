import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Voice } from "../../src/cli/voice.ts";
import { ClawError } from "../../src/errors.ts";

function listenTo(values: ConstructorParameters<typeof Voice>[1]) {
  const said = { stdout: "", stderr: "" };
  const output = (name: keyof typeof said) => ({
    isTty: false,
    columns: 80,
    write: (text: string) => void (said[name] += text),
  });
  return { voice: new Voice({ env: {}, stdout: output("stdout"), stderr: output("stderr") }, values), said };
}

describe("Voice.hide()", () => {
  it("keeps a secret that a gateway echoes out of everything that is said", async () => {
    for (const values of [{ verbose: true }, { verbose: true, json: true }] as const) {
      const { voice, said } = listenTo(values);
      voice.hide("s3cret-token");
      const text = "wrong token s3cret-token";
      await voice.show({ data: { text }, view: { kind: "line", text } });
      voice.fail(new ClawError("auth/rejected", text, { hint: text, details: { closeReason: text } }));
      voice.say("note", text);
      assert.doesNotMatch(said.stdout + said.stderr, /s3cret/);
      assert.match(said.stdout + said.stderr, /wrong token \*\*\*/);
      assert.equal(voice.mask(text), "wrong token ***");
    }
  });
});

describe("Voice.mask()", () => {
  it("knows a hidden secret by its spelling in JSON too, and in JSON that stands in JSON", () => {
    const { voice } = listenTo({});
    const secret = 'pa"ss\\word\t1';
    voice.hide(secret);
    let text = `it is ${secret}`;
    for (let level = 0; level <= 3; level += 1) {
      assert.doesNotMatch(voice.mask(text), /pa|word/, text);
      text = JSON.stringify({ text });
    }
    assert.equal(voice.mask("its parts: pa, word"), "its parts: pa, word");
  });
});

describe("Voice.say()", () => {
  it("says notes only when asked to be verbose, and warnings unless asked to be quiet", () => {
    for (
      const [values, expected] of [[{}, "warning"], [{ verbose: true }, "notewarning"], [{ quiet: true }, ""]] as const
    ) {
      const { voice, said } = listenTo(values);
      voice.say("note", "n");
      voice.say("warning", "w");
      assert.equal(said.stderr.replace(/claw: (\w+): .\n/g, "$1"), expected);
    }
  });
});

describe("Voice.ask()", () => {
  it("puts escaped facts above the question, on stderr even with --json", async () => {
    const { voice, said } = listenTo({ json: true });
    await voice.ask("approve it? [y/N]", [["name", "x\u001b[2K"], ["device", "3f2a"]]);
    assert.deepEqual(said, { stdout: "", stderr: "name    x\\u{1b}[2K\ndevice  3f2a\nclaw: approve it? [y/N] " });
  });
});
