import assert from "node:assert/strict";
import { test } from "node:test";
import { settings } from "../../src/settings/schema.ts";

test("settings derive flag, variable and key from one name", () => {
  for (const { name, key, env } of settings) {
    assert.equal(env, `CLAW_${name.toUpperCase().replaceAll("-", "_")}`);
    assert.equal(key, name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()));
  }
});

test("settings have names of their own and one line of help each", () => {
  assert.equal(new Set(settings.map(({ name }) => name)).size, settings.length);
  for (const { help } of settings) assert.match(help, /^[a-z][^\n]*[^.\n]$/);
});

test("settings mark what holds a secret, and nothing else", () => {
  assert.deepEqual(settings.filter((s) => s.isSecret).map((s) => s.name), ["token", "password", "proxy"]);
});

test("settings know no way to turn the check of a certificate or a host key off", () => {
  const names = settings.map(({ name }) => name).filter((name) =>
    /insecure|verif|check|skip|trust|strict|hostkey/.test(name)
  );
  // Unencrypted, on a private network, where there is nothing to check.
  assert.deepEqual(names, ["allow-insecure-private"]);
});
