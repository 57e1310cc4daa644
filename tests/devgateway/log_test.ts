import assert from "node:assert/strict";
import { test } from "node:test";
import { formatLogLine } from "../../src/devgateway/log.ts";

const line = {
  at: 1_795_262_041_010,
  connId: "a825b833-0000-0000-0000-00000000 4e5c".replace(" ", ""),
  event: "closed before connect",
  text: "",
};

test("formatLogLine() gives time, words and facts, and the advice below", () => {
  const facts = { cause: "unauthorized", code: 1008, reason: "", origin: undefined, scopes: ["a"] };
  assert.equal(
    formatLogLine({ ...line, durationMs: 12, facts, advice: "Send the token." }),
    `2026-11-21T11:54:01.010Z [ws] closed before connect conn=a825b833…4e5c durationMs=12 cause=unauthorized code=1008 scopes=["a"]\n` +
      "    advice: Send the token.",
  );
});

test("formatLogLine() escapes what could steer a terminal", () => {
  const text = formatLogLine({ ...line, text: "a\u001b[2Jb\u202ec\nd", facts: { ua: "\u0007" } });
  assert.match(text, /a\\u001b\[2Jb\\u202ec\\u000ad/);
  // deno-lint-ignore no-control-regex -- that is what must not be there
  assert.doesNotMatch(text, /[\u0000-\u001f\u202e]/);
});
