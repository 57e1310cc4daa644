import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Secret } from "../../src/settings/secret.ts";

test("Secret gives its text to reveal() only", () => {
  const secret = new Secret("hunter2");
  assert.equal(secret.reveal(), "hunter2");
  const shown = [
    `${secret}`,
    String(secret),
    JSON.stringify({ secret, list: [secret] }),
    inspect(secret),
    inspect({ deep: { secret } }, { showHidden: true, depth: null }),
    JSON.stringify(Object.entries(secret)),
    new Error(`with ${secret}`, { cause: secret }).message,
  ].join(" ");
  assert.doesNotMatch(shown, /hunter2/);
  assert.match(shown, /\*\*\*/);
});

test("Secret compares by text", () => {
  assert.equal(new Secret("a").equals(new Secret("a")), true);
  assert.equal(new Secret("a").equals(new Secret("b")), false);
});
