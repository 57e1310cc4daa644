import assert from "node:assert/strict";
import { test } from "node:test";
import { envLayer, expandHome, flagLayer, parsePort, parseSwitch } from "../../src/settings/layers.ts";
import type { Origin } from "../../src/settings/origin.ts";

const flag: Origin = { kind: "flag", name: "--port" };

test("flagLayer() takes settings only, with their flags' names", () => {
  assert.deepEqual(flagLayer({ tokenFile: "/t", json: true, allowInsecurePrivate: true, trace: undefined }), {
    tokenFile: { text: "/t", origin: { kind: "flag", name: "--token-file" } },
    allowInsecurePrivate: { text: "on", origin: { kind: "flag", name: "--allow-insecure-private" } },
  });
});

test("flagLayer() refuses an empty value, which an unset shell variable leaves behind", () => {
  assert.throws(() => flagLayer({ token: "" }), { code: "usage/bad-flag", message: "--token: the value is empty" });
});

test("envLayer() takes an empty variable for an unset one", () => {
  assert.deepEqual(envLayer({ CLAW_TOKEN: "", CLAW_URL: " ", CLAW_PORT: "1", OTHER: "x" }), {
    port: { text: "1", origin: { kind: "env", name: "CLAW_PORT" } },
  });
});

test("parsePort() accepts 1 to 65535", () => {
  assert.equal(parsePort({ text: "1", origin: flag }), 1);
  assert.equal(parsePort({ text: " 65535 ", origin: flag }), 65_535);
  for (const text of ["0", "65536", "-1", "1.5", "0x50", "http", "1e3"]) {
    assert.throws(() => parsePort({ text, origin: flag }), { code: "usage/bad-flag" }, text);
  }
});

test("parseSwitch() reads the usual words and no others", () => {
  for (const text of ["1", "true", "YES", "on"]) assert.equal(parseSwitch({ text, origin: flag }), true, text);
  for (const text of ["0", "false", "No", "off"]) assert.equal(parseSwitch({ text, origin: flag }), false, text);
  for (const text of ["2", "maybe", "y"]) {
    assert.throws(() => parseSwitch({ text, origin: flag }), { code: "usage/bad-flag" }, text);
  }
});

test("expandHome() expands only a leading tilde of one's own", () => {
  const env = { HOME: "/home/me" };
  assert.equal(expandHome("~/t", env), "/home/me/t");
  assert.equal(expandHome("~", env), "/home/me");
  assert.equal(expandHome("~you/t", env), "~you/t");
  assert.equal(expandHome("/a/~/t", env), "/a/~/t");
  assert.equal(expandHome("~\\t", { USERPROFILE: "C:\\me" }), "C:\\me\\t");
  assert.throws(() => expandHome("~/t", {}), {
    code: "config/invalid",
    message: "HOME is not set, so ~/t cannot be found",
  });
});
