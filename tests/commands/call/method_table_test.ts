import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { methodTable, tablePath } from "../../../scripts/method_table.ts";
import { knownMethods, onlyReads, resendOf, scopeOf } from "../../../src/commands/call/method_table.ts";

const root = join(import.meta.dirname ?? ".", "../../..");

describe("publishedMethods", () => {
  it("are what the package publishes: run scripts/method_table.ts when they are not", () => {
    assert.equal(readFileSync(join(root, tablePath), "utf8"), methodTable(root));
  });
});

describe("knownMethods", () => {
  it("has every published method with its scope and release", () => {
    const { methods } = JSON.parse(
      readFileSync(join(root, "node_modules/@openclaw/gateway-protocol/protocol.schema.json"), "utf8"),
    );
    assert.deepEqual(Object.fromEntries([...knownMethods].sort()), Object.fromEntries(Object.entries(methods).sort()));
  });
});

describe("scopeOf()", () => {
  it("is the published scope, or what gateways were found to need", () => {
    assert.equal(scopeOf("sessions.list"), "operator.read");
    assert.equal(scopeOf("secrets.store.list"), "operator.admin");
    assert.equal(scopeOf("health"), "operator.read");
    assert.equal(scopeOf("skills.bins"), "node");
    assert.equal(scopeOf("not.known.yet"), undefined);
    assert.equal(scopeOf("constructor"), undefined);
  });

  it("is enough for most where it depends on the params", () => {
    assert.deepEqual(["agent", "talk.config", "sessions.delete", "channels.pairing.approve"].map(scopeOf), [
      "operator.write",
      "operator.read",
      "operator.admin",
      "operator.pairing",
    ]);
  });
});

describe("onlyReads()", () => {
  it("is true for what may be asked again with the same result, and false for what is not known", () => {
    for (const method of ["status", "sessions.list", "logs.tail", "talk.config"]) assert.ok(onlyReads(method), method);
    for (const method of ["wake", "agent", "device.token.rotate", "device.scopes.waitUpgrade", "not.known.yet"]) {
      assert.ok(!onlyReads(method), method);
    }
  });
});

describe("resendOf()", () => {
  it("is the method table's word, else safe for what only reads", () => {
    assert.deepEqual(["cron.update", "wake", "sessions.list", "chat.send", "x.y"].map(resendOf), [
      "safe",
      "unsafe",
      "safe",
      "unsafe",
      "unsafe",
    ]);
  });
});
